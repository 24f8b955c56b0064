"""A list without an account: kept in the session, in order, printed."""

import io
import uuid

import pytest
from django.test import Client
from django.test.html import parse_html
from django.urls import reverse
from pypdf import PdfReader

from agencies.models import Membership
from directory.models import Service
from directory.shortlist import session
from tests.conftest import signed_in_client
from tests.directory.making import listed
from tests.fragments import find
from tests.queries import assert_max_queries

LIST = reverse("directory:shortlist")


def to(name: str, service: Service) -> str:
    return reverse(f"directory:{name}", args=[service.pk])


def page_of(service: Service) -> str:
    return reverse("directory:service", args=[service.pk])


def kept(client: Client) -> list[str]:
    return [card.service.name for card in client.get(LIST).context["cards"]]


def test_an_empty_list_says_how_to_fill_it(client: Client) -> None:
    html = client.get(LIST).content.decode()
    assert "Nothing on your list yet" in html
    assert 'class="kept__link"' not in html
    assert not client.session.keys()


def test_keeping_without_script_leads_back_to_where_one_was(client: Client) -> None:
    service = listed("Walk")
    response = client.post(to("keep", service), headers={"Referer": "http://testserver/activities/?words=walk"})
    assert response["Location"] == f"/activities/?words=walk#keep-{service.pk}"
    page = client.get(page_of(service)).content.decode()
    assert "On your list" in page
    assert 'My list <span class="kept__count">1</span>' in page
    assert to("keep", service) not in page


@pytest.mark.parametrize("referer", ["", "http://elsewhere.example.org/", "//evil.example.org", "http://["])
def test_it_leads_nowhere_else(client: Client, referer: str) -> None:
    service = listed("Walk")
    response = client.post(to("keep", service), headers={"Referer": referer})
    assert response["Location"] == f"/shortlist/#keep-{service.pk}"


def test_with_htmx_only_the_button_and_the_count_change(client: Client) -> None:
    service = listed("Walk")
    response = client.post(to("keep", service), headers={"HX-Request": "true"})
    html = response.content.decode()
    assert "<html" not in html
    assert 'data-announce="Kept. 1 on your list"' in html
    assert 'id="kept" hx-swap-oob="true"' in html
    fresh = parse_html(client.get(page_of(service)).content.decode())
    assert "On your list" in str(find(fresh, f"keep-{service.pk}"))


def test_a_double_click_keeps_it_once(client: Client) -> None:
    service = listed("Walk")
    client.post(to("keep", service))
    client.post(to("keep", service))
    assert kept(client) == ["Walk"]


def test_the_list_says_where_when_how_much_and_whom_to_call(client: Client) -> None:
    service = listed("Walk", day="TU", phone="01632 960001", free=True)
    client.post(to("keep", service))
    html = client.get(LIST).content.decode()
    for words in ("Tuesdays, 10:30am to midday", "St Mary&#x27;s Hall", 'href="tel:01632960001"', "Free"):
        assert words in html


def test_it_stays_in_order_and_is_put_in_another(client: Client) -> None:
    services = [listed(name) for name in ("Walk", "Choir", "Lunch")]
    for service in services:
        client.post(to("keep", service))
    assert kept(client) == ["Walk", "Choir", "Lunch"]
    response = client.post(to("move_up", services[2]))
    assert response["Location"] == f"{LIST}#kept-{services[2].pk}"
    assert kept(client) == ["Walk", "Lunch", "Choir"]
    client.post(to("move_up", services[0]))  # the first stays the first
    assert kept(client) == ["Walk", "Lunch", "Choir"]
    client.post(to("unkeep", services[0]))
    assert kept(client) == ["Lunch", "Choir"]
    client.post(reverse("directory:clear_shortlist"))
    assert kept(client) == []
    assert session.SESSION_KEY not in client.session


def test_what_is_not_there_is_neither_kept_nor_moved(client: Client) -> None:
    assert client.post(reverse("directory:keep", args=[uuid.uuid4()])).status_code == 404
    assert client.post(to("keep", listed("Draft", published_at=None))).status_code == 404
    for name in ("unkeep", "move_up"):
        assert client.post(reverse(f"directory:{name}", args=[uuid.uuid4()])).status_code == 302
    assert kept(client) == []


def test_what_is_no_longer_listed_is_said(client: Client) -> None:
    walk, choir = listed("Walk"), listed("Choir")
    for service in (walk, choir):
        client.post(to("keep", service))
    Service.objects.filter(pk=walk.pk).update(published_at=None)
    html = client.get(LIST).content.decode()
    assert "One activity that you kept is no longer in the directory" in html
    assert kept(client) == ["Choir"]


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_a_full_list_says_so(client: Client, headers: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(session, "MAX_SERVICES", 1)
    walk, choir = listed("Walk"), listed("Choir")
    client.post(to("keep", walk))
    response = client.post(to("keep", choir), headers=headers)
    assert response.headers.get("HX-Redirect", response.headers.get("Location")) == LIST
    assert "Your list is full" in client.get(LIST).content.decode()
    assert kept(client) == ["Walk"]


def test_it_lasts_four_weeks_on_this_device(client: Client) -> None:
    client.post(to("keep", listed("Walk")))
    assert client.cookies["sessionid"]["max-age"] == 28 * 24 * 3600


def test_somebody_at_work_keeps_a_list_too_and_no_longer_than_their_session(
    client: Client, contact_centre: Membership
) -> None:
    signed_in_client(client, contact_centre)
    client.post(to("keep", listed("Walk")))
    assert kept(client) == ["Walk"]
    assert client.cookies["sessionid"]["max-age"] <= 12 * 3600


def test_one_list_is_not_anothers(client: Client) -> None:
    client.post(to("keep", listed("Walk")))
    assert kept(Client()) == []


def test_it_is_printed_in_large_letters(client: Client) -> None:
    client.post(to("keep", listed("Walk", day="TU", phone="01632 960001")))
    response = client.get(reverse("directory:large_print"))
    assert response["Content-Type"] == "application/pdf"
    text = PdfReader(io.BytesIO(response.content)).pages[0].extract_text()
    for words in ("Walk", "Tuesdays, 10:30am to midday", "01632 960001"):
        assert words in text
    assert "Confidential" not in text


def test_an_empty_list_is_not_printed(client: Client) -> None:
    assert client.get(reverse("directory:large_print"))["Location"] == LIST


@pytest.mark.parametrize("many", [1, 8])
def test_it_reads_all_in_one_statement(client: Client, many: int) -> None:
    for n in range(many):
        client.post(to("keep", listed(f"Walk {n}")))
    with assert_max_queries(1):
        client.get(LIST)


@pytest.mark.parametrize("name", ["keep", "unkeep", "move_up"])
def test_the_wrong_verb_changes_nothing(client: Client, name: str) -> None:
    service = listed("Walk")
    client.post(to("keep", service))
    assert client.get(to(name, service)).status_code == 405
    assert client.get(reverse("directory:clear_shortlist")).status_code == 405
    assert client.post(LIST).status_code == 405
    assert kept(client) == ["Walk"]
