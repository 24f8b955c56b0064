"""Who waits for a session to come, and who is still to be rung about one: numbers only. Apps to the right know them."""

import uuid
from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils.html import format_html, format_html_join

from agencies.models import Membership
from config.hooks import Hook
from directory.catalogue.timetable import UpcomingSession
from directory.hooks import SessionCounter, SessionReach, call_counters, reach_counters, waiting_counters
from directory.models import Session

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


def count_reach(sessions: list[Session]) -> SessionReach:
    """How those who booked these sessions can be told of something, all together."""
    counts = [count(sessions) for count in reach_counters] or [SessionReach()]
    return SessionReach(*map(sum, zip(*counts, strict=True)))


def format_reach(reach: SessionReach, ring_url: str = "") -> str:
    """Who hears by e-mail, whom to ring (a link, where there is an address for it) and who cannot be reached."""
    mail, ring, team, lost = reach
    said = [
        f"{mail} {'is' if mail == 1 else 'are'} told by e-mail." if mail else "",
        f"{team} {'is' if team == 1 else 'are'} told by the connectors who booked for them." if team else "",
        f"{lost} left no phone or e-mail and cannot be reached: put up a note, or be at the door." if lost else "",
    ]
    if ring and ring_url:
        said.insert(1, format_html('<a href="{}#ring">Ring {}: names, numbers and what to say</a>.', ring_url, ring))
    elif ring:
        said.insert(1, f"{ring} left only a phone number: you ring them.")
    return format_html_join(" ", "{}", ((words,) for words in said if words)) or "Nobody is booked."


@dataclass(frozen=True)
class PendingCalls:
    """`count` people to ring about an agency's sessions; `sessions` are the first of these, each with how many."""

    count: int
    sessions: list[tuple[Session, int]]


def load_pending_calls(member: Membership) -> PendingCalls:
    found = count_by_session(call_counters, Session.coming().filter(pk__in=Session.kept_by(member)))
    if not found:
        return PendingCalls(0, [])
    rows = Session.kept_by(member).filter(pk__in=found).select_related("service").order_by("starts_at", "id")
    return PendingCalls(sum(found.values()), [(row, found[row.pk]) for row in rows[:MAX_SESSIONS_LISTED]])
