"""How long names and contacts of bookings are kept: a job of the night takes them out (bookings/jobs.py)."""

from agencies.hooks import PlacePeriod, RecordClass, record_classes
from bookings.models import CONTACT_KEPT_FOR

BOOKING = PlacePeriod(
    "booking-contact",
    "Name and contact of who booked a place",
    CONTACT_KEPT_FOR.days,
    "days",
    "the session",
    "As long as the group needs to put its register right",
    least=28,  # so long the group reads them
)


@record_classes.register
def list_booking_classes() -> list[RecordClass]:
    return [RecordClass(period=BOOKING)]
