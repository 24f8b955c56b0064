"""/waiting/: the volunteer lands on what waits for them, in one list, with its number on the tab."""

import datetime
import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from agencies.access import Role
from agencies.landing_page import find_landing_page
from agencies.models import Author, Membership
from bookings.actions import move_booking
from bookings.states import Actor, BookingStatus
from directory.models import ReportReason
from directory.publishing.actions.reports import submit_report
from referrals.actions import move_referral
from referrals.models import Referral
from referrals.states import ReferralStatus, Side
from tests.factories import (
    MembershipFactory,
    OnwardReferralFactory,
    ReferralFactory,
    ServiceFactory,
    SessionFactory,
    booked,
)
from tests.queries import assert_max_queries

URL = "/waiting/"
ClientOf = Callable[[Membership], Client]


def kinds(client: Client, url: str = URL) -> list[str]:
    return [item.kind for item in client.get(url).context["items"]]


def test_a_volunteers_day_begins_here(client_of: ClientOf, provider: Membership) -> None:
    assert find_landing_page(provider) == URL
    page = client_of(provider).get(URL)
    assert "<h1>Hello Joan</h1>" in page.text
    assert "Nothing waits for you" in page.text
    assert "nav__count" not in page.text


def test_each_kind_is_in_the_one_list_what_is_due_first_comes_first(client_of: ClientOf, provider: Membership) -> None:
    service = ServiceFactory(agency=provider.agency, name="Tuesday gardening", bookable=True)
    session = SessionFactory(service=service, places=1)
    first = booked(session, "Ada Byron")
    booked(session, "Malik Farooq")
    move_booking(first, BookingStatus.CANCELLED, by=Author.system(), mover=Actor.GROUP)
    late = timezone.localdate() - datetime.timedelta(days=1)
    OnwardReferralFactory(service=service, person_name="Joan Whitfield", answer_by=late)
    submit_report(key=uuid.uuid4(), service=service, reason=ReportReason.TIME, words="It is on Wednesdays now")
    ServiceFactory(agency=provider.agency, name="Not yet a choir", published_at=None)
    taken_back = OnwardReferralFactory(service=service, person_name="Peter Quill")
    sender = Author.of(taken_back.sent_by)
    move_referral(taken_back, ReferralStatus.WITHDRAWN, by=sender, side=Side.SENDER, words="Not now")

    client = client_of(provider)
    page = client.get(URL)
    found = {item.kind: item.words for item in page.context["items"]}
    assert found["Answer due"] == "Joan Whitfield: Tuesday gardening"
    assert found["2 to ring"].startswith("Tuesday gardening, ")
    assert found["A reader says"] == "Tuesday gardening"
    assert found["Not finished"] == "Not yet a choir"
    assert found["News"] == "Peter Quill: Withdrawn"
    assert page.context["items"][0].kind == "Answer due"
    assert "Late" in page.text
    number = len(page.context["items"])
    assert f'nav__count">{number}<' in client.get("/listings/").text
    assert "nav__count" not in client.get("/activities/").text
    for item in page.context["items"]:
        assert client.get(item.url).status_code == 200


def test_what_is_done_leaves_the_list(client_of: ClientOf, provider: Membership) -> None:
    service = ServiceFactory(agency=provider.agency)
    referral = OnwardReferralFactory(service=service)
    client = client_of(provider)
    assert kinds(client).count("Answer due") == 1
    by = Author.of(provider)
    move_referral(referral, ReferralStatus.ACCEPTED, by=by, side=Side.RECEIVER)
    assert "Answer due" not in kinds(client)


def test_a_session_that_has_been_asks_who_came(client_of: ClientOf, provider: Membership) -> None:
    service = ServiceFactory(agency=provider.agency, bookable=True)
    session = SessionFactory(service=service)
    booked(session)
    session.refresh_from_db()
    session.starts_at = timezone.now() - datetime.timedelta(hours=3)
    session.save()
    assert "Who came?" in kinds(client_of(provider))


def test_nothing_of_other_groups(client_of: ClientOf, provider: Membership) -> None:
    service = ServiceFactory(bookable=True)
    OnwardReferralFactory(service=service)
    ServiceFactory(published_at=None)
    submit_report(key=uuid.uuid4(), service=service, reason=ReportReason.TIME, words="Wrong")
    assert kinds(client_of(provider)) == []


def test_a_referrer_finds_it_above_the_form(client_of: ClientOf, gp: Membership, connector: Membership) -> None:
    referral = ReferralFactory(sent_by=gp, to_agency=connector.agency, person_name="Ada Byron")
    client = client_of(gp)
    assert "waits for you" not in client.get("/refer/").text
    by = Author.of(connector)
    move_referral(referral, ReferralStatus.RETURNED, by=by, side=Side.RECEIVER, words="Which surgery?")
    page = client.get("/refer/")
    assert [item.kind for item in page.context["waiting"]] == ["Detail asked for", "News"]
    assert "2 things wait for you" in page.text
    assert Referral.objects.count() == 1


def test_a_connector_has_a_caseload_instead(client_of: ClientOf, connector: Membership) -> None:
    ReferralFactory(sent_by=connector, status="returned")
    assert "waits for you" not in client_of(connector).get("/refer/").text


@pytest.mark.parametrize("role", [Role.REFERRER, Role.CONNECTOR, Role.LEAD, Role.CONTACT_CENTRE, Role.STEWARD])
def test_others_begin_elsewhere(client_of: ClientOf, role: Role) -> None:
    assert client_of(MembershipFactory(role=role)).get(URL).status_code == 403


def test_signed_out_and_wrong_verbs(client: Client, client_of: ClientOf, provider: Membership) -> None:
    assert client.get(URL).status_code == 302
    assert client_of(provider).post(URL).status_code == 405


def test_the_list_and_the_tab_ask_once(client_of: ClientOf, provider: Membership) -> None:
    service = ServiceFactory(agency=provider.agency)
    for _ in range(20):
        OnwardReferralFactory(service=service)
    client = client_of(provider)
    client.get(URL)
    with assert_max_queries(8):
        client.get(URL)
