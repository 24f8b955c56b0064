"""Answers: what a voluntary group says to a referral, and the outcome that whoever referred hears at the end."""

import datetime
import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone

from agencies.models import Author, Signed
from config.http import parse_uuid
from config.transitions import MoveRefused, find_by_key, save_move
from referrals import notifications
from referrals.actions.remarks import send_message
from referrals.actions.transition import describe_latest_move, lock_referral, move_referral
from referrals.hooks import on_referral_moved
from referrals.models import Answer, DeclineReason, Move, Referral, Remark
from referrals.states import FINISHED_STATUSES, ReferralStatus, Side

NOT_TOLD_REASON = "The case is closed. The person did not agree that more is shared."


@transaction.atomic
def answer_referrer(
    referral: Referral,
    *,
    by: Author,
    becomes: ReferralStatus,
    reason: str,
    outcome: str,
    summary: str,
    codes: list[dict[str, Any]],
    groups: list[str] | None = None,
    decline_reason: DeclineReason | None = None,
) -> Answer:
    """Finish the referral and tell the referrer how it went; called twice, the first answer stands.

    `becomes` is a finished state; `decline_reason` goes with Status.DECLINED, and is "They do not want this support
    now" when left out. `codes` are SNOMED CT concepts [{"code": "…", "term": "…"}], `groups` whom the person went on
    to, a line each. Where the person did not agree
    that the sender hears back, the answer says only that. Raises MoveRefused when the table does not allow it.
    """
    lock_referral(referral)
    if first := Answer.objects.filter(referral=referral).first():
        return first
    if becomes not in FINISHED_STATUSES:
        raise ValueError(f"An answer finishes a referral; {becomes} does not.")
    if becomes == ReferralStatus.DECLINED and decline_reason is None:
        decline_reason = DeclineReason.objects.filter(code="person-declined").first()
    told = {"reason": reason, "outcome": outcome, "summary": summary, "codes": codes, "groups": groups or []}
    if not referral.agreed_to_tell:
        told = {"reason": NOT_TOLD_REASON, "outcome": "", "summary": "", "codes": [], "groups": []}
    answer = Answer.objects.create(referral=referral, **told, **Signed.signature(by))
    move_referral(referral, becomes, by=by, side=Side.RECEIVER, reason=decline_reason)
    return answer


@transaction.atomic
def reply_to_referral(
    referral: Referral,
    *,
    by: Author,
    to: ReferralStatus | None,
    key: uuid.UUID,
    seen: int,
    reason: DeclineReason | None = None,
    words: str = "",
    happened_on: datetime.date | None = None,
) -> Move | Remark:
    """What the group that was asked says: a move, or with `to=None` only a message.

    The second call with the same `key` changes nothing. Raises MoveRefused, as `move_referral` does.
    """
    if to is None:
        return send_message(referral, by=by, words=words, key=key)
    return move_referral(
        referral, to, by=by, side=Side.RECEIVER, reason=reason, words=words, happened_on=happened_on, key=key, seen=seen
    )


def find_answer_to_take_back(referral: Referral) -> Move | None:
    """The latest move, while the group that was asked may still take it back; None when there is no such answer."""
    latest = referral.moves.order_by("-number").first() if referral.service_id else None
    until = latest.take_back_until if latest else None
    return latest if until and until > timezone.now() else None


@transaction.atomic
def take_back_answer(referral: Referral, *, by: Author, key: uuid.UUID, seen: int) -> Move:
    """The group tapped the wrong answer: a move of its own leads back to where the referral stood, and both rows stay.

    The second call with the same `key` gets the first one's move. Raises MoveRefused when it is too late, or
    something else has happened since.
    """
    lock_referral(referral)
    if first := find_by_key(referral.moves, key):
        return first
    wrong = find_answer_to_take_back(referral)
    if wrong is None or seen != referral.moves_made:
        raise MoveRefused(describe_latest_move(referral))
    made = Move(
        referral=referral,
        number=referral.moves_made + 1,
        before=wrong.after,
        after=wrong.before,
        takes_back=wrong,
        key=key,
        **Signed.signature(by),
    )
    save_move(referral, made, on_referral_moved)
    notifications.notify_of_move(referral, made, Side.RECEIVER)
    return made


def has_replied(referral: Referral, key: str) -> bool:
    """Whether a post with this key, as it came from the form, was answered before."""
    sought = parse_uuid(key)
    return bool(find_by_key(referral.moves, sought) or find_by_key(referral.remarks, sought))
