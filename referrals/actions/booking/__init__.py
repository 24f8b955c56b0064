"""Deeds on bookings: each holds the session's row first, so that places are counted one after the other.

Lock order: session → referrals → person → case. Whoever hears or tells is called inside the deed's transaction.
"""

from referrals.actions.booking.hooks import hears_booking, tells_booking
from referrals.actions.booking.moving import BookingRefused, mark, move_booking
from referrals.actions.booking.taking import Who, add_at_door, book

__all__ = ["BookingRefused", "Who", "add_at_door", "book", "hears_booking", "mark", "move_booking", "tells_booking"]
