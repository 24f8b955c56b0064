"""Sending a referral: its row, its first move and the message that it is waiting, in one commit."""

import datetime
import uuid
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from agencies.models import Agency, Author, Signed
from config.transitions import insert_if_new
from directory.models import Service, TaxonomyTerm
from referrals import notifications
from referrals.models import Move, Referral
from referrals.models.referral import answer_deadline
from referrals.states import ReferralStatus


@transaction.atomic
def send_referral(
    *,
    by: Author,
    key: uuid.UUID,
    to_agency: Agency,
    started_at: datetime.datetime,
    details: dict[str, Any],
    needs: Iterable[TaxonomyTerm],
    service: Service | None = None,
    words: str = "",
) -> Referral:
    """Ask `to_agency` (for its `service`, when onward from a case) to help the person in `details`.

    `details` are column values of Referral. `words` go with the first move, such as why it was sent although
    another is open. The second call with the same `key` returns the first one's referral, also when both run
    at once. Raises PermissionDenied when the key is another agency's, or `by` is no member.
    """
    if by.member is None:
        raise PermissionDenied("Only a member sends a referral.")
    now = timezone.now()
    referral = Referral(
        key=key,
        from_agency=by.member.agency,
        sent_by=by.member,
        to_agency=to_agency,
        service=service,
        status=ReferralStatus.SENT,
        started_at=min(started_at, now),
        sent_at=now,
        moved_at=now,
        moves_made=1,
        agreed_with=to_agency,
        agreed_with_name=f"{service.name}, {to_agency.name}" if service else to_agency.name,
        agreed_tell_name=by.member.agency.name if details.get("agreed_to_tell") else "",
        answer_by=answer_deadline(to_agency, service=service, urgency=details.get("urgency", "")),
        **details,
    )
    if not insert_if_new(referral):
        first = Referral.objects.get(key=key)
        if first.from_agency_id != by.member.agency_id:
            raise PermissionDenied("This form was sent by another agency.")
        return first
    referral.needs.add(*needs)
    Move(
        referral=referral, number=1, before="", after=ReferralStatus.SENT, at=now, words=words, **Signed.signature(by)
    ).save()
    notifications.notify_receiver(referral, key=f"sent {referral.pk}", why="new")
    return referral


def has_same_content(first: Referral, details: dict[str, Any], needs: Iterable[TaxonomyTerm]) -> bool:
    """Whether a form sent again is the same form, or was changed after it had been sent (Back, then Send)."""
    same = all(getattr(first, name) == value for name, value in details.items())
    return same and {n.pk for n in first.needs.all()} == {n.pk for n in needs}
