"""A connector's lists for today: who needs something, what, and by when. Read by the caseload page alone.

All figures come from one aggregate over the open cases of one member (or team), found by index, so that they
cost the same however many cases the place has.
"""

import datetime
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce, Least
from django.urls import reverse
from django.utils import timezone

from agencies.models import Membership
from cases.models import Case, CaseReferral
from config.template_tags import due
from referrals.models import Referral, Urgency
from referrals.states import ReferralStatus

M = TypeVar("M", bound=models.Model)
PAGE_SIZE = 30  # rows shown at once
MAX_PEOPLE_FOUND = 20  # people shown for a search
QUIET_AFTER = datetime.timedelta(days=14)
UNANSWERED_STATUSES = (
    ReferralStatus.SENT,
    ReferralStatus.RETURNED,
)  # a group has been asked, and the connector has no yes or no

LIST_FILTERS: dict[str, Callable[[datetime.date], Q]] = {
    "today": lambda today: Q(due_on__lte=today),
    "first": lambda today: Q(first_contact_at=None),
    "due": lambda today: Q(due_on=today),
    "overdue": lambda today: Q(due_on__lt=today),
    "quiet": lambda today: Q(last_entry_at__lt=timezone.now() - QUIET_AFTER),
    "waiting": lambda today: Q(Exists(unanswered_referrals().filter(case=OuterRef("pk")))),
    "all": lambda today: Q(),
}
LIST_ORDER = {"quiet": "last_entry_at", "all": "person__name"}  # the others: what is due first comes first
CASE_COLUMNS = (  # the columns a row is made of
    "first_contact_due",
    "first_contact_at",
    "next_action",
    "next_action_on",
    "last_entry_at",
    "closed_at",
    "person__name",
    "lead__user__name",
)
REFERRAL_COLUMNS = (
    "case",
    "referral__status",
    "referral__sent_at",
    "referral__answer_by",
    "referral__unanswered_at",
    "referral__service__name",
    "referral__to_agency__name",
)


@dataclass(frozen=True)
class CaseloadRow:
    """One line of a list, in words."""

    pk: uuid.UUID
    url: str
    name: str
    next_step: str
    due: str
    status: str
    tone: str
    lead: str


def open_cases(member: Membership, whose: Membership | None) -> QuerySet[Case]:
    """Open cases of one colleague, or of the whole team when `whose` is None; each with the day it is due."""
    cases = Case.visible_to(member).filter(closed_at=None)
    cases = cases.filter(lead=whose) if whose else cases.filter(agency=member.agency_id)
    first_contact = models.Case(When(first_contact_at=None, then=F("first_contact_due")))
    return cases.annotate(due_on=Coalesce(Least(F("next_action_on"), first_contact), datetime.date.max))


def unanswered_referrals() -> QuerySet[CaseReferral]:
    """Onward referrals without a yes or no."""
    return CaseReferral.objects.filter(direction=CaseReferral.Direction.SENT, referral__status__in=UNANSWERED_STATUSES)


def count_lists(member: Membership, whose: Membership | None) -> dict[str, int]:
    """How many are on each list; "new" are referrals that wait for the team to accept them."""
    today = timezone.localdate()
    figures = {name: Count("pk", filter=rule(today)) for name, rule in LIST_FILTERS.items()}
    return {"new": referrals_to_accept(member).count(), **open_cases(member, whose).aggregate(**figures)}


def referrals_to_accept(member: Membership) -> QuerySet[Referral]:
    received = Referral.visible_to(member).filter(to_agency=member.agency_id, service=None)
    return received.filter(status=ReferralStatus.SENT)


def load_list_page(
    member: Membership, whose: Membership | None, name: str, after: uuid.UUID | None = None
) -> tuple[list[CaseloadRow], uuid.UUID | None]:
    """A page of the list `name`, and the id to go on after, or None at the end.

    `after` is the id of the last row shown: no name and no date stands in an address (security point 56).
    """
    if name == "new":
        waiting = load_page_after(referrals_to_accept(member).select_related("assigned_to__user"), "answer_by", after)
        shown = [build_referral_row(referral) for referral in waiting]
    else:
        shown = [build_case_row(case, name) for case in load_case_page(member, whose, name, after)]
    return shown[:PAGE_SIZE], shown[PAGE_SIZE - 1].pk if len(shown) > PAGE_SIZE else None


