"""How many wait for a session, and how many are still to be rung about it (catalogue/demand.py asks for them)."""

import uuid
from collections import Counter
from functools import reduce
from operator import or_

from django.db.models import Count, Q, QuerySet

from agencies.models import Message
from agencies.models.message import Channel
from bookings.models import Booking
from bookings.notifications import session_key_prefix
from bookings.states import BookingStatus
from directory.hooks import call_counters, waiting_counters
from directory.models import Session

MAX_SESSIONS_CHECKED = 200  # sessions with somebody who left no e-mail that are looked at


@waiting_counters.register
def count_waiting(sessions: "QuerySet[Session]") -> dict[uuid.UUID, int]:
    rows = Booking.objects.filter(session__in=sessions, status=BookingStatus.WAITING)
    return dict(rows.values_list("session").annotate(n=Count("pk")).order_by())


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
