"""The one way in which a booking changes its state, and who may change it when."""

import uuid
from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from agencies.models import Author, Signed
from bookings import notifications
from bookings.actions.places import (
    adjust_places_taken,
    calculate_offer_end,
    has_begun,
    lock_session,
    next_noon,
)
from bookings.hooks import on_booking_moved
from bookings.models import REGISTER_OPEN_FOR, Booking, BookingMove
from bookings.states import ACTIVE_STATUSES, MARKED_STATUSES, STATUSES_HOLDING_PLACE, TRANSITIONS, Actor, BookingStatus
from config.template_tags import date_words, time_words
from config.transitions import MoveRefused, check_move, find_by_key, save_move
from directory.models import Session


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
    MoveRefused; then nothing has changed.
    """
    session = lock_session(booking.session_id)
    booking.refresh_from_db(from_queryset=Booking.locked())
    booking.session = session
    first = find_by_key(booking.moves, key) or (booking.moves.last() if booking.status == to else None)
    if first:
        return first
    if seen not in (None, booking.moves_made):
        raise MoveRefused(describe_latest_move(booking))
    made = apply_move(booking, to, by=by, mover=mover, key=key, words=words, more=more)
    if to not in MARKED_STATUSES:
        offer_free_places(session)
    return made


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
    """Make the move: `booking.session` is held. Saves a booking that is new. Raises MoveRefused."""
    made = BookingMove(
        booking=booking,
        number=booking.moves_made + 1,
        before=booking.status,
        after=to,
        words=words,
        key=key,
        **Signed.signature(by),
    )
    validate_move(made, mover=mover)
    change = (to in STATUSES_HOLDING_PLACE) - (made.before in STATUSES_HOLDING_PLACE)
    adjust_places_taken(booking.session, change, more=more or to == BookingStatus.ATTENDED)
    offered_until = None
    if to == BookingStatus.OFFERED:
        offered_until = calculate_offer_end(made.at, booking.session.service.offer_hours, booking.session.starts_at)
        if booking.is_unreachable:
            offered_until = min(offered_until, next_noon(made.at))
    save_move(booking, made, on_booking_moved, offered_until=offered_until)
    notifications.notify_of_move(booking, made, mover)
    return made


def validate_move(made: BookingMove, *, mover: Actor) -> None:
    """Raises MoveRefused for what the table or the time does not allow."""
    booking, session = made.booking, made.booking.session
    check_move(
        TRANSITIONS,
        made.before,
        made.after,
        actor=mover,
        refusal=lambda: f"This booking is now: {booking.get_status_display().lower()}.",
    )
    on_register = {made.before, made.after} & MARKED_STATUSES
    if on_register and not register_is_open(session):
        raise MoveRefused(register_closed_reason(session))
    if not on_register and has_begun(session) and mover != Actor.SYSTEM:
        raise MoveRefused("The session has begun, so this can no longer be changed here.")
    if not on_register and session.cancelled_at and mover != Actor.SYSTEM:
        raise MoveRefused("This session is cancelled.")


def offer_free_places(session: Session) -> None:
    """Offer each free place of a session that is held to the next who waits. Where places are not counted, or no
    longer, whoever waits has one."""
    if session.cancelled_at or has_begun(session) or not session.has_room:
        return
    to = BookingStatus.BOOKED if session.places is None else BookingStatus.OFFERED
    for booking in lock_bookings(session, {BookingStatus.WAITING}, most=session.places_left):
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


def lock_bookings(
    session: Session, statuses: Collection[BookingStatus] = ACTIVE_STATUSES, most: int | None = None
) -> list[Booking]:
    """Those of a session that is held which stand there (who still want to come), in their order, held too."""
    rows = list(Booking.locked().filter(session=session, status__in=sorted(statuses)).order_by("number")[:most])
    for booking in rows:
        booking.session = session
    return rows
