"""One-click sign-in and /outbox/: only in a demo, only on this machine."""

import re
from typing import Any

import pytest
from django.db import connection
from django.template import engines
from django.test import Client, RequestFactory
from django.urls import reverse

from agencies import messages
from agencies.access import Role
from agencies.models import Membership
from config.roles import DatabaseRole, role_name
from tests.factories import MembershipFactory

HERE = {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1"}


@pytest.fixture
def demo(settings: Any) -> None:
    settings.DEMO = True
    settings.REQUIRE_SECOND_FACTOR = False


@pytest.fixture
def priya() -> Membership:
    return MembershipFactory(role=Role.CONNECTOR, user__email="priya.shah@demo.example.org", user__name="Priya Shah")


@pytest.mark.usefixtures("demo")
def test_one_click_signs_in_as_the_role(priya: Membership) -> None:
    MembershipFactory(role=Role.CONNECTOR)  # not of the demo
    client = Client(**HERE)
    response = client.post(reverse("agencies:demo_sign_in", args=["connector"]))
    assert response.status_code == 302
    assert client.get(reverse("agencies:account")).wsgi_request.member == priya


@pytest.mark.parametrize(("back", "lands"), [("/team/", "/team/"), ("https://x.example.org/", "/caseload/")])
@pytest.mark.usefixtures("demo")
def test_the_page_of_sign_in_has_the_buttons_too_and_they_lead_back(priya: Membership, back: str, lands: str) -> None:
    client = Client(**HERE)
    page = client.get(reverse("account_login"), {"next": back})
    assert f'name="next" value="{back}"' in page.text
    assert client.post(reverse("agencies:demo_sign_in", args=["connector"]), {"next": back}).url == lands  # type: ignore[attr-defined]


@pytest.mark.usefixtures("demo")
def test_a_role_without_a_demo_person_is_not_found(priya: Membership) -> None:
    assert Client(**HERE).post(reverse("agencies:demo_sign_in", args=["steward"])).status_code == 404


@pytest.mark.usefixtures("demo")
def test_a_get_does_not_sign_in(priya: Membership) -> None:
    assert Client(**HERE).get(reverse("agencies:demo_sign_in", args=["connector"])).status_code == 405


@pytest.mark.parametrize(
    "elsewhere",
    [
        {"REMOTE_ADDR": "192.0.2.7", "HTTP_HOST": "127.0.0.1"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "testserver"},
        {"REMOTE_ADDR": "127.0.0.1", "HTTP_HOST": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "192.0.2.7"},
    ],
)
@pytest.mark.usefixtures("demo")
def test_point_35_not_from_elsewhere(priya: Membership, elsewhere: dict[str, str]) -> None:
    client = Client(**elsewhere)
    assert client.post(reverse("agencies:demo_sign_in", args=["connector"])).status_code == 404
    assert client.get(reverse("agencies:outbox")).status_code == 404


def test_point_35_not_outside_a_demo(priya: Membership) -> None:
    client = Client(**HERE)
    assert client.post(reverse("agencies:demo_sign_in", args=["connector"])).status_code == 404
    assert client.get(reverse("agencies:outbox")).status_code == 404


def front_page_part(**where: str) -> str:
    from django.contrib.auth.models import AnonymousUser

    request = RequestFactory().get("/", **where)
    request.user = AnonymousUser()
    template = engines["django"].from_string("{% load demo %}{% demo_sign_in %}")
    return str(template.render({}, request))


@pytest.mark.usefixtures("demo")
def test_the_front_page_offers_each_role_once(priya: Membership) -> None:
    MembershipFactory(role=Role.CONNECTOR, user__email="second@demo.example.org")
    MembershipFactory(role=Role.STEWARD, user__email="helen@demo.example.org")
    part = front_page_part(**HERE)
    assert re.findall(r"/demo/sign-in/(\w+)/", part) == ["connector", "steward"]
    assert "Priya Shah" in part


def test_the_front_page_offers_nothing_elsewhere(priya: Membership, settings: Any) -> None:
    assert front_page_part(**HERE).strip() == ""
    settings.DEMO = True
    assert front_page_part(REMOTE_ADDR="192.0.2.7", HTTP_HOST="127.0.0.1").strip() == ""


@pytest.fixture
def outbox_policy() -> None:
    """What demo/policies.py adds in a demo place, and the tests' own place has not."""
    web = role_name(DatabaseRole.WEB)
    connection.cursor().execute(f"CREATE POLICY demo ON agencies_message FOR SELECT TO {web} USING (true)")


@pytest.mark.usefixtures("demo", "outbox_policy")
def test_the_outbox_shows_messages_newest_first_with_links_to_follow() -> None:
    for n in (1, 2):
        messages.queue_message(
            key=f"m{n}",
            to="joan@group.example.org",
            subject=f"Message {n} <b>",
            template="email/password_reset_key.txt",
            context={"password_reset_url": f"http://127.0.0.1:8000/answer/{n}/"},
        )
    page = Client(**HERE).get(reverse("agencies:outbox")).content.decode()
    assert 'href="http://127.0.0.1:8000/answer/1/"' in page
    assert page.index("Message 2 &lt;b&gt;") < page.index("Message 1 &lt;b&gt;")
    assert "Waiting for the worker" in page


@pytest.mark.usefixtures("demo", "outbox_policy")
def test_letters_and_call_scripts_are_shown_too() -> None:
    messages.queue_message(
        key="letter",
        to="Joan Whitcombe, 1 High Street",
        subject="A letter",
        template="email/recovery_codes_generated.txt",
        context={"timestamp": None, "ip": ""},
        channel="letter",
    )
    page = Client(**HERE).get(reverse("agencies:outbox")).content.decode()
    assert "Letter to Joan Whitcombe" in page
    assert "Waiting for the worker" not in page
