"""Giving a case to a colleague; and all the cases of somebody who leaves."""

import uuid
from collections.abc import Collection
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from agencies.access import Permission
from agencies.actions.hand_over import Decision, is_last
from agencies.actions.membership import lock_membership
from agencies.hooks import MemberHolding, holding_sources
from agencies.models import Author, Draft, Membership
from bookings.states import ACTIVE_STATUSES
from cases.actions.seats import name_worker
from cases.history.record import record_entry
from cases.models import Case, Entry, Kind
from cases.notifications import notify_new_lead, notify_of_cases_given
from config.template_tags import date_words


@transaction.atomic
def give_case(
    *, case: Case, to: Membership | None, by: Author, key: uuid.UUID | None = None, tell: bool = True
) -> Entry | None:
    """Make `to` the lead of `case`; the history and (with `tell`) an e-mail say so. None when `to` leads it already.

    With `to=None` whoever leads it leaves, and nobody has it yet: the history says that. Raises PermissionDenied unless
    both work for the team that owns the case today.
    """
    if by.agency != case.agency or (to and (to.agency_id != case.agency_id or to.ended_at)):
        raise PermissionDenied
    head = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if key and (first := Entry.objects.filter(case=head, key=key).first()):
        return first
    if head.lead_id == (to and to.pk):
        return None
    before = (case if case.lead_id == head.lead_id else head).lead.user.name
    if to:
        case.lead = to
        case.save(update_fields=["lead"])
        name_worker(head, to)
    details = {"before": before, "after": to.user.name if to else ""}
    entry = record_entry(case=case, kind=Kind.ASSIGNED, by=by, details=details, key=key)
    if to and tell:
        notify_new_lead(case, by)
    return entry


@holding_sources.register
def list_cases_held(member: Membership) -> list[MemberHolding]:
    """The open cases that the member leads, each with its next step; of the last connector, all of the team."""
    if not member.has_permission(Permission.WORK_CASES):
        return []
    whose = Q(agency=member.agency_id) if is_last(member, Permission.WORK_CASES) else Q(lead=member)
    then = "What nobody takes stands in “Without a connector” on everybody’s caseload, until a colleague does."
    return [MemberHolding(items=list_open_cases(whose), then=then, **CASES_HELD)]


def list_cases_alone(member: Membership) -> MemberHolding:
    """The open cases of the member's team whose connector has left, or may no longer work with cases."""
    at_work = [m.pk for m in Membership.at_work_for(member.agency) if m.has_permission(Permission.WORK_CASES)]
    seen = Case.visible_to(member).filter(agency=member.agency_id).values("pk")
    items = list_open_cases(Q(pk__in=seen) & ~Q(lead__in=at_work))
    return MemberHolding(items=items, then="What nobody takes stays in “Without a connector”.", **CASES_HELD)


@transaction.atomic
def give_cases_alone(*, by: Membership, decision: Decision[Membership]) -> int:
    """Give cases that nobody leads to colleagues, or to oneself; how many were given. Two who do so at once go one
    after the other: the second gives what the first has left."""
    lock_membership(by)
    given = 0
    for to, ids in decision.share_out(list_cases_alone(by)).items():
        if to:
            hand_over_cases(by, ids, to, Author.of(by))
            given += len(ids)
    return given


def list_open_cases(whose: Q) -> list[tuple[str, str]]:
    """Id and words of each, by name."""
    coming = Q(
        case_bookings__booking__status__in=sorted(ACTIVE_STATUSES),
        case_bookings__booking__session__starts_at__gt=timezone.now(),
    )
    rows = Case.with_people().filter(whose, closed_at=None).annotate(places=Count("case_bookings", filter=coming))
    return [(str(case.pk), describe_case_held(case, case.places)) for case in rows.order_by("person__name", "pk")]


def describe_case_held(case: Case, places: int) -> str:
    """ "Joan Whitfield. Next: Ring, by 3 December 2026. 1 place booked"."""
    if case.restriction:  # whoever decides who takes it need not be named in it
        return f"Restricted case {case.reference}"
    said = [str(case.person)]
    if case.next_action:
        said.append(f"Next: {case.next_action}, by {date_words(case.next_action_on)}")
    if places:
        said.append(f"{places} place{'' if places == 1 else 's'} booked")
    return ". ".join(said)


def hand_over_cases(member: Membership, ids: Collection[str], to: Membership | None, by: Author) -> None:
    """Give those cases, and what the member was writing in them, to a colleague; one e-mail tells of all."""
    cases = list(Case.with_people().filter(pk__in=ids, agency=member.agency_id, closed_at=None).order_by("pk"))
    for case in cases:
        give_case(case=case, to=to, by=by, tell=False)
    if to and cases:
        theirs, keys = Draft.visible_to(to).values("key"), [case.draft_key for case in cases]
        Draft.visible_to(member).filter(key__in=keys).exclude(key__in=theirs).update(member=to)
        notify_of_cases_given(to, len(cases), cases[0], by)


CASES_HELD: dict[str, Any] = {
    "name": "cases",
    "label": "Open cases",
    "needs": Permission.WORK_CASES,
    "read_by": Permission.WORK_CASES,
    "hand_over": hand_over_cases,
}
