"""The one way in which a referral changes its state."""

import datetime
import uuid
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils import timezone

from agencies.models import Agency, Author, Signed
from config.template_tags import date_words, time_words
from referrals.actions import telling
from referrals.models import DeclineReason, Move, Referral
from referrals.promises import answer_by
from referrals.states import MOVES, Side, Status

# Called inside the move's own transaction, so that the case history has the answer at the same moment.
hears: list[Callable[[Referral, Move], None]] = []


class MoveRefused(Exception):
    """The table does not allow the move, or somebody was quicker. `str()` says in plain English where it stands."""


@transaction.atomic
def move(
    referral: Referral,
    to: Status,
    *,
    by: Author,
    side: Side,
    reason: DeclineReason | None = None,
    words: str = "",
    to_agency: Agency | None = None,
    happened_on: datetime.date | None = None,
    key: uuid.UUID | None = None,
    seen: int | None = None,
) -> Move:
    """Move `referral` on by the table MOVES, leave a numbered row, and tell those who wait for it.

    `seen` is `moves_made` as it was when the form was shown: whoever answers an older state is told so.
    The second call with the same `key` gets the first one's move. `referral` is brought up to date.
    Raises MoveRefused; then nothing has changed.
    """
    lock(referral)
    if key and (first := Move.objects.filter(referral=referral, key=key).first()):
        return first
    if seen is not None and seen != referral.moves_made:
        raise MoveRefused(standing(referral))
    check(referral, Status(to), side=side, reason=reason, words=words, to_agency=to_agency)
    made = Move(
        referral=referral,
        number=referral.moves_made + 1,
        before=referral.status,
        after=to,
        reason=reason,
        words=words.strip(),
        to_agency=to_agency,
        happened_on=happened_on,
        key=key,
        **Signed.signature(by),
    )
    made.save()
    carry(referral, made)
    for hear in hears:
        hear(referral, made)
    telling.moved(referral, made, side)
    return made


def lock(referral: Referral) -> None:
    """Hold the row until the transaction ends, and read it as it stands now."""
    referral.refresh_from_db(from_queryset=Referral.locked())


def check(
    referral: Referral, to: Status, *, side: Side, reason: DeclineReason | None, words: str, to_agency: Agency | None
) -> None:
    """Raises MoveRefused unless the table allows it to this side, with what the table asks for."""
    rule = MOVES.get((Status(referral.status), to))
    if rule is None or rule.side != side:
        raise MoveRefused(standing(referral))
    if rule.needs_reason and reason is None:
        raise MoveRefused("Say why, by choosing a reason.")
    if rule.needs_words and not words.strip():
        raise MoveRefused("Say why, in a few words.")
    passing_on = referral.status == to == Status.SENT
    if passing_on != (to_agency is not None) or to_agency == referral.to_agency:
        raise MoveRefused("Choose another team to pass this to.")


def carry(referral: Referral, made: Move) -> None:
    """Bring the head of the referral to where the move leaves it; asking anew starts the clock anew."""
    changed: dict[str, Any] = {"status": made.after, "moved_at": made.at, "moves_made": made.number}
    if made.to_agency:
        changed |= {"to_agency": made.to_agency, "assigned_to": None}
    if made.after == Status.SENT:
        agency = made.to_agency or referral.to_agency
        due = answer_by(agency, service=referral.service, urgency=referral.urgency, today=timezone.localdate(made.at))
        changed |= {"answer_by": due, "nudges": 0, "unanswered_at": None}
    for name, value in changed.items():
        setattr(referral, name, value)
    referral.save(update_fields=list(changed))


def standing(referral: Referral) -> str:
    """Who did the latest thing and when: "Priya Shah accepted this at 10:42am"."""
    latest = referral.moves.last()
    if latest is None:
        return f"This referral is now: {referral.get_status_display().lower()}"
    return said(latest)


def said(made: Move) -> str:
    today = timezone.localdate(made.at) == timezone.localdate()
    day = "" if today else f"on {date_words(made.at)} "
    return f"{made.author_name} {made.did} {day}at {time_words(made.at)}"
