"""Restriction of processing (UK GDPR article 18): cases that are kept and not used, until that is lifted.

`record_entry` holds it: all that is done with a case is written there. What others tell of it is kept meanwhile; its
circle does not see it; no list counts it; and only who answers for records writes in it, saying why.
"""

import datetime
import uuid

from django.db import transaction
from django.utils import timezone

from agencies.models import Author
from cases.actions.rights import lock_active_request, move_request
from cases.history.record import record_entry
from cases.models import Audience, Case, Kind, RightsRequest
from cases.states import RightsStatus
from config.template_tags import date_words
from config.transitions import MoveRefused, save_columns


@transaction.atomic
def restrict_processing(request: RightsRequest, *, by: Author, words: str, decided: bool, key: uuid.UUID) -> None:
    """Keep and no longer use the cases of the person who asks. `decided` answers the request; without it they are left
    alone while it is looked into. The same `key` again changes nothing. Raises MoveRefused.
    """
    lock_active_request(request)
    cases = lock_cases(request)
    if not cases:
        raise MoveRefused("Your organisation has no case of this person")
    for case in cases:
        if case.processing_restricted_at is None:
            save_columns(case, processing_restricted_at=timezone.now())
            record_change(case, by, "Kept, and not used, from now on", words, key)
    if decided:
        move_request(request, RightsStatus.DONE, by=by, words=words, key=key)


@transaction.atomic
def lift_restriction(
    case: Case, *, by: Author, words: str, told_how: str, told_on: datetime.date, key: uuid.UUID
) -> None:
    """Use it again. The person was told before: how and when stands in the history (article 18(3))."""
    head = Case.locked().get(pk=case.pk)
    if head.processing_restricted_at is None:
        return
    told = f"{told_how}, {date_words(told_on)}"
    record_change(head, by, "Used again, from now on", words, key, told=told)
    save_columns(head, processing_restricted_at=None)


def lock_cases(request: RightsRequest) -> list[Case]:
    """Of the person who asks, held until the transaction ends."""
    if request.person_id is None:
        return []
    return list(Case.locked().filter(person=request.person_id).order_by("pk"))


def record_change(case: Case, by: Author, what: str, words: str, key: uuid.UUID, **more: str) -> None:
    details = {"what": what, **more}
    key = uuid.uuid5(key, what)
    record_entry(case=case, kind=Kind.RIGHT, by=by, text=words, audience=Audience.TEAM, details=details, key=key)
