"""The record of a person that has been kept long enough: its erasure is asked for, and approved by a second person."""

import uuid
from collections.abc import Iterator, Sequence

from django.db import transaction
from django.utils import timezone

from agencies.models import Agency, Author
from cases.actions.erasure import ask_for_erasure
from cases.actions.rights import move_request, receive_request
from cases.hooks import erasure_refusals
from cases.models import Case, Hold
from cases.states import ErasureGround, RightKind, RightsStatus

NOBODY_ASKED = "Nobody: it has been kept as long as this place keeps it"


@transaction.atomic
def ask_to_erase_person(record: uuid.UUID, agency: Agency, by: Author, reason: str) -> None:
    """Ask for it as whoever decided on the review, once for each end of care. Raises MoveRefused for what is held, and
    for a person with whom something still runs. `reply_to` stays empty, so that nobody is written to."""
    case = Case.with_people().filter(person=record, agency=agency).order_by("-closed_at", "pk")[0]
    key = uuid.uuid5(case.pk, f"retention {case.closed_at}")
    request = receive_request(
        of=case,
        by=by,
        kind=RightKind.ERASURE,
        received_on=timezone.localdate(),
        key=key,
        requester=NOBODY_ASKED,
        reply_to="",
        words=reason,
    )
    if request.status == RightsStatus.RECEIVED:
        move_request(request, RightsStatus.ACTIVE, by=by, words=NOBODY_ASKED)
    if request.status == RightsStatus.ACTIVE:
        ask_for_erasure(request, by=by, ground=ErasureGround.NOT_NEEDED, words=reason, key=uuid.uuid4())


@erasure_refusals.register
def refuse_what_is_held(cases: Sequence[Case]) -> Iterator[str]:
    """A legal hold stands before every erasure, whoever asks for it."""
    people = {case.person_id for case in cases}
    if people and Hold.in_force().filter(person__in=people).exists():
        yield "It is held for a legal reason: end the hold first"
