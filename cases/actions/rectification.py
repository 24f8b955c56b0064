"""Putting a record right at the person's wish (UK GDPR article 16): a dated correction beside what it corrects; or,
where the team does not agree, the person's own statement beside it, with the reason."""

import uuid

from django.db import transaction

from agencies.models import Author
from cases.actions.rights import lock_active_request, move_request
from cases.history.record import record_entry
from cases.models import Audience, Case, Entry, Kind, RightsMove, RightsRequest
from cases.states import RightsStatus

ASKED = "The person asked for it"


@transaction.atomic
def correct_for_person(request: RightsRequest, *, entry: Entry, by: Author, text: str, key: uuid.UUID) -> Entry:
    """A correction of any entry of the team's own case, whoever wrote it; what it corrects stays as it was, and whoever
    may read that reads this. Raises MoveRefused once the request is answered."""
    lock_active_request(request)
    return record_entry(
        case=entry.case,
        kind=Kind.CORRECTION,
        by=by,
        text=text,
        audience=Audience(entry.audience),
        details={"number": entry.number, "asked": ASKED},
        corrects=entry,
        key=key,
    )


@transaction.atomic
def attach_statement(
    request: RightsRequest, *, case: Case, about: Entry | str, by: Author, statement: str, reason: str, key: uuid.UUID
) -> Entry:
    """What the person says of an entry, or of a fact (its label), in their own words; and why the team leaves it."""
    lock_active_request(request)
    entry = about if isinstance(about, Entry) else None
    named = f"entry {entry.number}" if entry else str(about)
    return record_entry(
        case=case,
        kind=Kind.STATEMENT,
        by=by,
        text=statement,
        audience=Audience(entry.audience) if entry else Audience.CIRCLE,
        details={"about": named, "refused": reason},
        corrects=entry,
        key=key,
    )


def finish_rectification(request: RightsRequest, *, by: Author, agreed: bool, words: str, key: uuid.UUID) -> RightsMove:
    """All that was asked is decided: done, or refused with the reason that the person reads."""
    return move_request(request, RightsStatus.DONE if agreed else RightsStatus.REFUSED, by=by, words=words, key=key)
