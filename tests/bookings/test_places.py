"""Places counted by the database: never one more than there are, however many ask at once."""

import datetime
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import IntegrityError, connection, transaction

from agencies.models import Author, Hand, Message
from bookings.actions import Attendee, MoveRefused, create_booking, move_booking
from bookings.actions.places import calculate_offer_end
from bookings.models import Booking, BookingMove
from bookings.states import STATUSES_HOLDING_PLACE, Actor, BookingStatus
from directory.models import Session, Spot
from tests.factories import SessionFactory, at, booked

PERSON = Author(Hand.PERSON, "The person")
LONDON = ZoneInfo("Europe/London")


def at_once(deeds: list[Callable[[], Any]]) -> list[Any]:
    """Run each in a thread with a connection of its own; what each returned, or the refusal it met."""

    def run(deed: Callable[[], Any]) -> Any:
        try:
            return deed()
        except MoveRefused as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as pool:
        return list(pool.map(run, deeds))


def counted(session: Session) -> int:
    """How many places its bookings hold."""
    return Booking.objects.filter(session=session, status__in=sorted(STATUSES_HOLDING_PLACE)).count()


def one_more(session: Session, n: int, key: uuid.UUID | None = None) -> Callable[[], Booking]:
    who = Attendee(f"Neighbour {n}", phone=f"07700 900{n:03}")
    return lambda: create_booking(session=session, by=PERSON, mover=Actor.PERSON, key=key or uuid.uuid4(), who=who)


@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_for_the_last_place() -> None:
    """given one place, when 50 book it at once on 50 connections, then one has it and 49 wait in one order"""
    session = SessionFactory(places=1)
    made = at_once([one_more(session, n) for n in range(50)])
    assert sum(booking.status == BookingStatus.BOOKED for booking in made) == 1
    waiting = [booking for booking in made if booking.status == BookingStatus.WAITING]
    assert sorted(booking.number for booking in waiting) == list(range(2, 51))
    assert sorted(booking.position for booking in waiting) == list(range(1, 50))
    session.refresh_from_db()
    assert (session.taken, counted(session)) == (1, 1)
    assert BookingMove.objects.count() == 50


@pytest.mark.django_db(transaction=True)
def test_booking_and_cancelling_at_once_counts_right() -> None:
    """given a full session, when all cancel while as many more book, then no place is lost and none is given twice"""
    session = SessionFactory(places=5)
    first = [booked(session, f"Early {n}") for n in range(5)]

    def cancel(booking: Booking) -> Callable[[], Any]:
        return lambda: move_booking(booking, BookingStatus.CANCELLED, by=PERSON, mover=Actor.PERSON)

    at_once([cancel(booking) for booking in first] + [one_more(session, n) for n in range(10)])
    session.refresh_from_db()
    assert session.taken == counted(session) == 5
    assert Booking.objects.filter(session=session, status=BookingStatus.WAITING).count() == 5


@pytest.mark.django_db(transaction=True)
def test_a_double_click_ten_times_at_once_is_one_booking() -> None:
    session, key = SessionFactory(places=3), uuid.uuid4()
    made = at_once([one_more(session, 1, key) for _ in range(10)])
    assert len({booking.pk for booking in made}) == 1
    session.refresh_from_db()
    assert session.taken == 1
    assert Message.objects.count() == 0  # they gave a phone number and saw it on the page


@pytest.mark.django_db(transaction=True)
def test_two_yeses_to_one_offer_take_one_place() -> None:
    session = SessionFactory(places=1)
    first, second = booked(session), booked(session, "Ada Byron")
    move_booking(first, BookingStatus.CANCELLED, by=PERSON, mover=Actor.PERSON)

    def yes() -> BookingMove:
        return move_booking(Booking.objects.get(pk=second.pk), BookingStatus.BOOKED, by=PERSON, mover=Actor.PERSON)

    made = at_once([yes] * 10)
    assert len({move.pk for move in made}) == 1
    session.refresh_from_db()
    assert session.taken == 1


def test_the_database_refuses_one_place_more() -> None:
    session = SessionFactory(places=1, taken=1)
    with pytest.raises(IntegrityError, match="places_are_not_overbooked"), transaction.atomic():
        Session.objects.filter(pk=session.pk).update(taken=2)


