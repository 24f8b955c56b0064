"""Referrals of somebody who leaves: those assigned to them go to a colleague; and whoever waits for an agency in which
nobody is left to answer, or to hear, is told."""

from collections.abc import Collection

from django.db.models import F, Q, QuerySet

from agencies.access import Permission
from agencies.actions.hand_over import is_last
from agencies.hooks import MemberHolding, holding_sources, on_agency_unattended
from agencies.models import Agency, Author, Membership
from config.template_tags import date_words
from referrals.actions.remarks import assign_referral, save_remark, unassign_referral
from referrals.models import Referral, Remark
from referrals.states import OPEN_STATUSES, TRIAGE_STATUSES


@holding_sources.register
def list_referrals_held(member: Membership) -> list[MemberHolding]:
    """What is assigned to the member, what they sent and is open, and what only they could answer."""
    decides = member.has_permission(Permission.TRIAGE)
    to_decide = Referral.objects.filter(to_agency=member.agency, service=None, status__in=sorted(TRIAGE_STATUSES))
    theirs = to_decide if is_last(member, Permission.TRIAGE) else to_decide.filter(assigned_to=member)
    sent = Referral.visible_to(member).filter(sent_by=member, status__in=sorted(OPEN_STATUSES), service=None)
    to_answer = waiting_for_group(member.agency) if is_last(member, Permission.ANSWER) else Referral.objects.none()
    hear = "Whoever may refer here sees the answers, under “News” and “Our referrals”."
    if is_last(member, Permission.REFER):
        hear = "Nobody else here may refer: nobody would read the answers. The teams are told to ring instead."
    return [
        MemberHolding(
            name="referrals",
            label="Referrals to accept",
            items=list_items(theirs) if decides else [],
            then="What nobody takes stands under “Not assigned”.",
            needs=Permission.TRIAGE,
            hand_over=hand_over_referrals,
        ),
        MemberHolding(
            name="sent",
            label="Referrals sent, and still open",
            items=list_items(sent),
            then=hear,
            read_by=Permission.REFER,
        ),
        MemberHolding(
            name="answers",
            label="Referrals to your activities",
            items=list_items(to_answer),
            then="Nobody else here can answer. Whoever asked is told that nobody is there.",
            read_by=Permission.ANSWER,
        ),
    ]


def list_items(rows: QuerySet[Referral]) -> list[tuple[str, str]]:
    """Id and words of each, the oldest first."""
    found = rows.select_related("to_agency", "service").annotate(restriction=F("case_referral__case__restriction"))
    return [
        (str(r.pk), f"{'Restricted case' if r.restriction else r.person_name}, {describe_sent(r)}")
        for r in found.order_by("sent_at", "pk")
    ]


def describe_sent(referral: Referral) -> str:
    return f"to {referral.receiver_name}, sent on {date_words(referral.sent_at)}"


def hand_over_referrals(member: Membership, ids: Collection[str], to: Membership | None, by: Author) -> None:
    """Assign those that still wait to a colleague, or to nobody."""
    waiting = Referral.objects.filter(pk__in=ids, to_agency=member.agency_id, status__in=sorted(TRIAGE_STATUSES))
    for referral in waiting.select_for_update().order_by("pk"):  # one that is answered meanwhile is left out
        if to:
            assign_referral(referral, to=to, by=by)
        elif referral.assigned_to_id:
            unassign_referral(referral, by=by)


def waiting_for_group(agency: Agency) -> QuerySet[Referral]:
    """Open referrals to the agency's activities."""
    return Referral.objects.filter(to_agency=agency, service__isnull=False, status__in=sorted(OPEN_STATUSES))


@on_agency_unattended.register
def report_unattended_referrals(agency: Agency, permission: Permission) -> None:
    """Say to the other side of each open referral that nobody is there any more: it becomes news there."""
    rows = {
        Permission.ANSWER: Q(to_agency=agency, service__isnull=False),
        Permission.TRIAGE: Q(to_agency=agency, service=None),
        Permission.REFER: Q(from_agency=agency),
    }.get(permission)
    if rows is None:
        return
    phone = f" Their phone: {agency.phone}." if agency.phone else ""
    words = f"Nobody works for {agency.name} here any more.{phone}"
    waiting = Referral.objects.filter(rows, status__in=sorted(OPEN_STATUSES)).order_by("pk")
    for referral in waiting.select_for_update():  # all before the first case, as everybody locks them
        save_remark(referral, by=Author.system(), words=words, kind=Remark.Kind.UNATTENDED, key=None)
