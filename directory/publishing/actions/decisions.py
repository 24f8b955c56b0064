"""Yes or no to what waits for somebody, once."""

from typing import TypeVar

from django.utils import timezone

from agencies.models import Membership
from config.transitions import check_move, lock_row, save_columns
from directory.models.review import TRANSITIONS, Decidable, Decision

DecidableRow = TypeVar("DecidableRow", bound=Decidable)


def lock_open(row: DecidableRow, by: Membership, decision: Decision = Decision.OPEN) -> None:
    """Hold the row, as it is now, so that two who answer at once answer once. Raises MoveRefused for the second."""
    lock_row(row)
    row.refresh_from_db(from_queryset=type(row)._default_manager.select_related("decided_by__user"))
    check_move(TRANSITIONS, row.decision, decision, actor=by.role, refusal=lambda: "This has been decided already.")


def decide(row: Decidable, decision: Decision, words: str, by: Membership) -> None:
    """Hold the row, and write who decided what when. Raises MoveRefused when another was first: `row` says who."""
    lock_open(row, by, decision)
    save_columns(row, decision=decision, decided_at=timezone.now(), decided_by=by, decided_words=words)


def is_own_decision(row: Decidable, decision: Decision, by: Membership) -> bool:
    """Whether what was decided is this member's own answer, sent a second time."""
    return row.decided_by_id == by.pk and row.decision == decision
