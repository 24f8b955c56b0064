"""Who else wants to know: filled by the apps to the right in their ready()."""

from collections.abc import Callable

from bookings.models import Booking, BookingMove

# Called with each move, so that the case history has it in the same transaction.
on_booking_moved: list[Callable[[Booking, BookingMove], None]] = []

# Called in place of our own message where a connector team booked: booking, the news (telling.NEWS), words, key.
on_booking_news: list[Callable[[Booking, str, str, str], None]] = []
