"""Taking out who booked, and leaving that somebody did."""

import uuid
from collections.abc import Collection
from datetime import datetime

from django.db import connection

from bookings.models import Booking, BookingLink, BookingMove


def blank_bookings(ids: Collection[uuid.UUID], now: datetime) -> None:
    """Take name, contact and words out of these bookings, and end their links, in the caller's transaction."""
    BookingLink.objects.filter(booking__in=ids).delete()
    with connection.cursor() as cursor:  # the one lawful change of an append-only row
        cursor.execute("SELECT set_config('app.erasing', 'on', true)")
        BookingMove.objects.filter(booking__in=ids).exclude(words="").update(words="")
        cursor.execute("SELECT set_config('app.erasing', '', true)")
    Booking.objects.filter(pk__in=ids).update(name="", phone="", email="", note="", blanked_at=now)
