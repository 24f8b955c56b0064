"""Taking name, contact and words out of bookings. That there was one, and whether they came, stays."""

from datetime import datetime

from django.db.models import QuerySet

from bookings.models import Booking, BookingLink, BookingMove
from config.append_only import erase_columns


def blank_bookings(rows: QuerySet[Booking], now: datetime) -> int:
    """Blank those of `rows` that are not yet, with their moves; how many. For a job that holds their sessions."""
    ids = list(rows.filter(blanked_at=None).order_by("pk").values_list("pk", flat=True))
    erase_columns(BookingMove.objects.filter(booking__in=ids).exclude(words=""), words="")
    return blank_contacts(rows, now)


def blank_contacts(rows: QuerySet[Booking], now: datetime) -> int:
    """Take out name, contact and note alone, and end the links: what a request may do, too; how many."""
    ids = list(rows.filter(blanked_at=None).order_by("pk").values_list("pk", flat=True))
    BookingLink.objects.filter(booking__in=ids).delete()
    return Booking.objects.filter(pk__in=ids).update(name="", phone="", email="", note="", blanked_at=now)
