"""What a connector team decides about a referral before there is a case. To accept it is to open one: cases."""

import uuid

from django.db import transaction

from agencies.models import Agency, Author
from config.transitions import MoveRefused, find_by_key
from referrals.actions.transition import describe_latest_move, lock_referral, move_referral
from referrals.models import DeclineReason, Move, Referral
from referrals.states import TRIAGE_STATUSES, ReferralStatus, Side


@transaction.atomic
def triage_referral(
    referral: Referral,
    to: ReferralStatus,
    *,
    by: Author,
    key: uuid.UUID,
    seen: int | None,
    words: str,
    reason: DeclineReason | None = None,
    team: Agency | None = None,
    ground: str = "",
) -> Move:
    """RETURNED to the sender with what is missing, DECLINED, or SENT on to another team, whose clock starts anew.

    Raises MoveRefused, also once there is a case: that is closed, not declined.
    """
    lock_referral(referral)
    if first := find_by_key(referral.moves, key):
        return first
    if referral.status not in TRIAGE_STATUSES:
        raise MoveRefused(describe_latest_move(referral))
    return move_referral(
        referral,
        to,
        by=by,
        side=Side.RECEIVER,
        reason=reason,
        words=words,
        to_agency=team,
        ground=ground,
        key=key,
        seen=seen,
    )
