"""A connector books for the person of a case; what becomes of it stands in the case history."""

import re
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from agencies.access import Role
from agencies.models import Author, Hand, Membership, Message
from bookings.actions import mark_attendance, move_booking
from bookings.jobs import send_reminders
from bookings.models import Booking
from bookings.states import Actor, BookingStatus
from cases.actions.booking import book_for_case, record_booking_move
from cases.actions.closing import close_case
from cases.actions.sharing import withdraw_agreement
from cases.history.record import timeline_page
from cases.history.render import render_entries
from cases.history.verify import verify_histories
from cases.models import Agreement, Audience, Case, CaseBooking, Circle, ClosingReason, Entry, Kind
from directory.hooks import on_session_changed
from directory.models import Session
from tests.bookings.test_places import at_once
from tests.directory.making import place_service
from tests.factories import CaseFactory, MembershipFactory, PersonFactory, SessionFactory, at, booked, teammate

ClientOf = Callable[[Membership], Client]
HOW = "Said so on the phone"


@pytest.fixture
def case(connector: Membership) -> Case:
    person = PersonFactory(name="Joan Whitfield", nhs_number="9990000018", email="joan@home.example.org")
    return CaseFactory(lead=connector, person=person, first_contact_at=timezone.now())


@pytest.fixture
def session() -> Session:
    return SessionFactory(service__name="Tuesday gardening group", service__agency__name="Millbrook Growers", places=1)


def url(case: Case, session: Session) -> str:
    return f"/cases/{case.pk}/book/{session.pk}/"


def typed(**changed: Any) -> dict[str, Any]:
    return {"agreed": "on", "how_agreed": HOW, "key": str(uuid.uuid4())} | changed


def book(case: Case, session: Session) -> Booking:
    return book_for_case(case=case, by=Author.of(case.lead), key=uuid.uuid4(), session=session, how_agreed=HOW)


