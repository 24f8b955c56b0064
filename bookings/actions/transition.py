"""The one way in which a booking changes its state, and who may change it when."""

import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone

from agencies.models import Author, Signed
from bookings import notifications
from bookings.actions.places import (
    SessionFull,
    adjust_places_taken,
    calculate_offer_end,
    has_begun,
    lock_session,
    next_noon,
)
from bookings.hooks import on_booking_moved
from bookings.models import REGISTER_OPEN_FOR, Booking, BookingMove
from bookings.states import ACTIVE_STATUSES, MARKED_STATUSES, STATUSES_HOLDING_PLACE, Actor, BookingStatus, may_move
from config.template_tags import date_words, time_words
from directory.models import Session

SESSION_FULL_MESSAGE = "All places are taken. Somebody may have been quicker."


class BookingRefused(Exception):
    """The table does not allow it, it is too late, or somebody was quicker. `str()` says so in plain English."""


@transaction.atomic
def move_booking(
    booking: Booking,
    to: BookingStatus,
    *,
    by: Author,
    mover: Actor,
    key: uuid.UUID | None = None,
    words: str = "",
    seen: int | None = None,
    more: bool = False,
) -> BookingMove:
    """Move a booking by the table TRANSITIONS, leave a row, tell those who wait; what is freed goes to the next.

    The second call with the same `key`, and a call for the state it is in already, get the move there is. `seen` is
    `moves_made` as it was when the form was shown. With `more` a full session gets one place more. Raises
    BookingRefused; then nothing has changed.
    """
    session = lock_session(booking.session_id)
    held = Booking.locked().get(pk=booking.pk)
    held.session = session
    first = BookingMove.objects.filter(booking=held, key=key).first() if key else None
    if first is None and held.status == to:
        first = held.moves.order_by("-number").first()
    if first is None:
        validate_move(held, to, mover=mover, seen=seen)
        first = apply_move(held, to, by=by, mover=mover, key=key, words=words, more=more)
        if to not in MARKED_STATUSES:
            offer_free_places(session)
    booking.refresh_from_db()
    return first


def validate_move(booking: Booking, to: BookingStatus, *, mover: Actor, seen: int | None) -> None:
    """Raises BookingRefused for what the table, the time, or somebody who was quicker does not allow."""
    session, begun = booking.session, has_begun(booking.session)
    if seen is not None and seen != booking.moves_made:
        raise BookingRefused(describe_latest_move(booking))
    if not may_move(booking.status, to, mover):
        raise BookingRefused(f"This booking is now: {booking.get_status_display().lower()}.")
    on_register = to in MARKED_STATUSES or booking.status in MARKED_STATUSES
    if on_register and not register_is_open(session):
        raise BookingRefused(register_closed_reason(session))
    if not on_register and begun and mover != Actor.SYSTEM:
        raise BookingRefused("The session has begun, so this can no longer be changed here.")
    if not on_register and session.cancelled_at and mover != Actor.SYSTEM:
        raise BookingRefused("This session is cancelled.")


def apply_move(
    booking: Booking,
    to: BookingStatus,
    *,
    by: Author,
    mover: Actor,
    key: uuid.UUID | None = None,
    words: str = "",
    more: bool = False,
) -> BookingMove:
    """Make the move: `booking.session` is held. Saves a booking that is new. Raises BookingRefused when it is full."""
    before = booking.status if booking.moves_made else ""
    try:
        adjust_places_taken(
            booking.session,
            (to in STATUSES_HOLDING_PLACE) - (before in STATUSES_HOLDING_PLACE),
            more=more or to == BookingStatus.ATTENDED,
        )
    except SessionFull:
        raise BookingRefused(SESSION_FULL_MESSAGE) from None
    now = timezone.now()
    changed: dict[str, Any] = {
        "status": to,
        "moved_at": now,
        "moves_made": booking.moves_made + 1,
        "offered_until": None,
    }
    if to == BookingStatus.OFFERED:
        ends = calculate_offer_end(now, booking.session.service.offer_hours, booking.session.starts_at)
        changed["offered_until"] = min(ends, next_noon(now)) if booking.is_unreachable else ends
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
    for hear in on_booking_moved:
        hear(booking, made)
    notifications.notify_of_move(booking, made, mover)
    return made


def offer_free_places(session: Session) -> None:
    """Offer each free place of a session that is held to the next who waits. Where places are not counted, or no
    longer, whoever waits has one."""
    if session.cancelled_at or has_begun(session) or not session.has_room:
        return
    waiting = Booking.locked().filter(session=session, status=BookingStatus.WAITING).order_by("number")
    for booking in waiting[: session.places_left]:
        booking.session = session
        to = BookingStatus.BOOKED if session.places is None else BookingStatus.OFFERED
        apply_move(booking, to, by=Author.system(), mover=Actor.SYSTEM)


@transaction.atomic
def mark_attendance(booking: Booking, to: BookingStatus, *, by: Author, seen: int | None = None) -> BookingMove:
    """Write on the register who came: ATTENDED, MISSED, or BOOKED to take the mark back; until a week after.

    Twice the same changes nothing. Whoever marks what somebody else has marked otherwise meanwhile is told so.
    """
    made = move_booking(booking, to, by=by, mover=Actor.GROUP, seen=seen)
    Session.objects.filter(pk=booking.session_id, registered_at=None).update(registered_at=timezone.now())
    return made


def register_is_open(session: Session) -> bool:
    """From the morning of its day until a week after."""
    now = timezone.now()
    today = timezone.localdate(now) >= timezone.localdate(session.starts_at)
    return today and now <= session.starts_at + REGISTER_OPEN_FOR and session.cancelled_at is None


def register_closed_reason(session: Session) -> str:
    """Why the register is closed."""
    if session.cancelled_at:
        return "This session was cancelled, so nobody is on its register."
    if timezone.now() > session.starts_at:
        last = date_words(session.starts_at + REGISTER_OPEN_FOR)
        return f"The register could be changed until {last}. Ask us if something is wrong."
    return f"You can write down who came from {date_words(session.starts_at)}."


def describe_latest_move(booking: Booking) -> str:
    """Who did the latest thing and when: "Tom Reed: came, at 10:42am"."""
    latest = booking.moves.order_by("-number").first()
    if latest is None:
        return booking.get_status_display()
    return f"{latest.author_name} was quicker: {latest.deed}, at {time_words(latest.at)}"


def lock_active_bookings(session: Session) -> list[Booking]:
    """Those of a session that is held who still want to come, in their order, held too."""
    rows = list(Booking.locked().filter(session=session, status__in=sorted(ACTIVE_STATUSES)).order_by("number"))
    for booking in rows:
        booking.session = session
    return rows
