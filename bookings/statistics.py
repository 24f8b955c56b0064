"""What came of a listing's sessions, by month: places booked, who came and who did not. Numbers alone leave here."""

import datetime
import uuid

from django.db.models import Count, Q
from django.db.models.functions import TruncMonth

from bookings.models import Booking
from bookings.states import BookingStatus
from directory.catalogue.statistics import MonthlyCounts
from directory.hooks import statistics_sources

HELD = (BookingStatus.BOOKED, BookingStatus.ATTENDED, BookingStatus.MISSED)


@statistics_sources.register
def of_listings(services: list[uuid.UUID], since: datetime.date) -> MonthlyCounts:
    """{(service, first day of the month): {"booked": 12, "attended": 9, "missed": 2}}, from the month of `since` on.

    A booking counts in the month of its session.
    """
    rows = Booking.objects.filter(
        session__service__in=services, session__starts_at__date__gte=since.replace(day=1)
    ).annotate(month=TruncMonth("session__starts_at"))
    by_month = rows.order_by("session__service", "month").values_list("session__service", "month")
    counts = by_month.annotate(
        booked=Count("pk", filter=Q(status__in=HELD)),
        attended=Count("pk", filter=Q(status=BookingStatus.ATTENDED)),
        missed=Count("pk", filter=Q(status=BookingStatus.MISSED)),
    )
    return {
        (service, month.date()): {"booked": booked, "attended": attended, "missed": missed}
        for service, month, booked, attended, missed in counts
    }
