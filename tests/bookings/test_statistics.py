"""What came of a listing's sessions, by month, for its group's own figures."""

import datetime
from datetime import timedelta
from zoneinfo import ZoneInfo

from django.utils import timezone

from agencies.models import Author, Hand, Membership
from bookings.actions import mark_attendance, move_booking
from bookings.jobs import blank_old_bookings
from bookings.states import Actor, BookingStatus
from directory.catalogue.statistics import load_monthly_counts
from directory.models import Session
from tests.factories import SessionFactory, at, booked

LONDON = ZoneInfo("Europe/London")


def test_places_count_in_the_month_of_their_session(provider: Membership) -> None:
    """given four who book, of whom one came, one did not and one cancelled, then three places count"""
    session = SessionFactory(starts_at=at(days=0, hour=23, minute=59))
    bookings = [booked(session, f"Neighbour {n}") for n in range(4)]
    move_booking(bookings[3], BookingStatus.CANCELLED, by=Author(Hand.PERSON, "The person"), mover=Actor.PERSON)
    mark_attendance(bookings[0], BookingStatus.ATTENDED, by=Author.of(provider))
    mark_attendance(bookings[1], BookingStatus.MISSED, by=Author.of(provider))
    month = timezone.localdate().replace(day=1)
    found = load_monthly_counts([session.service_id], month)
    assert found == {(session.service_id, month): {"booked": 3, "attended": 1, "missed": 1}}


def test_a_month_begins_at_midnight_in_london() -> None:
    """given a session at half past midnight on 1 July, which is June in UTC, then it counts in July"""
    session = SessionFactory()
    booked(session)
    july = datetime.datetime(2026, 7, 1, 0, 30, tzinfo=LONDON)
    Session.objects.filter(pk=session.pk).update(starts_at=july)
    assert list(load_monthly_counts([session.service_id], datetime.date(2026, 7, 15))) == [
        (session.service_id, datetime.date(2026, 7, 1))
    ]
    assert load_monthly_counts([session.service_id], datetime.date(2026, 8, 1)) == {}


def test_figures_outlive_the_names() -> None:
    session = SessionFactory()
    booked(session)
    Session.objects.filter(pk=session.pk).update(starts_at=timezone.now() - timedelta(days=100))
    blank_old_bookings(timezone.now())
    counts = load_monthly_counts([session.service_id], timezone.localdate() - timedelta(days=120))
    assert [found["booked"] for found in counts.values()] == [1]
