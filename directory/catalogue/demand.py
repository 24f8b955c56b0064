"""Who waits for a session to come, and who is still to be rung about one: numbers only. Apps to the right know them."""

import uuid
from dataclasses import dataclass

from django.db.models import Count, QuerySet

from agencies.models import Membership
from config.hooks import Hook
from directory.catalogue.timetable import UpcomingSession
from directory.hooks import SessionCounter, call_counters, waiting_counters
from directory.models import Service, Session

MAX_SESSIONS_LISTED = 5  # sessions named on the list of activities


@dataclass(frozen=True)
class SessionDemand:
    """A session to come as its group sees it: how many wait, and how many are still to be rung."""

    one: UpcomingSession
    waiting: int
    calls: int


def count_by_session(readers: Hook[SessionCounter], sessions: "QuerySet[Session]") -> dict[uuid.UUID, int]:
    return {pk: n for reader in readers for pk, n in reader(sessions).items()}


def list_session_demand(coming: list[UpcomingSession], sessions: "QuerySet[Session]") -> list[SessionDemand]:
    """`sessions` are those of the listing, `coming` what of them is shown."""
    wait, ring = count_by_session(waiting_counters, sessions), count_by_session(call_counters, sessions)
    pks = [one.session.pk if one.session else None for one in coming]
    return [SessionDemand(one, wait.get(pk, 0), ring.get(pk, 0)) for one, pk in zip(coming, pks, strict=True)]  # type: ignore[arg-type]


@dataclass(frozen=True)
class PendingCalls:
    """`count` people to ring about an agency's sessions; `sessions` are the first of these, each with how many."""

    count: int
    sessions: list[tuple[Session, int]]


def list_services_in_doubt(member: Membership) -> list[tuple[Service, int]]:
    """The agency's activities with dates of which it has yet to say whether they are on, and how many. One query."""
    waiting = Session.coming().filter(pk__in=Session.kept_by(member), cancelled_at=None).exclude(Session.CERTAIN)
    rows = Service.objects.filter(sessions__in=waiting, source="").only("name").order_by("name", "pk")
    return [(row, row.doubts) for row in rows.annotate(doubts=Count("sessions"))[:MAX_SESSIONS_LISTED]]


def load_pending_calls(member: Membership) -> PendingCalls:
    found = count_by_session(call_counters, Session.coming().filter(pk__in=Session.kept_by(member)))
    if not found:
        return PendingCalls(0, [])
    rows = Session.kept_by(member).filter(pk__in=found).select_related("service").order_by("starts_at", "id")
    return PendingCalls(sum(found.values()), [(row, found[row.pk]) for row in rows[:MAX_SESSIONS_LISTED]])
