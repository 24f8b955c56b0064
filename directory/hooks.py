"""What apps to the right hear of, and tell, about listings and their sessions."""

import datetime
import uuid
from collections.abc import Callable
from typing import NamedTuple

from django.db.models import QuerySet

from config.hooks import Hook
from directory.models import Session

# service, first day of the month → {"referrals": 3}
MonthlyCounts = dict[tuple[uuid.UUID, datetime.date], dict[str, int]]
# sessions → {a session's id: how many}; at most two queries each
SessionCounter = Callable[["QuerySet[Session]"], dict[uuid.UUID, int]]

# A session, and what became of it: "cancelled", "moved" or "places".
on_session_changed: Hook[Callable[[Session, str], None]] = Hook()

# What others know of listings ("referrals", "booked", "attended", "missed"): the ids of listings and the first day.
statistics_sources: Hook[Callable[[list[uuid.UUID], datetime.date], MonthlyCounts]] = Hook()

waiting_counters: Hook[SessionCounter] = Hook()  # on the waiting list


class SessionReach(NamedTuple):
    """How those who have a place in sessions, or wait for one, hear news of them: how many in each way."""

    by_email: int = 0
    to_ring: int = 0
    by_team: int = 0  # a connector team booked for them, and tells them
    unreachable: int = 0


# Sessions → how those who booked them can be told.
reach_counters: Hook[Callable[[list[Session]], SessionReach]] = Hook()
call_counters: Hook[SessionCounter] = Hook()  # to be rung by the group, about news that reaches them no other way
