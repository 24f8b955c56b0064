"""Giving somebody a copy of what is held about them: what is left out of it and why, the copy itself, who took it."""

import uuid
from collections.abc import Collection

from django.db import transaction

from agencies.models import Author
from cases.actions.rights import lock_active_request, move_request
from cases.models import Redaction, Release, ReleaseDownload, RightsRequest
from cases.models.subject_access import RedactionReason
from cases.states import RightsStatus
from cases.subject_access import build_snapshot, fingerprint, gather_sections
from config.transitions import MoveRefused, insert_if_new, lock_row


@transaction.atomic
def redact_items(
    request: RightsRequest,
    *,
    by: Author,
    items: Collection[str],
    reason: RedactionReason,
    passage: str = "",
    opinion: str = "",
) -> None:
    """Leave these items, or one passage of one, out of the copy. The record itself stays as it is.

    Raises MoveRefused once the copy was given out, or before it is known who asks.
    """
    lock_active_request(request)
    for item in items:
        said = {"item": item, "passage": passage, "reason": reason, "opinion": opinion}
        insert_if_new(Redaction(request=request, agency=request.agency, **said, **Redaction.signature(by)))


@transaction.atomic
def put_back(request: RightsRequest, redaction: uuid.UUID) -> None:
    """Leave it in after all."""
    lock_active_request(request)
    request.redactions.filter(pk=redaction).delete()


@transaction.atomic
def release_copy(request: RightsRequest, *, by: Author, seen: str, key: uuid.UUID) -> Release:
    """Make the copy that both files come from, and answer the request with it; the history of the case says so.

    `seen` is the fingerprint of what was read through. Raises MoveRefused when something was added since. Twice, also
    at once, gets the same copy.
    """
    lock_row(request)
    if first := Release.objects.filter(request=request).first():
        return first
    lock_active_request(request)
    if fingerprint(gather_sections(request)) != seen:
        raise MoveRefused("Something was added or changed since you read it. Read it again, then give it out")
    snapshot = build_snapshot(request, by)
    move_request(request, RightsStatus.DONE, by=by, words="The copy was made.", key=key)
    signed = Release.signature(by)
    return Release.objects.create(request=request, agency=request.agency, snapshot=snapshot, **signed)


def log_download(release: Release, *, by: Author, form: str) -> ReleaseDownload:
    """Note who takes which file, when: it stands in the file too."""
    signed = ReleaseDownload.signature(by)
    return ReleaseDownload.objects.create(release=release, agency_id=release.agency_id, form=form, **signed)
