"""What the apps to the right hear of bookings."""

from collections.abc import Callable

from bookings.models import Booking, BookingMove
from config.hooks import Hook

# Each move, so that the case history has it in the same transaction.
on_booking_moved: Hook[Callable[[Booking, BookingMove], None]] = Hook()

# News where a connector team booked, in place of our own message: booking, which of notifications.NEWS_SUBJECTS,
# words, key.
on_booking_news: Hook[Callable[[Booking, str, str, str], None]] = Hook()
