"""Reading what a case has booked, and which dates there are to book."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from bookings.actions.book import booking_closed_reason
from bookings.lists import STATUS_TONES
from bookings.models import Booking
from bookings.notifications import format_offer_end
from bookings.states import ACTIVE_STATUSES, BookingStatus
from cases.models import Case
from config.template_tags import date_words, time_words
from directory.models import Service, Session

MAX_DATES_SHOWN = 4  # shown for each activity


@dataclass(frozen=True)
class BookingRow:
    """A booking of the case, in words."""

    booking: Booking
    name: str
    when: str
    status: str
    tone: str
    news: str


@dataclass(frozen=True)
class BookableSession:
    """A session that can be booked, in words."""

    session: Session
    when: str
    room: str


def load_case_bookings(case: Case) -> list[BookingRow]:
    """What the person is going to, or waits for, and what they went to: what is to come first."""
    rows = bookings_of(case)
    now = timezone.now()
    coming = rows.filter(session__starts_at__gte=now).order_by("session__starts_at", "number")
    been = rows.filter(session__starts_at__lt=now).order_by("-session__starts_at", "number")[:10]
    return [build_booking_row(row) for row in [*coming, *been]]


def build_booking_row(booking: Booking) -> BookingRow:
    start = booking.session.starts_at
    when = f"{timezone.localtime(start):%A} {date_words(start)}, {time_words(start)}"
    news = {
        BookingStatus.WAITING: f"Number {booking.position}",
        BookingStatus.OFFERED: f"Until {format_offer_end(booking)}",
    }
    tone = STATUS_TONES.get(BookingStatus(booking.status), "grey")
    return BookingRow(
        booking,
        booking.session.service.name,
        when,
        booking.get_status_display(),
        tone,
        news.get(BookingStatus(booking.status), ""),
    )


def load_bookable_sessions(services: Iterable[Service], case: Case) -> dict[uuid.UUID, list[BookableSession]]:
    """The next sessions of those that take bookings here, without what is booked already. Two queries in all."""
    able = {service.pk: service for service in services if service.bookable and not service.source}
    if not able:
        return {}
    mine = Booking.objects.filter(case_booking__case=case, status__in=sorted(ACTIVE_STATUSES)).values("session")
    rows = Session.coming().filter(service__in=able, cancelled_at=None).exclude(pk__in=mine).order_by("starts_at", "id")
    found: dict[uuid.UUID, list[BookableSession]] = {}
    for row in rows[: MAX_DATES_SHOWN * len(able) * 4]:
        row.service = able[row.service_id]
        if len(found.setdefault(row.service_id, [])) < MAX_DATES_SHOWN and not booking_closed_reason(row):
            start = timezone.localtime(row.starts_at)
            when = f"{start:%A} {start.day} {start:%B}, {time_words(row.starts_at)}"
            found[row.service_id].append(BookableSession(row, when, format_places_left(row)))
    return found


def format_places_left(session: Session) -> str:
    left = session.places_left
    if left is None:
        return ""
    return f"{left} place{'' if left == 1 else 's'} left" if left else "full: waiting list"


def bookings_of(case: Case) -> QuerySet[Booking]:
    """What was booked from the case: its connectors move these and no others."""
    return Booking.objects.filter(case_booking__case=case).select_related("session__service__agency", "team")
