"""A deed of one agency that stands in another's case history: the case is opened to it for as long as it is written.

Each of the database's functions named here sees for itself that who asks has a right to what leads there (policies.py).
"""

import uuid
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from bookings.models import Booking
from config.row_security import entered
from referrals.models import Referral


@contextmanager
def case_of_referral(referral: Referral) -> Iterator[None]:
    """Within it, the case that a referral led to, or was sent from, is seen by whoever sees the referral."""
    with entered("case", *find_case("SELECT case_of_referral(%s)", referral.pk)):
        yield


@contextmanager
def case_of_booking(booking: Booking) -> Iterator[None]:
    """Within it, the case that a booking was made from is seen by whoever holds the session."""
    with entered("case", *find_case("SELECT case_of_booking(%s)", booking.pk)):
        yield


def find_case(statement: str, key: uuid.UUID) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(statement, [key])
        return [str(found) for (found,) in cursor.fetchall() if found]
