"""What apps to the right tell of a member's work, and hear of its end."""

import datetime
import uuid
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass

from agencies.access import Permission
from agencies.models import Agency, Author, Membership
from config.hooks import Hook

HandOver = Callable[[Membership, Collection[str], Membership | None, Author], None]  # from, ids, to, by
Settle = Callable[[Agency, Collection[str], Agency | None, Author, str], None]  # of, ids, to, by, on what ground


@dataclass(frozen=True, kw_only=True)
class Holding:
    """Things of one kind that a member, or an agency that closes, would leave behind."""

    name: str
    label: str  # "Open cases"
    items: Sequence[tuple[str, str]]  # id, words
    then: str  # what becomes of those that nobody takes
    read_by: Permission | None = None  # who may read what they are; anybody else sees how many there are


@dataclass(frozen=True, kw_only=True)
class MemberHolding(Holding):
    """`hand_over` gives some of them (by id) to a colleague who has the permission `needs`, or with None back to the
    team; it is None itself where nothing can be given."""

    needs: Permission | None = None
    hand_over: HandOver | None = None


@dataclass(frozen=True, kw_only=True)
class AgencyHolding(Holding):
    """`settle` hands some of them to one of the agencies `takers`, on one of the `grounds` where they are about people
    who were not asked; or with None it answers them. It is None itself where nothing is to be done."""

    settle: Settle | None = None
    takers: Sequence[Agency] = ()
    grounds: Sequence[tuple[str, str]] = ()  # value, words


# What a member would leave behind, and what an agency that closes would.
holding_sources: Hook[Callable[[Membership], Iterable[MemberHolding]]] = Hook()
closing_sources: Hook[Callable[[Agency], Iterable[AgencyHolding]]] = Hook()

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

# What the steward is warned of, beside the backups: one sentence each.
safety_sources: Hook[Callable[[Membership], Iterable[str]]] = Hook()


@dataclass(frozen=True)
class PlacePeriod:
    """A figure of the place: what it is of, its unit, what it is unless the steward sets another, and from where."""

    code: str
    label: str
    default: int
    unit: str  # "years", "days", "working days"
    since: str  # "the end of care"
    source: str
    least: int = 1


@dataclass(frozen=True)
class DueRecord:
    """A record whose period has run out: of which agency, which row, and when it did."""

    agency: uuid.UUID
    record: uuid.UUID
    due_on: datetime.date


@dataclass(frozen=True, kw_only=True)
class RecordClass:
    """Records of one kind. `find_due(today, length, record)` may be asked of one record alone; `describe` says in words
    which they are, for who decides; `erase` is the deed, when somebody has said yes. A heap is many small records of an
    agency that are decided on together, and named by the agency. Without `find_due` the class is cleared by a job of
    its own, as its period says, and nobody need decide."""

    period: PlacePeriod
    find_due: Callable[[datetime.date, int, uuid.UUID | None], Iterable[DueRecord]] | None = None
    describe: Callable[[Collection[uuid.UUID]], dict[uuid.UUID, str]] | None = None
    erase: Callable[[uuid.UUID, Agency, Author, str], None] | None = None
    erased: str = "Erased"  # said once it is done
    is_heap: bool = False


# What an app keeps, and for how long.
record_classes: Hook[Callable[[], Iterable[RecordClass]]] = Hook()
