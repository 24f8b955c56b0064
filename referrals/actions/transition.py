"""The one way in which a referral changes its state."""

import datetime
import uuid
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from agencies.models import Agency, Author, Signed
from config.row_security import enter
from config.template_tags import date_words, time_words
from config.transitions import MoveRefused, check_move, find_by_key, lock_row, save_move
from referrals import notifications
from referrals.hooks import on_referral_moved
from referrals.models import DeclineReason, Move, Referral
from referrals.models.referral import answer_deadline
from referrals.states import TRANSITIONS, ReferralStatus, Side


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
    ground: str = "",
    happened_on: datetime.date | None = None,
    key: uuid.UUID | None = None,
    seen: int | None = None,
) -> Move:
    """Move `referral` on by the table TRANSITIONS, leave a numbered row, and tell those who wait for it.

    With `to_agency` it is passed on, and `ground` (a PassingGround) says whether the person was asked again.
    `seen` is `moves_made` as it was when the form was shown: whoever answers an older state is told so.
    The second call with the same `key` gets the first one's move. `referral` is brought up to date.
    Raises MoveRefused; then nothing has changed.
    """
    lock_referral(referral)
    if first := find_by_key(referral.moves, key):
        return first
    made = Move(
        referral=referral,
        number=referral.moves_made + 1,
        before=referral.status,
        after=to,
        reason=reason,
        words=words.strip(),
        to_agency=to_agency,
        to_agency_name=to_agency.name if to_agency else "",
        ground=ground,
        happened_on=happened_on,
        key=key,
        **Signed.signature(by),
    )
    validate_move(made, side=side, seen=seen)
    save_move(referral, made, on_referral_moved, **head_changes(made))
    notifications.notify_of_move(referral, made, side)
    return made


def lock_referral(referral: Referral) -> None:
    """Hold the row until the transaction ends, and read it as it stands now. Whoever may hold it sees it so long, also
    once it has been passed on to another team."""
    lock_row(referral)
    enter("referral", referral.pk)
    referral.refresh_from_db(from_queryset=Referral.locked())


def validate_move(made: Move, *, side: Side, seen: int | None) -> None:
    """Raises MoveRefused for what the table, a colleague who was quicker, or the team that is asked does not allow."""
    referral = made.referral
    if seen not in (None, referral.moves_made):
        raise MoveRefused(describe_latest_move(referral))
    refusal = partial(describe_latest_move, referral)
    check_move(TRANSITIONS, made.before, made.after, actor=side, refusal=refusal, row=made)
    passing_on = made.before == made.after == ReferralStatus.SENT
    if passing_on != (made.to_agency is not None) or made.to_agency == referral.to_agency:
        raise MoveRefused("Choose another team to pass this to.")


def head_changes(made: Move) -> dict[str, Any]:
    """What else a move changes about its referral: asking anew starts the clock anew."""
    referral = made.referral
    changed: dict[str, Any] = {}
    if made.to_agency:
        changed |= {"to_agency": made.to_agency, "assigned_to": None}
    if made.after == ReferralStatus.SENT:
        agency = made.to_agency or referral.to_agency
        due = answer_deadline(
            agency, service=referral.service, urgency=referral.urgency, today=timezone.localdate(made.at)
        )
        changed |= {"answer_by": due, "nudges": 0, "unanswered_at": None}
    return changed


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
