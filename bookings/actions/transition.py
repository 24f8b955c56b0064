"""The one way in which a booking changes its state, and who may change it when."""

import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone

from agencies.models import Author, Signed
from bookings import notifications
from bookings.actions.places import NoPlace, count, has_begun, hold, noon_after, offer_ends
from bookings.hooks import hears_booking
from bookings.models import REGISTER_FOR, Booking, BookingMove
from bookings.states import HOLDS_PLACE, REGISTERED, STANDS, Booked, Mover, may_move
from config.template_tags import date_words, time_words
from directory.models import Session

FULL = "All places are taken. Somebody may have been quicker."


class BookingRefused(Exception):
    """The table does not allow it, it is too late, or somebody was quicker. `str()` says so in plain English."""


@transaction.atomic
def move_booking(
    booking: Booking,
    to: Booked,
    *,
    by: Author,
    mover: Mover,
    key: uuid.UUID | None = None,
    words: str = "",
    seen: int | None = None,
    more: bool = False,
) -> BookingMove:
    """Move a booking by the table STEPS, leave a row, tell those who wait; what is freed goes to the next.

    The second call with the same `key`, and a call for the state it is in already, get the move there is. `seen` is
    `moves_made` as it was when the form was shown. With `more` a full session gets one place more. Raises
    BookingRefused; then nothing has changed.
    """
    session = hold(booking.session_id)
    held = Booking.locked().get(pk=booking.pk)
    held.session = session
    first = BookingMove.objects.filter(booking=held, key=key).first() if key else None
    if first is None and held.status == to:
        first = held.moves.order_by("-number").first()
    if first is None:
        check(held, to, mover=mover, seen=seen)
        first = step(held, to, by=by, mover=mover, key=key, words=words, more=more)
        if to not in REGISTERED:
            offer_free(session)
    booking.refresh_from_db()
    return first


def check(booking: Booking, to: Booked, *, mover: Mover, seen: int | None) -> None:
    """Raises BookingRefused for what the table, the time, or somebody who was quicker does not allow."""
    session, begun = booking.session, has_begun(booking.session)
    if seen is not None and seen != booking.moves_made:
        raise BookingRefused(standing(booking))
    if not may_move(booking.status, to, mover):
        raise BookingRefused(f"This booking is now: {booking.get_status_display().lower()}.")
    on_register = to in REGISTERED or booking.status in REGISTERED
    if on_register and not register_is_open(session):
        raise BookingRefused(register_words(session))
    if not on_register and begun and mover != Mover.SYSTEM:
        raise BookingRefused("The session has begun, so this can no longer be changed here.")
    if not on_register and session.cancelled_at and mover != Mover.SYSTEM:
        raise BookingRefused("This session is cancelled.")


def step(
    booking: Booking,
    to: Booked,
    *,
    by: Author,
    mover: Mover,
    key: uuid.UUID | None = None,
    words: str = "",
    more: bool = False,
) -> BookingMove:
    """Make the move: `booking.session` is held. Saves a booking that is new. Raises BookingRefused when it is full."""
    before = booking.status if booking.moves_made else ""
    try:
        count(booking.session, (to in HOLDS_PLACE) - (before in HOLDS_PLACE), more=more or to == Booked.ATTENDED)
    except NoPlace:
        raise BookingRefused(FULL) from None
    now = timezone.now()
    changed: dict[str, Any] = {
        "status": to,
        "moved_at": now,
        "moves_made": booking.moves_made + 1,
        "offered_until": None,
    }
    if to == Booked.OFFERED:
        ends = offer_ends(now, booking.session.service.offer_hours, booking.session.starts_at)
        changed["offered_until"] = min(ends, noon_after(now)) if booking.unreachable else ends
    for name, value in changed.items():
        setattr(booking, name, value)
    booking.save()
    made = BookingMove(
        booking=booking,
        number=booking.moves_made,
        before=before,
        after=to,
        at=now,
        words=words,
        key=key,
        **Signed.signature(by),
    )
    made.save()
    for hear in hears_booking:
        hear(booking, made)
    notifications.moved(booking, made, mover)
    return made


def offer_free(session: Session) -> None:
    """Offer each free place of a session that is held to the next who waits. Where places are not counted, or no
    longer, whoever waits has one."""
    if session.cancelled_at or has_begun(session) or not session.has_room:
        return
    waiting = Booking.locked().filter(session=session, status=Booked.WAITING).order_by("number")
    for booking in waiting[: session.places_left]:
        booking.session = session
        to = Booked.BOOKED if session.places is None else Booked.OFFERED
        step(booking, to, by=Author.system(), mover=Mover.SYSTEM)


@transaction.atomic
def mark(booking: Booking, to: Booked, *, by: Author, seen: int | None = None) -> BookingMove:
    """Write on the register who came: ATTENDED, MISSED, or BOOKED to take the mark back; until a week after.

    Twice the same changes nothing. Whoever marks what somebody else has marked otherwise meanwhile is told so.
    """
    made = move_booking(booking, to, by=by, mover=Mover.GROUP, seen=seen)
    Session.objects.filter(pk=booking.session_id, registered_at=None).update(registered_at=timezone.now())
    return made


def register_is_open(session: Session) -> bool:
    """From the morning of its day until a week after."""
    now = timezone.now()
    today = timezone.localdate(now) >= timezone.localdate(session.starts_at)
    return today and now <= session.starts_at + REGISTER_FOR and session.cancelled_at is None


def register_words(session: Session) -> str:
    """Why the register is closed."""
    if session.cancelled_at:
        return "This session was cancelled, so nobody is on its register."
    if timezone.now() > session.starts_at:
        last = date_words(session.starts_at + REGISTER_FOR)
        return f"The register could be changed until {last}. Ask us if something is wrong."
    return f"You can write down who came from {date_words(session.starts_at)}."


def standing(booking: Booking) -> str:
    """Who did the latest thing and when: "Tom Reed: came, at 10:42am"."""
    latest = booking.moves.order_by("-number").first()
    if latest is None:
        return booking.get_status_display()
    return f"{latest.author_name} was quicker: {latest.deed}, at {time_words(latest.at)}"


def standing_in(session: Session) -> list[Booking]:
    """Those of a session that is held who still want to come, in their order, held too."""
    rows = list(Booking.locked().filter(session=session, status__in=sorted(STANDS)).order_by("number"))
    for booking in rows:
        booking.session = session
    return rows
