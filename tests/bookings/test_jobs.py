"""Bookings looked after by the clock: offers run out, lists end, people are reminded, names are forgotten."""

import datetime
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from agencies.models import Author, Hand, Message
from bookings.actions import move_booking
from bookings.jobs import blank_old_bookings, expire_offers_and_lists, look_after_bookings, send_reminders
from bookings.models import CONTACT_KEPT_FOR, Booking, BookingLink, BookingMove
from bookings.notifications import session_key_prefix
from bookings.states import Actor, BookingStatus
from directory.models import Session
from tests.bookings.test_places import at_once
from tests.factories import SessionFactory, at, booked

PERSON = Author(Hand.PERSON, "The person")
ADA, CY = {"email": "ada@home.example.org"}, {"email": "cy@home.example.org"}


def full() -> tuple[Session, Booking, Booking, Booking]:
    """One place: Joan has it, Ada and Cy wait."""
    session = SessionFactory(places=1)
    return session, booked(session), booked(session, "Ada Byron", **ADA), booked(session, "Cy Twombly", **CY)


def cancel(booking: Booking) -> None:
    move_booking(booking, BookingStatus.CANCELLED, by=PERSON, mover=Actor.PERSON)


def its_time_is_over(booking: Booking) -> None:
    Booking.objects.filter(pk=booking.pk).update(offered_until=timezone.now() - timedelta(minutes=3))


def now_is(booking: Booking) -> str:
    booking.refresh_from_db()
    return booking.status


def told(to: str, begins: str) -> Any:
    return Message.objects.filter(to=to, subject__startswith=begins)


def tomorrow_at_half_past_ten() -> Session:
    return SessionFactory(starts_at=at(days=1), places=1)


def before_today(*bookings: Booking) -> None:
    Booking.objects.filter(pk__in=[b.pk for b in bookings]).update(made_at=timezone.now() - timedelta(days=2))


# --- Offers -------------------------------------------------------------------------------------------


def test_an_offer_that_runs_out_goes_to_the_next() -> None:
    session, joan, ada, cy = full()
    cancel(joan)
    assert (now_is(ada), now_is(cy)) == (BookingStatus.OFFERED, BookingStatus.WAITING)
    assert ada.offered_until is not None
    assert expire_offers_and_lists(ada.offered_until - timedelta(seconds=1)) == 0
    assert expire_offers_and_lists(ada.offered_until) == 1
    assert (now_is(ada), now_is(cy)) == (BookingStatus.LAPSED, BookingStatus.OFFERED)
    assert told("ada@home.example.org", "The place went to the next").count() == 1
    assert told("cy@home.example.org", "A place has come free").count() == 1
    session.refresh_from_db()
    assert session.taken == 1


def test_twice_or_two_at_once_changes_nothing_more() -> None:
    _, joan, ada, cy = full()
    cancel(joan)
    its_time_is_over(ada)
    for _ in range(2):
        expire_offers_and_lists(timezone.now())
    assert BookingMove.objects.filter(after=BookingStatus.LAPSED).count() == 1
    assert Message.objects.filter(subject__startswith="A place has come free").count() == 2
    assert now_is(cy) == BookingStatus.OFFERED


@pytest.mark.django_db(transaction=True)
def test_four_workers_at_once_pass_one_offer_on_once() -> None:
    session, joan, ada, cy = full()
    cancel(joan)
    its_time_is_over(ada)
    at_once([lambda: expire_offers_and_lists(timezone.now())] * 4)
    assert (now_is(ada), now_is(cy)) == (BookingStatus.LAPSED, BookingStatus.OFFERED)
    session.refresh_from_db()
    assert session.taken == 1


def test_while_the_job_has_not_come_a_late_yes_still_counts() -> None:
    _, joan, ada, _ = full()
    cancel(joan)
    its_time_is_over(ada)
    move_booking(ada, BookingStatus.BOOKED, by=PERSON, mover=Actor.PERSON)
    expire_offers_and_lists(timezone.now())
    assert now_is(ada) == BookingStatus.BOOKED


def test_when_it_begins_the_list_ends_and_everybody_is_told() -> None:
    session, joan, ada, cy = full()
    cancel(joan)
    Session.objects.filter(pk=session.pk).update(starts_at=timezone.now() - timedelta(minutes=1))
    expire_offers_and_lists(timezone.now())
    assert (now_is(ada), now_is(cy)) == (BookingStatus.LAPSED, BookingStatus.FULL)
    assert told("cy@home.example.org", "No place came free").count() == 1
    session.refresh_from_db()
    assert session.taken == 0
    assert expire_offers_and_lists(timezone.now()) == 0


def test_one_session_that_fails_keeps_no_other_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    _, joan, ada, _ = full()
    _, june, ann, _ = full()
    cancel(joan)
    cancel(june)
    Booking.objects.filter(status=BookingStatus.OFFERED).update(offered_until=timezone.now() - timedelta(minutes=1))
    Session.objects.filter(pk=ada.session_id).update(service=ada.session.service)
    BookingMove.objects.create(booking=ada, number=ada.moves_made + 2, before="waiting", after="full", hand="system")
    Booking.objects.filter(pk=ada.pk).update(moves_made=2)  # its next move has a number that is taken
    assert expire_offers_and_lists(timezone.now()) == 1
    assert now_is(ann) == BookingStatus.LAPSED


# --- Reminders ----------------------------------------------------------------------------------------


def by_day(hour: int = 10) -> datetime.datetime:
    return at(days=0, hour=hour, minute=5)


