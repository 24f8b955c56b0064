"""What apps to the right tell of a member's work, and hear of its end."""

import datetime
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from agencies.access import Permission
from agencies.models import Agency, Author, Membership
from config.hooks import Hook

HandOver = Callable[[Membership, Collection[str], Membership | None, Author], None]  # from, ids, to, by


@dataclass(frozen=True)
class Holding:
    """Things of one kind that a member would leave behind.

    `hand_over` gives some of them (by id) to a colleague who has the permission `needs`, or with None back to the team;
    it is None itself where nothing can be given, and `then` says what becomes of them.
    """

    name: str
    label: str  # "Open cases"
    items: Sequence[tuple[str, str]]  # id, words
    then: str  # what becomes of those that nobody takes
    needs: Permission | None = None
    hand_over: HandOver | None = None
    read_by: Permission | None = None  # who may read what they are; anybody else sees how many there are


# What a member would leave behind.
holding_sources: Hook[Callable[[Membership], Iterable[Holding]]] = Hook()

# Nobody in the agency has this permission any more: whoever waits for it must hear.
on_agency_unattended: Hook[Callable[[Agency, Permission], None]] = Hook()


@dataclass(frozen=True)
class WaitingItem:
    """One thing that waits for a member: what kind it is, what it is about, where it is dealt with, and by when."""

    kind: str  # "Answer due"
    words: str
    url: str
    due: datetime.date | None = None


# What waits for a member who has no caseload.
waiting_sources: Hook[Callable[[Membership], Iterable[WaitingItem]]] = Hook()
