"""What becomes of the bookings when a session is cancelled, moved, or gets other places."""

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Least

from agencies.models import Author
from bookings import notifications
from bookings.actions.places import lock_session
from bookings.actions.transition import apply_move, lock_bookings, offer_free_places
from bookings.models import Booking
from bookings.states import Actor, BookingStatus
from directory.hooks import on_session_changed
from directory.models import Session


@on_session_changed.register
@transaction.atomic
def apply_session_change(session: Session, what: str) -> None:
    """Called in the deed's own transaction (catalogue.timetable.hears), with "cancelled", "moved" or "places"."""
    held = lock_session(session.pk)
    if what == "cancelled":
        for booking in lock_bookings(held):
            apply_move(
                booking, BookingStatus.CALLED_OFF, by=Author.system(), mover=Actor.SYSTEM, words=held.cancelled_why
            )
    elif what == "moved":
        notify_of_session_move(held)
    offer_free_places(held)
    session.taken, session.places = held.taken, held.places


def notify_of_session_move(held: Session) -> None:
    """Each keeps what they have, place or number; an offer runs out before the new beginning at the latest."""
    mine = Booking.objects.filter(session=held)
    mine.filter(status=BookingStatus.OFFERED).update(offered_until=Least(F("offered_until"), held.starts_at))
    mine.update(reminded_at=None)
    for booking in lock_bookings(held):
        notifications.notify_booker(
            booking, "moved", key=f"moved {held.starts_at.isoformat()} {held.at_location_id or ''}"
        )