def test_the_day_before_each_is_reminded_once() -> None:
    session = tomorrow_at_half_past_ten()
    joan = booked(session, email="joan@home.example.org")
    ada = booked(session, "Ada Byron", **ADA)
    before_today(joan, ada)
    for _ in range(2):
        send_reminders(by_day())
    assert told("joan@home.example.org", "Tomorrow").count() == 1
    assert "you are still number 1 on the waiting list" in told("ada@home.example.org", "Still on").get().body
    group = told(session.service.referral_email, "Tomorrow").get()
    assert "1 has a place, 1 waits" in group.body
    assert "Joan" not in group.body


@pytest.mark.parametrize("hour", [3, 8, 20, 23])
def test_nobody_is_reminded_at_night(hour: int) -> None:
    joan = booked(tomorrow_at_half_past_ten(), email="joan@home.example.org")
    before_today(joan)
    assert send_reminders(by_day(hour)) == 0


def test_who_booked_today_needs_no_reminder() -> None:
    joan = booked(tomorrow_at_half_past_ten(), email="joan@home.example.org")
    send_reminders(by_day())
    joan.refresh_from_db()
    assert joan.reminded_at
    assert not told("joan@home.example.org", "Tomorrow").exists()


def test_a_phone_number_is_a_call_for_the_group() -> None:
    joan = booked(tomorrow_at_half_past_ten())
    before_today(joan)
    send_reminders(by_day())
    call = Message.objects.get(channel="call")
    assert call.to == "Joan Whitfield, 07700 900123"
    assert "Tomorrow is" in call.body


@pytest.mark.parametrize("days", [0, 2])
def test_other_days_wait(days: int) -> None:
    joan = booked(SessionFactory(starts_at=at(days, 23, 59)), email="joan@home.example.org")
    before_today(joan)
    assert send_reminders(by_day()) == 0


def test_a_cancelled_session_reminds_nobody() -> None:
    session = tomorrow_at_half_past_ten()
    before_today(booked(session))
    Session.objects.filter(pk=session.pk).update(cancelled_at=timezone.now())
    assert send_reminders(by_day()) == 0


def test_the_periodic_job_does_both() -> None:
    _, joan, ada, _ = full()
    cancel(joan)
    its_time_is_over(ada)
    look_after_bookings(0)
    assert now_is(ada) == BookingStatus.LAPSED


# --- Forgetting ---------------------------------------------------------------------------------------


def test_ninety_days_after_nobody_is_named_and_the_counts_stay() -> None:
    session, joan, ada, _ = full()
    move_booking(ada, BookingStatus.CANCELLED, by=Author.system(), mover=Actor.GROUP, words="Ada asked us to")
    begun = timezone.now() - CONTACT_KEPT_FOR - timedelta(hours=1)
    Session.objects.filter(pk=session.pk).update(starts_at=begun)
    Booking.objects.filter(pk=joan.pk).update(status=BookingStatus.ATTENDED)
    assert blank_old_bookings(timezone.now()) == 1
    rows = Booking.objects.filter(session=session)
    assert set(rows.values_list("name", "phone", "email", "note")) == {("", "", "", "")}
    assert rows.filter(status=BookingStatus.ATTENDED).count() == 1
    assert not BookingMove.objects.exclude(words="").exists()
    assert not BookingLink.objects.exists()
    assert not Message.with_key_prefix(session_key_prefix(session.pk)).exists()
    assert blank_old_bookings(timezone.now()) == 0


def test_a_day_sooner_all_is_there() -> None:
    session = full()[0]
    Session.objects.filter(pk=session.pk).update(starts_at=timezone.now() - CONTACT_KEPT_FOR + timedelta(days=1))
    assert blank_old_bookings(timezone.now()) == 0
    assert Booking.objects.filter(session=session, name="Ada Byron").exists()


# --- When the session changes ---------------------------------------------------------------------------


def test_a_cancelled_session_tells_everybody_and_frees_all() -> None:
    from directory.hooks import on_session_changed

    session, joan, ada, cy = full()
    Session.objects.filter(pk=session.pk).update(cancelled_at=timezone.now(), cancelled_why="The hall is flooded.")
    session.refresh_from_db()
    for hear in on_session_changed:
        hear(session, "cancelled")
    assert {now_is(booking) for booking in (joan, ada, cy)} == {BookingStatus.CALLED_OFF}
    assert "The hall is flooded." in told("ada@home.example.org", "Cancelled").get().body
    assert "Please do not set out" in Message.objects.get(channel="call").body
    session.refresh_from_db()
    assert session.taken == 0


def test_a_moved_session_tells_everybody_and_each_keeps_what_they_have() -> None:
    from directory.hooks import on_session_changed

    session, joan, ada, cy = full()
    cancel(joan)
    sooner = timezone.now() + timedelta(hours=2)
    Session.objects.filter(pk=session.pk).update(starts_at=sooner)
    session.refresh_from_db()
    for _ in range(2):
        for hear in on_session_changed:
            hear(session, "moved")
    assert (now_is(ada), now_is(cy)) == (BookingStatus.OFFERED, BookingStatus.WAITING)
    assert ada.offered_until == sooner
    assert told("ada@home.example.org", "New time or place").count() == 1
    assert "You keep your number" in told("cy@home.example.org", "New time or place").get().body


def test_more_places_are_offered_in_order() -> None:
    from directory.hooks import on_session_changed

    session, _, ada, cy = full()
    session.places = 2
    session.taken = 1
    session.save(update_fields=["places"])
    for hear in on_session_changed:
        hear(session, "places")
    assert (now_is(ada), now_is(cy)) == (BookingStatus.OFFERED, BookingStatus.WAITING)
    assert session.taken == 2
