"""Words about a referral that move nothing: a message back, a colleague who takes it over."""

import uuid

from django.db import transaction

from agencies.models import Author, Membership, Signed
from config.transitions import MoveRefused, find_by_key, save_columns
from referrals import notifications
from referrals.actions.transition import describe_latest_move, lock_referral
from referrals.hooks import on_remark_saved
from referrals.models import Referral, Remark
from referrals.states import TRIAGE_STATUSES


@transaction.atomic
def send_message(referral: Referral, *, by: Author, words: str, key: uuid.UUID | None = None) -> Remark:
    """A message from whoever was asked to whoever asked. The second call with the same `key` gets the first's."""
    remark, created = save_remark(referral, by=by, words=words, kind=Remark.Kind.MESSAGE, key=key)
    if created:
        notifications.notify_sender(referral, key=f"remark {remark.pk}")
    return remark


@transaction.atomic
def assign_referral(referral: Referral, *, to: Membership, by: Author, key: uuid.UUID | None = None) -> Remark:
    """Give a referral that waits for an answer to a colleague in the team.

    Raises MoveRefused when it has been answered meanwhile, or when the colleague works elsewhere.
    """
    lock_referral(referral)
    if referral.status not in TRIAGE_STATUSES:
        raise MoveRefused(describe_latest_move(referral))
    if to.agency_id != referral.to_agency_id or to.ended_at:
        raise MoveRefused("Choose somebody who works in this team.")
    words = f"Given to {to.user.name}"
    remark, created = save_remark(referral, by=by, words=words, kind=Remark.Kind.ASSIGNED, key=key)
    if created:
        save_columns(referral, assigned_to=to)
        notifications.notify_assignee(referral, remark, to)
    return remark


@transaction.atomic
def unassign_referral(referral: Referral, *, by: Author) -> None:
    """Give it back to the whole team: whoever had it leaves."""
    save_remark(referral, by=by, words="Given back to the team", kind=Remark.Kind.ASSIGNED, key=None)
    save_columns(referral, assigned_to=None)


def save_remark(
    referral: Referral, *, by: Author, words: str, kind: Remark.Kind, key: uuid.UUID | None
) -> tuple[Remark, bool]:
    """Write the remark and let the case hear it; False beside it when `key` was seen before."""
    lock_referral(referral)
    if first := find_by_key(referral.remarks, key):
        return first, False
    remark = Remark(referral=referral, kind=kind, words=words.strip(), key=key, **Signed.signature(by))
    remark.save()
    for hear in on_remark_saved:
        hear(referral, remark)
    return remark, True