def test_two_cannot_have_one_number() -> None:
    session = SessionFactory()
    booking = booked(session)
    with pytest.raises(IntegrityError, match="bookings_are_numbered"), transaction.atomic():
        Booking.objects.create(key=uuid.uuid4(), session=session, number=booking.number, status="waiting", name="Ada")


def test_nobody_who_waits_is_passed_over() -> None:
    """given a list and a place that came free unseen, when somebody books, then the first in line is offered it"""
    session = SessionFactory(places=1)
    booked(session)
    waits = booked(session, "Ada Byron")
    Session.objects.filter(pk=session.pk).update(places=2)
    late = booked(session, "Late Larry")
    waits.refresh_from_db()
    assert (waits.status, late.status) == (BookingStatus.OFFERED, BookingStatus.WAITING)


def test_where_places_are_not_counted_everybody_has_one() -> None:
    session = SessionFactory(places=None)
    assert {booked(session, f"Neighbour {n}").status for n in range(3)} == {BookingStatus.BOOKED}
    session.refresh_from_db()
    assert session.taken == 3


def test_what_is_found_knows_when_the_last_place_goes() -> None:
    """given a session with one place, when it is booked and cancelled, then "has room" follows"""
    session = SessionFactory(places=1)
    booking = booked(session)
    assert not has_room(session)
    move_booking(booking, BookingStatus.CANCELLED, by=PERSON, mover=Actor.PERSON)
    assert has_room(session)


@pytest.mark.django_db(transaction=True)
def test_two_sessions_of_one_listing_that_fill_up_at_once_leave_it_found_once() -> None:
    service = SessionFactory(places=1).service
    sessions = [*service.sessions.all(), *(SessionFactory(service=service, places=1, starts_at=at(n)) for n in (4, 5))]
    at_once([one_more(session, n) for n, session in enumerate(sessions)])
    assert Spot.objects.filter(service=service).count() == 1
    assert not has_room(sessions[0])


def has_room(session: Session) -> bool:
    """Whether the search finds it under "has room"."""
    return Spot.objects.filter(service=session.service_id).extra(where=["search @@ '''#room'''::tsquery"]).exists()


@pytest.mark.parametrize(
    ("now", "hours", "ends"),
    [
        ((24, 10, 0), 24, (25, 10, 0)),
        ((24, 10, 0), 4, (24, 14, 0)),
        ((24, 19, 30), 24, (25, 19, 30)),
        ((24, 18, 0), 4, (25, 10, 0)),  # two hours that evening, two the next morning
        ((24, 23, 0), 2, (25, 10, 0)),  # made at night: counts from 8
        ((24, 3, 0), 1, (24, 9, 0)),
        ((24, 9, 0), 20, (25, 17, 0)),  # 5 in the morning is nine hours past 8 in the evening
        ((24, 8, 0), 12, (24, 20, 0)),
    ],
)
def test_an_offer_runs_out_by_day(now: tuple[int, int, int], hours: int, ends: tuple[int, int, int]) -> None:
    def moment(parts: tuple[int, int, int]) -> datetime.datetime:
        return datetime.datetime(2026, 11, *parts, tzinfo=LONDON)

    far = datetime.datetime(2026, 12, 24, 10, tzinfo=LONDON)
    assert calculate_offer_end(moment(now), hours, far) == moment(ends)


def test_an_offer_never_outlives_the_beginning() -> None:
    begins = datetime.datetime(2026, 11, 25, 9, tzinfo=LONDON)
    assert calculate_offer_end(datetime.datetime(2026, 11, 24, 22, tzinfo=LONDON), 24, begins) == begins


def test_an_offer_over_a_clock_change_keeps_the_hour() -> None:
    """given the clocks go back on 25 October 2026, then 24 hours from Saturday at 10 is Sunday at 10"""
    made = datetime.datetime(2026, 10, 24, 10, tzinfo=LONDON)
    assert calculate_offer_end(made, 24, at(400)) == datetime.datetime(2026, 10, 25, 10, tzinfo=LONDON)
