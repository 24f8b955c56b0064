"""Words about a referral that move nothing: a message back, a colleague who takes it over."""

import uuid
from collections.abc import Callable

from django.db import transaction

from agencies.models import Author, Membership, Signed
from referrals.actions import telling
from referrals.actions.moving import MoveRefused, lock, standing
from referrals.models import Referral, Remark
from referrals.states import TO_TRIAGE

# Called inside the remark's own transaction, so that the case history has the message at the same moment.
hears_remark: list[Callable[[Referral, Remark], None]] = []


@transaction.atomic
def send_message(referral: Referral, *, by: Author, words: str, key: uuid.UUID | None = None) -> Remark:
    """A message from whoever was asked to whoever asked. The second call with the same `key` gets the first's."""
    remark, created = keep(referral, by=by, words=words, kind=Remark.Kind.MESSAGE, key=key)
    if created:
        telling.news(referral, key=f"remark {remark.pk}")
    return remark


@transaction.atomic
def assign(referral: Referral, *, to: Membership, by: Author, key: uuid.UUID | None = None) -> Remark:
    """Give a referral that waits for an answer to a colleague in the team.

    Raises MoveRefused when it has been answered meanwhile, or when the colleague works elsewhere.
    """
    lock(referral)
    if referral.status not in TO_TRIAGE:
        raise MoveRefused(standing(referral))
    if to.agency_id != referral.to_agency_id or to.ended_at:
        raise MoveRefused("Choose somebody who works in this team.")
    words = f"Given to {to.user.name}"
    remark, created = keep(referral, by=by, words=words, kind=Remark.Kind.ASSIGNED, key=key)
    if created:
        referral.assigned_to = to
        referral.save(update_fields=["assigned_to"])
        telling.assigned(referral, remark, to)
    return remark


def keep(
    referral: Referral, *, by: Author, words: str, kind: Remark.Kind, key: uuid.UUID | None
) -> tuple[Remark, bool]:
    """Write the remark and let the case hear it; False beside it when `key` was seen before."""
    lock(referral)
    if key and (first := Remark.objects.filter(referral=referral, key=key).first()):
        return first, False
    remark = Remark(referral=referral, kind=kind, words=words.strip(), key=key, **Signed.signature(by))
    remark.save()
    for hear in hears_remark:
        hear(referral, remark)
    return remark, True
