"""The answer to whoever referred, at the end: a move, and a row with the outcome in a few words."""

from typing import Any

from django.db import transaction

from agencies.models import Author, Signed
from referrals.actions.moving import lock, move
from referrals.models import Answer, DeclineReason, Referral
from referrals.states import FINISHED, Side, Status

NOT_TOLD = "The case is closed. The person did not agree that more is shared."


@transaction.atomic
def answer_referrer(
    referral: Referral,
    *,
    by: Author,
    becomes: Status,
    reason: str,
    outcome: str,
    summary: str,
    codes: list[dict[str, Any]],
    decline_reason: DeclineReason | None = None,
) -> Answer:
    """Finish the referral and tell the referrer how it went; called twice, the first answer stands.

    `becomes` is a finished state; `decline_reason` goes with Status.DECLINED, and is "They do not want this support
    now" when left out. `codes` are SNOMED CT concepts [{"code": "…", "term": "…"}]. Where the person did not agree
    that the sender hears back, the answer says only that. Raises MoveRefused when the table does not allow it.
    """
    lock(referral)
    if first := Answer.objects.filter(referral=referral).first():
        return first
    if becomes not in FINISHED:
        raise ValueError(f"An answer finishes a referral; {becomes} does not.")
    if becomes == Status.DECLINED and decline_reason is None:
        decline_reason = DeclineReason.objects.filter(code="person-declined").first()
    told = {"reason": reason, "outcome": outcome, "summary": summary, "codes": codes}
    if not referral.agreed_to_tell:
        told = {"reason": NOT_TOLD, "outcome": "", "summary": "", "codes": []}
    answer = Answer.objects.create(referral=referral, **told, **Signed.signature(by))
    move(referral, becomes, by=by, side=Side.RECEIVER, reason=decline_reason)
    return answer
