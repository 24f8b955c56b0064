"""Yes or no to what waits for somebody, once."""

from typing import TypeVar

from django.utils import timezone

from agencies.models import Membership
from directory.models.review import Decidable, Decision

DecidableRow = TypeVar("DecidableRow", bound=Decidable)


class AlreadyDecided(Exception):
    """Another was first. `row` says who, when and what."""

    def __init__(self, row: Decidable) -> None:
        super().__init__("This has been decided already.")
        self.row = row


def lock_undecided(row: DecidableRow) -> DecidableRow:
    """The row as it is now, locked, so that two who answer at once answer once. Raises AlreadyDecided."""
    fresh = type(row)._default_manager.select_for_update(of=("self",)).select_related("decided_by__user").get(pk=row.pk)
    if not fresh.is_open:
        raise AlreadyDecided(fresh)
    return fresh


def record_decision(row: Decidable, decision: Decision, words: str, by: Membership) -> None:
    """Who decided what when. The caller has the row from `lock_undecided`."""
    row.decision, row.decided_at, row.decided_by, row.decided_words = decision, timezone.now(), by, words
    row.save(update_fields=["decision", "decided_at", "decided_by", "decided_words"])


def is_own_decision(row: Decidable, decision: Decision, by: Membership) -> bool:
    """Whether what was decided is this member's own answer, sent a second time."""
    return row.decided_by_id == by.pk and row.decision == decision
