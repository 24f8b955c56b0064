"""Taking name, contact and words out of bookings. That there was one, and whether they came, stays."""

import datetime

from django.db.models import QuerySet

from bookings.models import Booking, BookingLink, BookingMove
from config.append_only import erase_columns


def blank_bookings(rows: QuerySet[Booking], now: datetime.datetime) -> int:
    """Blank those of `rows` that are not yet; how many. Their sessions are held by the caller."""
    ids = list(rows.filter(blanked_at=None).order_by("pk").values_list("pk", flat=True))
    BookingLink.objects.filter(booking__in=ids).delete()
    erase_columns(BookingMove.objects.filter(booking__in=ids).exclude(words=""), words="")
    return Booking.objects.filter(pk__in=ids).update(name="", phone="", email="", note="", blanked_at=now)
