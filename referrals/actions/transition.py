"""The one way in which a referral changes its state."""

import datetime
import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone

from agencies.models import Agency, Author, Signed
from config.template_tags import date_words, time_words
from referrals import notifications
from referrals.hooks import on_referral_moved
from referrals.models import DeclineReason, Move, Referral
from referrals.promises import answer_deadline
from referrals.states import TRANSITIONS, ReferralStatus, Side


class MoveRefused(Exception):
    """The table does not allow the move, or somebody was quicker. `str()` says in plain English where it stands."""


@transaction.atomic
def move_referral(
    referral: Referral,
    to: ReferralStatus,
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
    """Move `referral` on by the table TRANSITIONS, leave a numbered row, and tell those who wait for it.

    `seen` is `moves_made` as it was when the form was shown: whoever answers an older state is told so.
    The second call with the same `key` gets the first one's move. `referral` is brought up to date.
    Raises MoveRefused; then nothing has changed.
    """
    lock_referral(referral)
    if key and (first := Move.objects.filter(referral=referral, key=key).first()):
        return first
    if seen is not None and seen != referral.moves_made:
        raise MoveRefused(describe_latest_move(referral))
    validate_move(referral, ReferralStatus(to), side=side, reason=reason, words=words, to_agency=to_agency)
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
    apply_move(referral, made)
    for hear in on_referral_moved:
        hear(referral, made)
    notifications.notify_of_move(referral, made, side)
    return made


def lock_referral(referral: Referral) -> None:
    """Hold the row until the transaction ends, and read it as it stands now."""
    referral.refresh_from_db(from_queryset=Referral.locked())


def validate_move(
    referral: Referral,
    to: ReferralStatus,
    *,
    side: Side,
    reason: DeclineReason | None,
    words: str,
    to_agency: Agency | None,
) -> None:
    """Raises MoveRefused unless the table allows it to this side, with what the table asks for."""
    rule = TRANSITIONS.get((ReferralStatus(referral.status), to))
    if rule is None or rule.side != side:
        raise MoveRefused(describe_latest_move(referral))
    if rule.needs_reason and reason is None:
        raise MoveRefused("Say why, by choosing a reason.")
    if rule.needs_words and not words.strip():
        raise MoveRefused("Say why, in a few words.")
    passing_on = referral.status == to == ReferralStatus.SENT
    if passing_on != (to_agency is not None) or to_agency == referral.to_agency:
        raise MoveRefused("Choose another team to pass this to.")


def apply_move(referral: Referral, made: Move) -> None:
    """Bring the head of the referral to where the move leaves it; asking anew starts the clock anew."""
    changed: dict[str, Any] = {"status": made.after, "moved_at": made.at, "moves_made": made.number}
    if made.to_agency:
        changed |= {"to_agency": made.to_agency, "assigned_to": None}
    if made.after == ReferralStatus.SENT:
        agency = made.to_agency or referral.to_agency
        due = answer_deadline(
            agency, service=referral.service, urgency=referral.urgency, today=timezone.localdate(made.at)
        )
        changed |= {"answer_by": due, "nudges": 0, "unanswered_at": None}
    for name, value in changed.items():
        setattr(referral, name, value)
    referral.save(update_fields=list(changed))


def describe_latest_move(referral: Referral) -> str:
    """Who did the latest thing and when: "Priya Shah accepted this at 10:42am"."""
    latest = referral.moves.last()
    if latest is None:
        return f"This referral is now: {referral.get_status_display().lower()}"
    return describe_move(latest)


def describe_move(made: Move) -> str:
    today = timezone.localdate(made.at) == timezone.localdate()
    day = "" if today else f"on {date_words(made.at)} "
    return f"{made.author_name} {made.did} {day}at {time_words(made.at)}"
