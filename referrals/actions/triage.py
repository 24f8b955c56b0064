"""What a connector team decides about a referral before there is a case. To accept it is to open one: cases."""

import uuid
from typing import Any

from django.db import transaction

from agencies.models import Agency, Author
from referrals.actions.moving import MoveRefused, lock, move, standing
from referrals.models import DeclineReason, Move, Referral
from referrals.states import TO_TRIAGE, Side, Status


def ask_detail(referral: Referral, *, by: Author, words: str, key: uuid.UUID, seen: int) -> Move:
    """Return it to the sender, saying in `words` what is missing."""
    return decide(referral, Status.RETURNED, by=by, words=words, key=key, seen=seen)


def decline(referral: Referral, *, by: Author, reason: DeclineReason, words: str, key: uuid.UUID, seen: int) -> Move:
    return decide(referral, Status.DECLINED, by=by, reason=reason, words=words, key=key, seen=seen)


def pass_on(referral: Referral, *, by: Author, team: Agency, words: str, key: uuid.UUID, seen: int) -> Move:
    """Give it to another connector team: it leaves this team's inbox, and the clock starts anew."""
    return decide(referral, Status.SENT, by=by, to_agency=team, words=words, key=key, seen=seen)


@transaction.atomic
def decide(referral: Referral, to: Status, *, by: Author, key: uuid.UUID, **how: Any) -> Move:
    """Move it as the receiving team. Raises MoveRefused once there is a case: that is closed, not declined."""
    lock(referral)
    done = Move.objects.filter(referral=referral, key=key).exists()
    if referral.status not in TO_TRIAGE and not done:
        raise MoveRefused(standing(referral))
    return move(referral, to, by=by, side=Side.RECEIVER, key=key, **how)
