"""What came of a listing, by month: referrals sent to it, places booked in its sessions, and who came.

Numbers alone leave this file (directory/catalogue/statistics.py asks for them).
"""

import datetime
import uuid

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncMonth

from directory.catalogue.statistics import Counts
from referrals.booking_states import Booked
from referrals.models import Booking, Referral

HELD = (Booked.BOOKED, Booked.ATTENDED, Booked.MISSED)


def of_listings(services: list[uuid.UUID], since: datetime.date) -> Counts:
    """{(service, first day of the month): {"referrals": 3, "booked": 12, "attended": 9, "missed": 2}}.

    A referral counts in the month it was sent, a booking in the month of its session.
    """
    first = since.replace(day=1)
    sent = Referral.objects.filter(service__in=services, sent_at__date__gte=first)
    booked = Booking.objects.filter(session__service__in=services, session__starts_at__date__gte=first)
    found: Counts = {}
    _add(found, _by_month(sent, "sent_at", "service").annotate(referrals=Count("pk")), "service", ["referrals"])
    counts = {"booked": Count("pk", filter=Q(status__in=HELD))}
    counts |= {name: Count("pk", filter=Q(status=name)) for name in ("attended", "missed")}
    by_month = _by_month(booked, "session__starts_at", "session__service")
    _add(found, by_month.annotate(**counts), "session__service", list(counts))
    return found


def _by_month(rows: QuerySet, moment: str, service: str) -> QuerySet:
    return rows.annotate(month=TruncMonth(moment)).order_by(service, "month").values(service, "month")


def _add(found: Counts, rows: QuerySet, service: str, names: list[str]) -> None:
    for row in rows:
        found.setdefault((row[service], row["month"].date()), {}).update({name: row[name] for name in names})