def load_case_page(member: Membership, whose: Membership | None, name: str, after: uuid.UUID | None) -> list[Case]:
    cases = open_cases(member, whose).filter(LIST_FILTERS[name](timezone.localdate()))
    asked = unanswered_referrals().select_related("referral__service", "referral__to_agency").only(*REFERRAL_COLUMNS)
    cases = (
        cases.select_related("person", "lead__user")
        .only(*CASE_COLUMNS)
        .prefetch_related(Prefetch("case_referrals", asked.order_by("referral__answer_by"), to_attr="asked"))
    )
    return load_page_after(cases, LIST_ORDER.get(name, "due_on"), after)


def load_page_after(found: QuerySet[M], key: str, after: uuid.UUID | None) -> list[M]:
    """One row more than a page, in the order of `key`: the extra one says that there is more."""
    if after:
        last = Subquery(found.order_by().filter(pk=after).values(key))
        found = found.filter(Q(**{f"{key}__gt": last}) | Q(**{key: last, "pk__gt": after}))
    return list(found.order_by(key, "pk")[: PAGE_SIZE + 1])


def build_referral_row(referral: Referral) -> CaseloadRow:
    late = referral.is_late()
    urgent = referral.urgency == Urgency.SOON
    status, tone = ("Late", "coral") if late else ("Soon", "amber") if urgent else ("New", "sky")
    return CaseloadRow(
        pk=referral.pk,
        url=reverse("referrals:referral", args=[referral.pk]),
        name=referral.person_name,
        next_step="Accept, or say why not",
        due=due(referral.answer_by),
        status=status,
        tone=tone,
        lead=referral.assigned_to.user.name if referral.assigned_to else "Nobody yet",
    )


def build_case_row(case: Case, name: str) -> CaseloadRow:
    step, by = find_next_step(case)
    if name == "waiting":
        referral = case.asked[0].referral  # type: ignore[attr-defined]
        step, by = f"{referral.service or referral.to_agency} to answer", referral.answer_by
    status, tone = format_case_status(case, name)
    return CaseloadRow(
        pk=case.pk,
        url=reverse("cases:case", args=[case.pk]),
        name=case.person.name,
        next_step=step,
        due=due(by),
        status=status,
        tone=tone,
        lead=case.lead.user.name,
    )


def find_next_step(case: Case) -> tuple[str, datetime.date | None]:
    """What comes next for this person and by when; the first contact, while it is due sooner."""
    planned = case.next_action_on
    if case.first_contact_at is None and (planned is None or case.first_contact_due <= planned):
        return "First contact", case.first_contact_due
    return case.next_action or "No next step", planned


def format_case_status(case: Case, name: str = "") -> tuple[str, str]:
    """The chip of a row and its colour: what the list is about first, then what is most pressing."""
    if case.closed_at:
        return "Closed", "grey"
    waiting = format_waiting(case)
    quiet = timezone.now() - case.last_entry_at
    if name == "waiting" and waiting:
        return waiting
    if name == "quiet":
        return f"Quiet {quiet.days} days", "plum"
    if (find_next_step(case)[1] or datetime.date.max) < timezone.localdate():
        return "Overdue", "coral"
    if waiting:
        return waiting
    if quiet > QUIET_AFTER:
        return f"Quiet {quiet.days} days", "plum"
    return ("New", "sky") if case.first_contact_at is None else ("Active", "teal")


def format_waiting(case: Case) -> tuple[str, str] | None:
    """How long the oldest question to a group has gone without a yes or no."""
    asked = [link.referral for link in getattr(case, "asked", [])]
    if not asked:
        return None
    if any(referral.unanswered_at for referral in asked):
        return "No answer", "coral"
    if any(referral.status == ReferralStatus.RETURNED for referral in asked):
        return "Asks for detail", "amber"
    days = (timezone.now() - min(referral.sent_at for referral in asked)).days
    return f"Waiting {days} day{'' if days == 1 else 's'}", "amber"


def find_people(member: Membership, words: str) -> tuple[list[CaseloadRow], bool]:
    """People whose case the member may see, open or closed, by NHS number or by parts of the name.

    Up to MAX_PEOPLE_FOUND rows, and whether there are more.
    """
    digits = re.sub(r"[\s-]", "", words)
    people = Q(person__nhs_number=digits) if re.fullmatch(r"[0-9]{10}", digits) else Q()
    if not people:
        for word in words.split()[:8]:
            people &= Q(person__name__icontains=word) | Q(person__preferred_name__icontains=word)
    if not people:
        return [], False
    cases = Case.visible_to(member).filter(people).select_related("person", "lead__user").only(*CASE_COLUMNS)
    found = list(cases.order_by(F("closed_at").asc(nulls_first=True), "person__name", "pk")[: MAX_PEOPLE_FOUND + 1])
    return [build_case_row(case, "found") for case in found[:MAX_PEOPLE_FOUND]], len(found) > MAX_PEOPLE_FOUND
