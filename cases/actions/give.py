"""Giving a case to a colleague."""

import uuid

from django.core.exceptions import PermissionDenied
from django.db import transaction

from agencies.models import Author, Membership
from cases.history.record import record_entry
from cases.models import Case, Entry, Kind
from cases.notifications import notify_new_lead


@transaction.atomic
def give_case(*, case: Case, to: Membership, by: Author, key: uuid.UUID | None = None) -> Entry | None:
    """Make `to` the lead of `case`; the history and an e-mail say so. None when `to` leads it already.

    Raises PermissionDenied unless both work for the team that owns the case today.
    """
    if by.agency != case.agency or to.agency_id != case.agency_id or to.ended_at:
        raise PermissionDenied
    head = Case.objects.select_for_update(of=("self",)).select_related("lead__user").get(pk=case.pk)
    if key and (first := Entry.objects.filter(case=head, key=key).first()):
        return first
    if head.lead == to:
        return None
    before, case.lead = head.lead.user.name, to
    case.save(update_fields=["lead"])
    details = {"before": before, "after": to.user.name}
    entry = record_entry(case=case, kind=Kind.ASSIGNED, by=by, details=details, key=key)
    notify_new_lead(case, by)
    return entry
