"""Taking out who booked, and leaving that somebody did."""

import uuid
from collections.abc import Collection
from datetime import datetime

from django.db import connection

from bookings.models import Booking, BookingLink, BookingMove


def blank_bookings(ids: Collection[uuid.UUID], now: datetime) -> None:
    """Take name, contact and words out of these bookings, and end their links: a job's, in its transaction."""
    blank_contacts(ids, now)
    with connection.cursor() as cursor:  # the one lawful change of an append-only row
        cursor.execute("SELECT set_config('app.erasing', 'on', true)")
        BookingMove.objects.filter(booking__in=ids).exclude(words="").update(words="")
        cursor.execute("SELECT set_config('app.erasing', '', true)")


def blank_contacts(ids: Collection[uuid.UUID], now: datetime) -> None:
    """Take out name, contact and note alone, and end the links: what a request may do, too."""
    BookingLink.objects.filter(booking__in=ids).delete()
    Booking.objects.filter(pk__in=ids).update(name="", phone="", email="", note="", blanked_at=now)
