"""Taking a place, or a number on the waiting list; and coming through the door without either."""

import re
import unicodedata
import uuid
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.db import transaction
from django.db.models import F, Max
from django.db.models.functions import Greatest
from django.utils import timezone

from agencies.models import Agency, Author
from bookings import notifications
from bookings.actions.places import SESSION_FULL_MESSAGE, has_begun, lock_session
from bookings.actions.transition import (
    apply_move,
    offer_free_places,
    register_closed_reason,
    register_is_open,
)
from bookings.models import Booking, BookingLink
from bookings.states import ACTIVE_STATUSES, Actor, BookingStatus
from config.fields import find_phone_number
from config.transitions import MoveRefused
from directory.catalogue.timetable import runs_on
from directory.models import Session

TITLES = {"mr", "mrs", "ms", "miss", "mx", "dr", "rev"}
MIN_WORD_LIKENESS = 0.8  # of difflib: Jon and John 0.86, Joan and John 0.75


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


@dataclass(frozen=True)
class Repeat:
    """Somebody who is on the list has booked again, and nothing was made. `shown` is what its page shows: as if it
    were new, so that it tells a stranger nothing; who is on the list is told by a message to their contact."""

    booking: Booking
    shown: dict[str, Any]


@transaction.atomic
def request_place(*, session: Session, by: Author, key: uuid.UUID, who: Attendee, another: bool) -> Booking | Repeat:
    """A place, or a number, for somebody who asks for themselves; as `create_booking`, but nobody stands twice in the
    line: whoever has the same contact and name there already hears so. `another`: they say it is another person."""
    held = lock_session(session.pk)
    same = None if another or Booking.objects.filter(key=key).exists() else find_same_person(held, who)
    if same is None:
        return create_booking(session=session, by=by, mover=Actor.PERSON, key=key, who=who)
    if why := booking_closed_reason(held):
        raise MoveRefused(why)
    offer_free_places(held)
    waiting = Booking.objects.filter(session=held, status=BookingStatus.WAITING).count()
    waiting += BookingLink.count_waiting_repeats(held)
    status, position = (BookingStatus.BOOKED, 0) if held.has_room else (BookingStatus.WAITING, waiting + 1)
    same.refresh_from_db()
    posted = same.links.filter(repeat__key=str(key))
    if status == BookingStatus.BOOKED and not posted.exists():
        withhold_place(held, 1)
    notifications.notify_of_repeat(same, "asked")
    shown = {"name": who.name, "email": who.email, "phone": who.phone, "status": status.value, "position": position}
    return Repeat(same, shown | {"key": str(key)})


def withhold_place(session: Session, change: int) -> None:
    """Show one place fewer, or one more again, as a booking that is made or cancelled would: the number must not tell
    whether whoever asked is on the list already. None is taken."""
    Session.objects.filter(pk=session.pk).update(withheld=Greatest(F("withheld") + change, 0))


@transaction.atomic
def cancel_repeat(link: BookingLink) -> None:
    """Cancelled on the page of a booking that was not made: the page says so, the first booking stands, and whoever
    has it is told. May be called twice."""
    if link.repeat and link.repeat["status"] != BookingStatus.CANCELLED:
        if link.repeat["status"] == BookingStatus.BOOKED:
            withhold_place(link.booking.session, -1)
        link.repeat |= {"status": BookingStatus.CANCELLED.value, "position": 0}
        link.save(update_fields=["repeat"])
        notifications.notify_of_repeat(link.booking, "cancelled")


def find_same_person(session: Session, who: Attendee) -> Booking | None:
    """Who is on the list of the session with the same e-mail address or phone number, and the same name."""
    contacts = normalise_contacts(who.email, who.phone)
    standing = Booking.objects.filter(session=session, status__in=sorted(ACTIVE_STATUSES)).order_by("number")
    for booking in standing.select_related("session__service__agency", "team") if contacts else ():
        if contacts & normalise_contacts(booking.email, booking.phone) and is_same_name(booking.name, who.name):
            return booking
    return None


def normalise_contacts(email: str, phone: str) -> set[str]:
    """The address and the number as nobody writes them, so that two ways of writing one are the same."""
    found = find_phone_number(phone)
    number = f"+{found.number.country_code}{found.number.national_number}" if found else re.sub(r"\D", "", phone)
    return {unicodedata.normalize("NFKC", email).strip().casefold(), number} - {""}


def is_same_name(one: str, other: str) -> bool:
    """Whether two names may be one person's: "Joan", "Mrs J. Whitfield" and "joan whitfeld" are Joan Whitfield's,
    "Peter Whitfield" is not. People of one household share a phone."""
    short, long = sorted((split_name(one), split_name(other)), key=len)
    return all(any(is_same_word(word, known) for known in long) for word in short)


def split_name(name: str) -> list[str]:
    letters = unicodedata.normalize("NFKD", name).casefold()
    plain = "".join(c if c.isalpha() else " " for c in letters if not unicodedata.combining(c) and c not in "'’")
    return [word for word in plain.split() if word not in TITLES]


def is_same_word(one: str, other: str) -> bool:
    if 1 in (len(one), len(other)):
        return one[0] == other[0]
    return SequenceMatcher(None, one, other).ratio() >= MIN_WORD_LIKENESS


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
