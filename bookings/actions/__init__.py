"""Deeds on bookings: each holds the session's row first, so that places are counted one after the other.

Lock order: session → referrals → person → case. Whoever hears or tells is called inside the deed's transaction.
"""

from bookings.actions.book import Who, add_at_door, book
from bookings.actions.transition import BookingRefused, mark, move_booking
from bookings.hooks import hears_booking, tells_booking

__all__ = ["BookingRefused", "Who", "add_at_door", "book", "hears_booking", "mark", "move_booking", "tells_booking"]