def text(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def titles(case: Case) -> list[str]:
    entries = timeline_page(case=case, member=case.lead)
    return [line.title for line in render_entries(entries, case=case, member=case.lead)]


# --- Booking ------------------------------------------------------------------------------------------


def test_books_with_the_agreement_and_an_entry(
    client_of: ClientOf, connector: Membership, case: Case, session: Session
) -> None:
    response = client_of(connector).post(url(case, session), typed(), follow=True)
    assert "It is in the history" in text(response)
    booking = Booking.objects.get()
    assert (booking.status, booking.name, booking.phone) == (BookingStatus.BOOKED, "Joan Whitfield", "07700 900123")
    assert (booking.email, booking.note, booking.team) == ("", "", connector.agency)
    assert CaseBooking.objects.get().case == case
    agreement = Agreement.objects.get()
    assert (agreement.agency, agreement.how, agreement.scope) == (session.service.agency, HOW, "share")
    entry = Entry.objects.get(kind=Kind.BOOKED)
    assert entry.audience == Audience.PERSON
    start = timezone.localtime(session.starts_at)
    assert titles(case) == [f"Booked: Tuesday gardening group, {start.day} {start:%B %Y}, 10:30am"]
    assert list(verify_histories(case.pk)) == [1]


def test_the_page_shows_what_passes_and_nothing_else_does(
    client_of: ClientOf, connector: Membership, case: Case, session: Session
) -> None:
    shown = text(client_of(connector).get(url(case, session)))
    given = shown[shown.index("What Millbrook Growers gets") :]
    assert "Joan Whitfield" in given
    assert "07700 900123" in given
    assert "999 000 0018" not in given
    assert "may be shared with Millbrook Growers" in shown


def test_the_person_is_told_in_their_own_channel(case: Case, session: Session) -> None:
    book(case, session)
    call = Message.with_key_prefix(f"person {case.pk} ").get()
    assert call.channel == "call"
    assert "You have a place at Tuesday gardening group" in call.body
    assert Message.with_key_prefix("booking ").count() == 0  # the team tells them, not the group


def test_a_person_with_e_mail_gets_the_link(case: Case, session: Session) -> None:
    case.person.contact_by = "email"
    case.person.save()
    booking = book(case, session)
    assert booking.email == "joan@home.example.org"
    assert "/bookings/" in Message.with_key_prefix(f"person {case.pk} ").get().body


def test_a_double_click_books_once(client_of: ClientOf, connector: Membership, case: Case, session: Session) -> None:
    client, said = client_of(connector), typed()
    urls = {client.post(url(case, session), said).url for _ in range(2)}
    assert len(urls) == 1
    assert Booking.objects.count() == 1
    assert Entry.objects.filter(case=case).count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_connectors_at_once_book_one_place(case: Case) -> None:
    session = SessionFactory(places=5)
    made = at_once([lambda: book(Case.objects.get(pk=case.pk), session)] * 5)
    assert len({booking.pk for booking in made}) == 1
    session.refresh_from_db()
    assert session.taken == 1
    assert list(verify_histories(case.pk)) == [1]


def test_a_full_session_gives_a_number(
    client_of: ClientOf, connector: Membership, case: Case, session: Session
) -> None:
    booked(session, "Ada Byron")
    client_of(connector).post(url(case, session), typed())
    assert Entry.objects.get(case=case).details["position"] == 1
    assert "Number 1" in text(client_of(connector).get(f"/cases/{case.pk}/activities/"))


@pytest.mark.parametrize("changed", [{"agreed": ""}, {"how_agreed": ""}, {"how_agreed": "x"}, {"key": "no"}])
def test_without_agreement_nothing_passes(
    client_of: ClientOf, connector: Membership, case: Case, session: Session, changed: dict[str, str]
) -> None:
    assert client_of(connector).post(url(case, session), typed(**changed)).status_code == 422
    assert not Booking.objects.exists()


def test_what_cannot_be_booked_says_why(
    client_of: ClientOf, connector: Membership, case: Case, session: Session
) -> None:
    Session.objects.filter(pk=session.pk).update(cancelled_at=timezone.now())
    response = client_of(connector).post(url(case, session), typed(), follow=True)
    assert "This session is cancelled" in text(response)
    case.closed_at, case.closing_reason = timezone.now(), ClosingReason.objects.get(code="goals")
    case.save()
    response = client_of(connector).post(url(case, SessionFactory()), typed(), follow=True)
    assert "This case is closed" in text(response)
    assert not Booking.objects.exists()


def test_the_activities_page_offers_dates(
    client_of: ClientOf, connector: Membership, case: Case, session: Session
) -> None:
    from directory.search.index import index_services

    place_service(session.service)
    index_services([session.service_id])
    response = client_of(connector).get(f"/cases/{case.pk}/activities/", {"words": "gardening"})
    assert url(case, session) in response.content.decode()
    assert "1 place left" in text(response)
    book(case, session)
    response = client_of(connector).get(f"/cases/{case.pk}/activities/", {"words": "gardening"})
    assert url(case, session) not in response.content.decode()


# --- What becomes of it ---------------------------------------------------------------------------------


def test_cancels_from_the_case(client_of: ClientOf, connector: Membership, case: Case, session: Session) -> None:
    booking, said = book(case, session), {"deed": "cancel", "key": str(uuid.uuid4())}
    page = f"/cases/{case.pk}/bookings/{booking.pk}/"
    client = client_of(connector)
    assert client.get(page).status_code == 200
    for _ in range(2):
        assert client.post(page, said).status_code == 302
    booking.refresh_from_db()
    session.refresh_from_db()
    assert (booking.status, session.taken) == (BookingStatus.CANCELLED, 0)
    assert titles(case)[0].startswith("Cancelled: Tuesday gardening group")
    assert Entry.objects.filter(case=case).count() == 2


def test_what_can_no_longer_be_cancelled_says_why(
    client_of: ClientOf, connector: Membership, case: Case, session: Session
) -> None:
    booking = book(case, session)
    Session.objects.filter(pk=session.pk).update(starts_at=timezone.now() - timedelta(minutes=5))
    said = {"deed": "cancel", "key": str(uuid.uuid4())}
    response = client_of(connector).post(f"/cases/{case.pk}/bookings/{booking.pk}/", said, follow=True)
    assert "The session has begun" in text(response)
    booking.refresh_from_db()
    assert booking.status == BookingStatus.BOOKED
    assert Entry.objects.filter(case=case).count() == 1


def test_says_yes_to_a_place_offered(client_of: ClientOf, connector: Membership, case: Case, session: Session) -> None:
    other = booked(session, "Ada Byron")
    booking = book(case, session)
    move_booking(other, BookingStatus.CANCELLED, by=Author(Hand.PERSON, "The person"), mover=Actor.PERSON)
    offered = Entry.objects.filter(case=case).latest("number")
    assert offered.details["deed"] == "offered a place"
    assert offered.details["until"]
    assert Message.objects.filter(to=connector.user.email, subject="News in one of your cases").count() == 1
    client_of(connector).post(f"/cases/{case.pk}/bookings/{booking.pk}/", {"deed": "accept", "key": str(uuid.uuid4())})
    booking.refresh_from_db()
    assert booking.status == BookingStatus.BOOKED


def test_attended_and_missed_flow_into_the_history(case: Case, session: Session, provider: Membership) -> None:
    """given bookings of a case, when a volunteer marks the register, then the history says so, and verifies"""
    again = SessionFactory(service=session.service, starts_at=at(days=10))
    bookings = [book(case, session), book(case, again)]
    for n, booking in enumerate(bookings):
        begun = timezone.now() - timedelta(days=1, hours=-n)
        Session.objects.filter(pk=booking.session_id).update(starts_at=begun)
        for _ in range(2):
            mark_attendance(booking, BookingStatus.ATTENDED, by=Author.of(provider))
    found = titles(case)[:2]
    assert [title.rsplit("(")[-1] for title in found] == ["2nd time)", "1st time)"]
    assert found[0].startswith("Came: Tuesday gardening group")
    mark_attendance(bookings[1], BookingStatus.MISSED, by=Author.of(provider))
    assert titles(case)[0].startswith("Did not come, the register was wrong: Tuesday gardening group")
    entry = Entry.objects.filter(case=case, kind=Kind.ATTENDED).earliest("number")
    assert (entry.author_name, entry.written_by, entry.audience) == (provider.user.name, provider, "person")
    assert entry.happened_at < timezone.now() - timedelta(hours=20)
    assert list(verify_histories(case.pk)) == [5]


def test_a_move_heard_twice_is_written_once(case: Case, session: Session) -> None:
    booking = book(case, session)
    for _ in range(2):
        record_booking_move(booking, booking.moves.get(number=1))
    assert list(verify_histories(case.pk)) == [1]


def test_those_who_help_read_it_and_the_group_reads_no_case(
    client_of: ClientOf, case: Case, session: Session, outsider: Membership
) -> None:
    book(case, session)
    assert not Entry.visible_to(outsider).exists()
    Circle.objects.create(case=case, agency=outsider.agency, purpose="Helps")
    assert Entry.visible_to(outsider).filter(kind=Kind.BOOKED).count() == 1
    group = MembershipFactory(role=Role.PROVIDER, agency=session.service.agency)
    assert client_of(group).get(f"/cases/{case.pk}/").status_code == 403


def test_a_booking_of_nobodys_case_writes_no_history(session: Session, provider: Membership) -> None:
    booking = booked(session)
    Session.objects.filter(pk=session.pk).update(starts_at=timezone.now() - timedelta(hours=1))
    mark_attendance(booking, BookingStatus.ATTENDED, by=Author.of(provider))
    assert not Entry.objects.exists()


def test_a_session_moved_or_cancelled_stands_in_the_history(case: Case, session: Session) -> None:
    book(case, session)
    for what in ("moved", "moved", "cancelled"):
        Session.objects.filter(pk=session.pk).update(cancelled_at=timezone.now() if what == "cancelled" else None)
        session.refresh_from_db()
        for listen in on_session_changed:
            listen(session, what)
    assert [title.split(":")[0] for title in titles(case)] == ["Session cancelled", "New time or place", "Booked"]
    told = Message.with_key_prefix(f"person {case.pk} ").values_list("subject", flat=True)
    assert sorted(told) == ["Cancelled", "New time or place", "You have a place"]


def test_the_person_is_reminded_by_the_team(case: Case, session: Session) -> None:
    booking = book(case, session)
    Session.objects.filter(pk=session.pk).update(starts_at=at(days=1))
    Booking.objects.filter(pk=booking.pk).update(made_at=timezone.now() - timedelta(days=2))
    for _ in range(2):
        send_reminders(at(days=0, hour=10))
    assert Message.with_key_prefix(f"person {case.pk} ").filter(subject="Tomorrow").count() == 1


def test_an_agreement_taken_back_cancels_the_places(
    client_of: ClientOf, connector: Membership, case: Case, session: Session
) -> None:
    booking, given = book(case, session), Agreement.objects.get
    page = f"/cases/{case.pk}/sharing/{given().pk}/take-back/"
    assert "The booking for Tuesday gardening group" in text(client_of(connector).get(page))
    for _ in range(2):
        withdraw_agreement(agreement=given(), by=Author.of(connector))
    booking.refresh_from_db()
    assert booking.status == BookingStatus.CANCELLED
    assert Entry.objects.get(kind=Kind.AGREED).details["stopped"] == ["Tuesday gardening group"]
    assert list(verify_histories(case.pk)) == [3]


@pytest.mark.parametrize(("reason", "status"), [("died", BookingStatus.CANCELLED), ("goals", BookingStatus.BOOKED)])
def test_who_has_died_holds_no_place_and_is_told_nothing(
    connector: Membership, case: Case, session: Session, reason: str, status: BookingStatus
) -> None:
    booking = book(case, session)
    told = Message.with_key_prefix(f"person {case.pk} booking").count()
    close_case(
        case=case, by=Author.of(connector), reason=ClosingReason.objects.get(code=reason), outcome=None, summary="Over"
    )
    booking.refresh_from_db()
    assert booking.status == status
    assert Message.with_key_prefix(f"person {case.pk} booking").count() == told


# --- Who may ------------------------------------------------------------------------------------------


def test_a_teammate_may_a_stranger_may_not(
    client_of: ClientOf, connector: Membership, outsider: Membership, case: Case, session: Session
) -> None:
    assert client_of(teammate(connector)).get(url(case, session)).status_code == 200
    booking = book(case, SessionFactory())
    page = f"/cases/{case.pk}/bookings/{booking.pk}/"
    for member in (outsider, helper(case)):
        client = client_of(member)
        assert client.get(url(case, session)).status_code == 404
        assert client.post(url(case, session), typed()).status_code == 404
        assert client.post(page, {"deed": "cancel"}).status_code == 404
    booking.refresh_from_db()
    assert booking.status == BookingStatus.BOOKED


def helper(case: Case) -> Membership:
    """In the circle of the case, and so its reader: books nothing."""
    member = MembershipFactory(role=Role.CONNECTOR)
    Circle.objects.create(case=case, agency=member.agency, purpose="Helps")
    return member


def test_a_booking_of_another_case_is_not_found(client_of: ClientOf, connector: Membership, case: Case) -> None:
    mine = booked(SessionFactory())
    theirs = book(CaseFactory(lead=connector), SessionFactory())
    for booking in (mine, theirs):
        assert client_of(connector).get(f"/cases/{case.pk}/bookings/{booking.pk}/").status_code == 404


def test_without_the_permission_and_with_the_wrong_verb(
    client_of: ClientOf, connector: Membership, gp: Membership, case: Case, session: Session
) -> None:
    assert client_of(gp).get(url(case, session)).status_code == 403
    assert client_of(connector).put(url(case, session)).status_code == 405
    assert client_of(connector).get(url(case, SessionFactory(service__published_at=None))).status_code == 404
