"""Who waits for a session to come, and who is still to be rung about one: numbers only. Apps to the right know them."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import QuerySet

from agencies.models import Membership
from directory.catalogue.timetable import Coming
from directory.models import Session

MOST = 5  # sessions named on the list of activities
# sessions → {a session's id: how many}; at most two queries each
Reader = Callable[["QuerySet[Session]"], dict[uuid.UUID, int]]

waiting: list[Reader] = []  # on the waiting list
calls: list[Reader] = []  # to be rung by the group, about news that reaches them no other way


@dataclass(frozen=True)
class Line:
    """A session to come as its group sees it: how many wait, and how many are still to be rung."""

    one: Coming
    waiting: int
    calls: int


def read(readers: list[Reader], sessions: "QuerySet[Session]") -> dict[uuid.UUID, int]:
    return {pk: n for reader in readers for pk, n in reader(sessions).items()}


def lines(coming: list[Coming], sessions: "QuerySet[Session]") -> list[Line]:
    """`sessions` are those of the listing, `coming` what of them is shown."""
    wait, ring = read(waiting, sessions), read(calls, sessions)
    pks = [one.session.pk if one.session else None for one in coming]
    return [Line(one, wait.get(pk, 0), ring.get(pk, 0)) for one, pk in zip(coming, pks, strict=True)]  # type: ignore[arg-type]


@dataclass(frozen=True)
class Calls:
    """`count` people to ring about an agency's sessions; `sessions` are the first of these, each with how many."""

    count: int
    sessions: list[tuple[Session, int]]


def to_ring(member: Membership) -> Calls:
    found = read(calls, Session.coming().filter(pk__in=Session.kept_by(member)))
    if not found:
        return Calls(0, [])
    rows = Session.kept_by(member).filter(pk__in=found).select_related("service").order_by("starts_at", "id")
    return Calls(sum(found.values()), [(row, found[row.pk]) for row in rows[:MOST]])
