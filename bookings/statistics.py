"""What came of a listing's sessions, by month; how many wait for one, and how many are still to be rung about it.

The directory asks for them by its hooks. Numbers alone leave here.
"""

import datetime
import uuid
from collections import Counter
from functools import reduce
from operator import or_

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncMonth

from agencies.models import Message
from agencies.models.message import Channel
from bookings.models import Booking
from bookings.notifications import session_key_prefix
from bookings.states import ACTIVE_STATUSES, EXPECTED_STATUSES, BookingStatus
from directory.catalogue.statistics import MonthlyCounts
from directory.hooks import SessionReach, call_counters, reach_counters, statistics_sources, waiting_counters
from directory.models import Session

MAX_SESSIONS_CHECKED = 200  # sessions with somebody who left no e-mail that are looked at


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
        booked=Count("pk", filter=Q(status__in=sorted(EXPECTED_STATUSES))),
        attended=Count("pk", filter=Q(status=BookingStatus.ATTENDED)),
        missed=Count("pk", filter=Q(status=BookingStatus.MISSED)),
    )
    return {
        (service, month.date()): {"booked": booked, "attended": attended, "missed": missed}
        for service, month, booked, attended, missed in counts
    }


@waiting_counters.register
def count_waiting(sessions: "QuerySet[Session]") -> dict[uuid.UUID, int]:
    rows = Booking.objects.filter(session__in=sessions, status=BookingStatus.WAITING)
    return dict(rows.values_list("session").annotate(n=Count("pk")).order_by())


@reach_counters.register
def count_reach(sessions: list[Session]) -> SessionReach:
    """As `notifications.notify_booker` reaches them: their team, else their e-mail, else a call."""
    standing = Q(status__in=sorted(ACTIVE_STATUSES))
    own, mail = Q(team=None), ~Q(email="")
    counts = Booking.objects.filter(standing, session__in=sessions).aggregate(
        by_email=Count("pk", filter=own & mail),
        to_ring=Count("pk", filter=own & ~mail & ~Q(phone="")),
        by_team=Count("pk", filter=~own),
        unreachable=Count("pk", filter=own & ~mail & Q(phone="")),
    )
    return SessionReach(**counts)


@call_counters.register
def count_pending_calls(sessions: "QuerySet[Session]") -> dict[uuid.UUID, int]:
    """Calls not yet noted as made. Only sessions with somebody who left no e-mail are looked up."""
    without = Booking.objects.filter(session__in=sessions, email="", team=None)
    ids = list(
        without.order_by("session__starts_at").values_list("session", flat=True).distinct()[:MAX_SESSIONS_CHECKED]
    )
    if not ids:
        return {}
    about = reduce(or_, (Q(key__startswith=session_key_prefix(pk)) for pk in ids))
    keys = Message.objects.filter(about, channel=Channel.CALL, sent_at=None)
    return dict(Counter(uuid.UUID(key.split()[1]) for key in keys.order_by().values_list("key", flat=True)))
