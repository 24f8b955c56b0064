"""Reading what a case has booked, and which dates there are to book."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from bookings.actions.book import why_closed
from bookings.lists import TONES
from bookings.models import Booking
from bookings.notifications import until
from bookings.states import STANDS, Booked
from cases.models import Case
from config.template_tags import date_words, time_words
from directory.models import Service, Session

DATES = 4  # shown for each activity


@dataclass(frozen=True)
class Place:
    """A booking of the case, in words."""

    booking: Booking
    name: str
    when: str
    status: str
    tone: str
    news: str


@dataclass(frozen=True)
class Date:
    """A session that can be booked, in words."""

    session: Session
    when: str
    room: str


def booked_from(case: Case) -> list[Place]:
    """What the person is going to, or waits for, and what they went to: what is to come first."""
    rows = bookings_of(case)
    now = timezone.now()
    coming = rows.filter(session__starts_at__gte=now).order_by("session__starts_at", "number")
    been = rows.filter(session__starts_at__lt=now).order_by("-session__starts_at", "number")[:10]
    return [in_words(row) for row in [*coming, *been]]


def in_words(booking: Booking) -> Place:
    start = booking.session.starts_at
    when = f"{timezone.localtime(start):%A} {date_words(start)}, {time_words(start)}"
    news = {Booked.WAITING: f"Number {booking.position}", Booked.OFFERED: f"Until {until(booking)}"}
    tone = TONES.get(Booked(booking.status), "grey")
    return Place(
        booking,
        booking.session.service.name,
        when,
        booking.get_status_display(),
        tone,
        news.get(Booked(booking.status), ""),
    )


def dates_of(services: Iterable[Service], case: Case) -> dict[uuid.UUID, list[Date]]:
    """The next sessions of those that take bookings here, without what is booked already. Two queries in all."""
    able = {service.pk: service for service in services if service.bookable and not service.source}
    if not able:
        return {}
    mine = Booking.objects.filter(case_booking__case=case, status__in=sorted(STANDS)).values("session")
    rows = Session.coming().filter(service__in=able, cancelled_at=None).exclude(pk__in=mine).order_by("starts_at", "id")
    found: dict[uuid.UUID, list[Date]] = {}
    for row in rows[: DATES * len(able) * 4]:
        row.service = able[row.service_id]
        if len(found.setdefault(row.service_id, [])) < DATES and not why_closed(row):
            found[row.service_id].append(Date(row, day(row), room(row)))
    return found


def day(session: Session) -> str:
    start = timezone.localtime(session.starts_at)
    return f"{start:%A} {start.day} {start:%B}, {time_words(session.starts_at)}"


def room(session: Session) -> str:
    left = session.places_left
    if left is None:
        return ""
    return f"{left} place{'' if left == 1 else 's'} left" if left else "full: waiting list"


def bookings_of(case: Case) -> QuerySet[Booking]:
    """What was booked from the case: its connectors move these and no others."""
    return Booking.objects.filter(case_booking__case=case).select_related("session__service__agency", "team")
