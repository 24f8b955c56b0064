"""Which of this app's rows the web's login sees (config.row_security)."""

from agencies.models import Message
from bookings.models import Booking, BookingLink, BookingMove
from config.row_security import also_see, protect

OF_ONE_SEEN = "EXISTS (SELECT FROM referrals_booking b WHERE b.id = booking_id)"

# One who cancels moves the next up, whoever that is: whoever holds the session sees all of it.
seen = (
    "session_id = {session} OR id = {booking} OR team_id = {team} OR EXISTS (SELECT FROM directory_session s"
    " JOIN directory_service v ON v.id = s.service_id WHERE s.id = session_id AND v.agency_id = {publishes})"
)
protect(Booking, see=seen, add="session_id = {session}", change=seen)
protect(BookingMove, see=OF_ONE_SEEN, add=OF_ONE_SEEN)
by_link = f"token_hash = {{link}} OR {OF_ONE_SEEN}"
protect(BookingLink, see=by_link, add=OF_ONE_SEEN, change=by_link, remove=OF_ONE_SEEN)
also_see(Message, "CASE WHEN key LIKE 'booking %' THEN split_part(key, ' ', 2)::uuid END = {session}")
