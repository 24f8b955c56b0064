"""Taking a place, or a number on the waiting list; and coming through the door without either."""

import uuid
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from agencies.models import Agency, Author
from bookings.actions.places import SESSION_FULL_MESSAGE, has_begun, lock_session
from bookings.actions.transition import (
    apply_move,
    offer_free_places,
    register_closed_reason,
    register_is_open,
)
from bookings.models import Booking
from bookings.states import Actor, BookingStatus
from config.transitions import MoveRefused
from directory.catalogue.timetable import runs_on
from directory.models import Session


@dataclass(frozen=True)
class Attendee:
    """All that a booking holds about somebody."""

    name: str
    email: str = ""
    phone: str = ""
    note: str = ""


@transaction.atomic
def create_booking(
    *, session: Session, by: Author, mover: Actor, key: uuid.UUID, who: Attendee, team: Agency | None = None
) -> Booking:
    """A place, or when there is none the next number on the waiting list. Never one place more than there are,
    however many ask at once.

    The second call with the same `key` gets the first one's booking. Raises MoveRefused when nobody can book it:
    it has begun, is cancelled, or its group takes no bookings here.
    """
    held = lock_session(session.pk)
    if first := Booking.objects.filter(key=key).first():
        return first
    if why := booking_closed_reason(held):
        raise MoveRefused(why)
    offer_free_places(held)  # nobody who waits is passed over
    to = BookingStatus.BOOKED if held.has_room else BookingStatus.WAITING
    booking = build_booking(held, key=key, who=who, team=team)
    apply_move(booking, to, by=by, mover=mover, key=key)
    return booking


@transaction.atomic
def create_walk_in_booking(
    *, session: Session, by: Author, key: uuid.UUID, who: Attendee, more: bool = False
) -> Booking:
    """Somebody came without booking. With `more` also when all places are taken: the session then had one more.

    The second call with the same `key` gets the first one's booking. Raises MoveRefused when the register is
    closed, or it is full and `more` was not said.
    """
    held = lock_session(session.pk)
    if first := Booking.objects.filter(key=key).first():
        return first
    if not register_is_open(held):
        raise MoveRefused(register_closed_reason(held))
    if not held.has_room and not more:
        raise MoveRefused(SESSION_FULL_MESSAGE)
    booking = build_booking(held, key=key, who=who)
    apply_move(booking, BookingStatus.ATTENDED, by=by, mover=Actor.GROUP, key=key)
    Session.objects.filter(pk=held.pk, registered_at=None).update(registered_at=timezone.now())
    return booking


def build_booking(held: Session, *, key: uuid.UUID, who: Attendee, team: Agency | None = None) -> Booking:
    """Not saved yet; its number is the next in a session that is held."""
    last = Booking.objects.filter(session=held).aggregate(last=Max("number"))["last"]
    return Booking(
        key=key,
        session=held,
        number=(last or 0) + 1,
        team=team,
        name=who.name,
        email=who.email,
        phone=who.phone,
        note=who.note,
    )


def booking_closed_reason(session: Session) -> str:
    """Why nobody can book it, in plain English; "" when they can."""
    if session.cancelled_at:
        return "This session is cancelled." + (f" {session.cancelled_why}" if session.cancelled_why else "")
    if has_begun(session):
        return "This session has begun."
    service = session.service
    if session.is_in_doubt:
        return f"{service.agency.name} has not said yet whether it is on that day. {session.check_first}."
    if not service.bookable or not service.is_listed:
        return f"{service.agency.name} does not take bookings here."
    if not runs_on(service, timezone.localdate(session.starts_at)):
        return "This activity is closed for now."
    return ""
