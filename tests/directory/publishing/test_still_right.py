"""The page that “still right?” e-mails lead to: one button, and nothing else changes anything."""

import re
import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.access import Role
from agencies.models import Hand, Membership, Message
from directory.catalogue.freshness import make_token
from directory.models import Proposal, ReportReason, Service, Spot, Status
from directory.publishing.actions import freshness
from tests.directory.making import listed
from tests.factories import AgencyFactory, MembershipFactory, ServiceFactory, teammate

ClientOf = Callable[[Membership], Client]


def long_ago() -> date:
    return timezone.localdate() - timedelta(days=200)


def asked(**fields: Any) -> Service:
    """A listing that its group was asked about."""
    return listed("Harbour walk", **{"assured_date": long_ago(), "asks": 1, "asked_at": timezone.now()} | fields)


def link(service: Service) -> str:
    return reverse("directory:still_right", args=[make_token(service.agency, service.agency.email)])


def state(service: Service) -> tuple[Any, ...]:
    return Service.objects.filter(pk=service.pk).values_list().get()


def confirmed(service: Service) -> bool:
    return Service.objects.get(pk=service.pk).assured_date == timezone.localdate()


# --- The one button --------------------------------------------------------------------------------------


def test_the_page_shows_what_people_read_and_one_button(client: Client) -> None:
    service = asked(phone="01632 960123", day="TU")
    response = client.get(link(service))
    page = response.content.decode()
    assert "Tuesdays, 10:30am to midday" in page
    assert "01632 960123" in page
    main = page[page.index("<main") : page.index("</main>")]
    assert main.count("<button") == 1
    assert response["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in response["Cache-Control"]


def test_pressing_it_confirms(client: Client) -> None:
    service = asked()
    response = client.post(link(service), {"service": str(service.pk)}, follow=True)
    assert confirmed(service)
    assert Service.objects.get().asks == 0
    assert "Everything of" in response.content.decode()


def test_pressing_it_twice_says_the_same(client: Client) -> None:
    service = asked()
    for _ in range(2):
        response = client.post(link(service), {"service": str(service.pk)}, follow=True)
        assert "Thank you" in response.content.decode()
    assert confirmed(service)


def test_a_hidden_listing_comes_back_by_the_same_button(client: Client) -> None:
    service = asked(hidden_at=timezone.now(), asks=2)
    assert "The button brings it back" in client.get(link(service)).content.decode()
    client.post(link(service), {"service": str(service.pk)})
    assert Spot.objects.filter(service=service).exists()


def test_one_press_confirms_all_that_stood_on_the_page_and_no_more(client: Client) -> None:
    first = asked()
    second, unseen = asked(agency=first.agency), asked(agency=first.agency)
    stranger, theirs = asked(), ServiceFactory(agency=first.agency, source="feed", assured_date=long_ago())
    shown = [str(service.pk) for service in (first, second, stranger, theirs)]
    client.post(link(first), {"service": [*shown, "nonsense", "\0"]})
    assert [confirmed(s) for s in (first, second, unseen, stranger, theirs)] == [True, True, False, False, False]


def test_a_mail_scanner_that_opens_every_link_changes_nothing(client: Client) -> None:
    """It GETs and HEADs the link in the e-mail and every link on the page that it finds there."""
    service = asked(asks=0, asked_at=None)
    with time_machine.travel("2026-11-23 09:00Z", tick=False):
        freshness.ask_due_groups(timezone.localdate())
        (address,) = re.findall(r"http://[^/]+(/still-right/\S+)", Message.objects.get().body)
        before, written = state(service), []

        def note(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
            if re.match(r"\s*(INSERT|UPDATE|DELETE)", str(sql)) and "django_session" not in str(sql):
                written.append(str(sql))
            return execute(sql, params, many, context)

        with connection.execute_wrapper(note):
            page = client.get(address).content.decode()
            found = re.findall(r'(?:href|action)="(/still-right/[^"]+)"', page)
            assert len(found) == 2
            for url in (address, *found):
                assert client.get(url).status_code == 200
                assert client.head(url).status_code == 200
                assert client.options(url).status_code == 405
    assert written == []
    assert state(service) == before
    assert Proposal.objects.count() == 0


# --- The link --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("token", ["nothing", "a.b.c", "WyJ4Il0.1abc.x", "é", "." * 300])
def test_a_made_up_link_is_not_known(client: Client, token: str) -> None:
    for method in (client.get, client.post):
        response = method(reverse("directory:still_right", args=[token]))
        assert response.status_code == 404
        assert "We do not know this link" in response.content.decode()
    assert client.post(reverse("directory:still_right_link", args=[token])).status_code == 200
    assert not Message.objects.exists()


def test_a_changed_letter_makes_it_unknown(client: Client) -> None:
    service = asked()
    address = link(service)
    assert client.get(address.replace("/still-right/Wy", "/still-right/Wz")).status_code == 404


def test_an_old_link_offers_a_new_one_to_the_same_address(client: Client) -> None:
    service = asked()
    with time_machine.travel(timezone.now() - timedelta(days=181)):
        address = link(service)
    response = client.post(address, {"service": str(service.pk)})
    assert response.status_code == 410
    assert not confirmed(service)
    token = address.strip("/").split("/")[1]
    for _ in range(2):
        client.post(reverse("directory:still_right_link", args=[token]))
    message = Message.objects.get()  # one a day
    assert message.to == service.agency.email
    (new,) = re.findall(r"http://[^/]+(/still-right/\S+)", message.body)
    assert client.get(new).status_code == 200


def test_an_address_that_is_no_longer_the_groups_opens_nothing(client: Client) -> None:
    service = asked()
    address = link(service)
    service.agency.email = "new@group.example.org"
    service.agency.save()
    assert client.get(address).status_code == 410
    assert client.post(address, {"service": str(service.pk)}).status_code == 410
    client.post(reverse("directory:still_right_link", args=[address.strip("/").split("/")[1]]))
    assert not Message.objects.exists()
    assert not confirmed(service)


def test_the_link_of_somebody_who_left_the_group_opens_nothing(client: Client) -> None:
    service = asked()
    member = MembershipFactory(agency=service.agency, user__email=service.agency.email)
    address = link(service)
    assert client.get(address).status_code == 200
    member.ended_at = timezone.now()
    member.save()
    assert client.get(address).status_code == 410
    assert client.post(address, {"service": str(service.pk)}).status_code == 410
    assert not confirmed(service)


def test_a_group_that_has_left_is_not_known(client: Client) -> None:
    service = asked()
    service.agency.left_at = timezone.now()
    service.agency.save()
    assert client.get(link(service)).status_code == 404


def test_the_link_for_a_new_one_takes_posts_alone(client: Client) -> None:
    assert client.get(reverse("directory:still_right_link", args=["x"])).status_code == 405


# --- Something has changed, it has ended -----------------------------------------------------------------


def test_something_has_changed_waits_for_the_steward(client: Client) -> None:
    service = asked()
    address, key = link(service), str(uuid.uuid4())
    url = f"{address}{service.pk}/changed/"
    assert "What has changed at Harbour walk?" in client.get(url).content.decode()
    for _ in range(2):
        response = client.post(url, {"words": "Now on Fridays", "name": "Nadia", "key": key})
        assert response["Location"] == address
    row = Proposal.objects.get()
    assert (row.words, row.reason, row.hand, row.byline) == (
        "Now on Fridays",
        ReportReason.OTHER,
        Hand.LINK,
        f"Nadia, {service.agency.name}",
    )
    assert not confirmed(service)
    assert "Is this still right?" not in client.get(address).content.decode()


@pytest.mark.parametrize("bad", [{"words": ""}, {"words": "x" * 2001}, {"words": "\0"}, {"words": "ok", "key": "x"}])
def test_bad_words_come_back(client: Client, bad: dict[str, str]) -> None:
    service = asked()
    response = client.post(f"{link(service)}{service.pk}/changed/", {"key": str(uuid.uuid4())} | bad)
    assert response.status_code == 422
    assert not Proposal.objects.exists()


def test_it_has_ended_is_asked_once_more(client: Client) -> None:
    service = asked()
    address = link(service)
    url = f"{address}{service.pk}/ended/"
    assert "Has Harbour walk ended?" in client.get(url).content.decode()
    for _ in range(2):
        assert client.post(url)["Location"] == address
    assert Service.objects.get().status == Status.DEFUNCT
    assert not Spot.objects.exists()
    page = client.get(address).content.decode()
    assert "Does one of these run after all?" in page


@pytest.mark.parametrize("page", ["changed", "ended"])
def test_a_link_reaches_no_listing_of_others_nor_of_a_feed(client: Client, page: str) -> None:
    service = asked()
    feeds = ServiceFactory(agency=service.agency, source="feed")
    for other in (asked(), feeds):
        assert client.get(f"{link(service)}{other.pk}/{page}/").status_code == 404
        assert client.post(f"{link(service)}{other.pk}/{page}/", {"words": "x"}).status_code == 404
    assert client.get(f"/still-right/nothing/{service.pk}/{page}/").status_code == 404


# --- Signed in -------------------------------------------------------------------------------------------


def press(client: Client, service: Service, **fields: str) -> Any:
    return client.post(reverse("directory:confirm", args=[service.pk]), fields)


def test_signed_in_it_is_one_press_too(provider: Membership, client_of: ClientOf) -> None:
    service = asked(agency=provider.agency)
    for member in (provider, teammate(provider)):
        response = press(client_of(member), service, next="/listings/")
        assert response["Location"] == "/listings/"
    assert confirmed(service)


def test_it_leads_nowhere_else(provider: Membership, client_of: ClientOf) -> None:
    service = asked(agency=provider.agency)
    response = press(client_of(provider), service, next="https://evil.example.org/")
    assert response["Location"] == reverse("directory:service", args=[service.pk])


@pytest.mark.parametrize(
    "fields", [{"source": "feed"}, {"published_at": None}, {"status": Status.DEFUNCT}, {"agency": None}]
)
def test_others_and_what_is_not_kept_here_are_not_found(
    provider: Membership, client_of: ClientOf, fields: dict[str, Any]
) -> None:
    agency = fields.pop("agency", provider.agency) or AgencyFactory()
    service = ServiceFactory(agency=agency, assured_date=long_ago(), **fields)
    assert press(client_of(provider), service).status_code == 404
    assert not confirmed(service)


def test_readers_and_gets_are_refused(provider: Membership, client_of: ClientOf) -> None:
    service = asked(agency=provider.agency)
    reader = MembershipFactory(agency=provider.agency, role=Role.REFERRER)
    assert press(client_of(reader), service).status_code == 403
    assert client_of(provider).get(reverse("directory:confirm", args=[service.pk])).status_code == 405
    assert press(Client(), service).status_code == 302
    assert not confirmed(service)
