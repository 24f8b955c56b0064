"""Deeds on bookings: each holds the session's row first, so that places are counted one after the other.

Lock order: session → referrals → person → case. Whoever hears or tells is called inside the deed's transaction.
"""

from bookings.actions.book import Attendee, create_booking, create_walk_in_booking, request_place
from bookings.actions.transition import mark_attendance, move_booking
from config.transitions import MoveRefused
