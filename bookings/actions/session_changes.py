"""What becomes of the bookings when a session is cancelled, moved, or gets other places."""

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Least

from agencies.models import Author
from bookings import notifications
from bookings.actions.places import hold
from bookings.actions.transition import offer_free, standing_in, step
from bookings.models import Booking
from bookings.states import Booked, Mover
from directory.models import Session


@transaction.atomic
def hear_session(session: Session, what: str) -> None:
    """Called in the deed's own transaction (catalogue.timetable.hears), with "cancelled", "moved" or "places"."""
    held = hold(session.pk)
    if what == "cancelled":
        for booking in standing_in(held):
            step(booking, Booked.CALLED_OFF, by=Author.system(), mover=Mover.SYSTEM, words=held.cancelled_why)
    elif what == "moved":
        tell_of_move(held)
    offer_free(held)
    session.taken, session.places = held.taken, held.places


def tell_of_move(held: Session) -> None:
    """Each keeps what they have, place or number; an offer runs out before the new beginning at the latest."""
    mine = Booking.objects.filter(session=held)
    mine.filter(status=Booked.OFFERED).update(offered_until=Least(F("offered_until"), held.starts_at))
    mine.update(reminded_at=None)
    for booking in standing_in(held):
        notifications.tell(booking, "moved", key=f"moved {held.starts_at.isoformat()} {held.at_location_id or ''}")
