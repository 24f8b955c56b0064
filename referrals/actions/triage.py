"""What a connector team decides about a referral before there is a case. To accept it is to open one: cases."""

import uuid
from typing import Any

from django.db import transaction

from agencies.models import Agency, Author
from config.transitions import MoveRefused, find_by_key
from referrals.actions.transition import describe_latest_move, lock_referral, move_referral
from referrals.models import DeclineReason, Move, Referral
from referrals.states import TRIAGE_STATUSES, ReferralStatus, Side


def ask_detail(referral: Referral, *, by: Author, words: str, key: uuid.UUID, seen: int) -> Move:
    """Return it to the sender, saying in `words` what is missing."""
    return apply_triage(referral, ReferralStatus.RETURNED, by=by, words=words, key=key, seen=seen)


def decline_referral(
    referral: Referral, *, by: Author, reason: DeclineReason, words: str, key: uuid.UUID, seen: int
) -> Move:
    return apply_triage(referral, ReferralStatus.DECLINED, by=by, reason=reason, words=words, key=key, seen=seen)


def pass_on(referral: Referral, *, by: Author, team: Agency, words: str, key: uuid.UUID, seen: int) -> Move:
    """Give it to another connector team: it leaves this team's inbox, and the clock starts anew."""
    return apply_triage(referral, ReferralStatus.SENT, by=by, to_agency=team, words=words, key=key, seen=seen)


@transaction.atomic
def apply_triage(referral: Referral, to: ReferralStatus, *, by: Author, key: uuid.UUID, **how: Any) -> Move:
    """Move it as the receiving team. Raises MoveRefused once there is a case: that is closed, not declined."""
    lock_referral(referral)
    if first := find_by_key(referral.moves, key):
        return first
    if referral.status not in TRIAGE_STATUSES:
        raise MoveRefused(describe_latest_move(referral))
    return move_referral(referral, to, by=by, side=Side.RECEIVER, key=key, **how)
