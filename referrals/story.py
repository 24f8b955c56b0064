"""What happened to one referral, as its page and its letter tell it, and what may be done with it next."""

import datetime
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from agencies.access import Permission
from agencies.models import Membership
from config.template_tags import date_words, when
from referrals.models import Move, Referral, Remark
from referrals.models.move import AGREED_GROUNDS
from referrals.states import TRIAGE_STATUSES, ReferralStatus, Side, next_statuses

STATUS_LOOKS = {  # icon and colour of the disc; the colour repeats the words
    ReferralStatus.SENT: ("letter", "grey"),
    ReferralStatus.RETURNED: ("chat", "amber"),
    ReferralStatus.ACCEPTED: ("check", ""),
    ReferralStatus.WAITING: ("clock", "amber"),
    ReferralStatus.STARTED: ("walk", ""),
    ReferralStatus.COMPLETED: ("flag", ""),
    ReferralStatus.DECLINED: ("alert", "coral"),
    ReferralStatus.WITHDRAWN: ("alert", "grey"),
    ReferralStatus.LOST_CONTACT: ("phone", "coral"),
}


@dataclass(frozen=True)
class TimelineEntry:
    """One line of the timeline."""

    title: str
    by: str
    when: str
    at: datetime.datetime
    reason: str
    words: str
    icon: str
    tone: str


@dataclass(frozen=True)
class AvailableAction:
    """Something this member may do with it now: the words on the link or button, and where it leads."""

    words: str
    url: str
    look: str = "secondary"


def load_moves(referral: Referral) -> list[Move]:
    """Its moves in order, with what is said of them."""
    return list(referral.moves.select_related("reason", "to_agency").order_by("number"))


def build_timeline(referral: Referral, member: Membership, moves: list[Move]) -> list[TimelineEntry]:
    """Moves and remarks, latest first. Who works on it inside the team that was asked stays with that team."""
    told = [build_move_entry(made) for made in moves]
    remarks = referral.remarks.all()
    if member.agency_id != referral.to_agency_id:
        remarks = remarks.exclude(kind=Remark.Kind.ASSIGNED)
    told += [build_remark_entry(remark) for remark in remarks]
    return sorted(told, key=lambda step: step.at, reverse=True)


def find_detail_request(referral: Referral) -> list[TimelineEntry]:
    """What the team last asked to know, when that is what the referral waits for."""
    if referral.status != ReferralStatus.RETURNED:
        return []
    return [
        build_move_entry(made) for made in referral.moves.select_related("reason", "to_agency").order_by("-number")[:1]
    ]


def build_move_entry(made: Move) -> TimelineEntry:
    title = made.deed.capitalize()
    if made.to_agency:
        title = f"Passed to {made.to_agency_name or made.to_agency.name}"
    if made.happened_on:
        title = f"{title} ({date_words(made.happened_on)})"
    icon, tone = STATUS_LOOKS[ReferralStatus(made.after)]
    reason = made.reason.text if made.reason else made.ground_words if made.to_agency else ""
    return TimelineEntry(title, made.byline, when(made.at), made.at, reason, made.words, icon, tone)


def list_agreements(referral: Referral, moves: list[Move]) -> list[str]:
    """What the person agreed to when they were referred, as it was put then; and on what ground it went on since."""
    if not referral.agreed_tell_name:
        telling = f"but not telling {referral.from_agency.name} how it went"
    else:
        back = "" if referral.agreed_to_tell else " (this was taken back)"
        telling = f"and telling {referral.agreed_tell_name} how it went{back}"
    passed = [
        f"Passed to {made.to_agency_name or made.to_agency.name} on {date_words(made.at)}. {made.ground_words}"
        for made in moves
        if made.to_agency
    ]
    return [f"Sharing this with {referral.agreed_with_name}, {telling}", *passed]


def find_agreed_passing(referral: Referral, moves: list[Move]) -> Move | None:
    """The move by which the team that has it now got it with the person's own agreement; None without one."""
    agreed = [made for made in moves if made.to_agency_id == referral.to_agency_id and made.ground in AGREED_GROUNDS]
    return agreed[-1] if agreed else None


def is_agreement_missing(referral: Referral, moves: list[Move]) -> bool:
    """Whether the team that has it now is one that the person was not asked about."""
    return referral.agreed_with_id != referral.to_agency_id and find_agreed_passing(referral, moves) is None


def build_remark_entry(remark: Remark) -> TimelineEntry:
    icon = "chat" if remark.kind == Remark.Kind.MESSAGE else "people"
    title = remark.get_kind_display()
    return TimelineEntry(title, remark.byline, when(remark.at), remark.at, "", remark.words, icon, "sky")


def available_actions(referral: Referral, member: Membership) -> list[AvailableAction]:
    """What this member may do with it from where it stands, the likeliest first: the connector team that was asked
    decides; the agency that asked adds detail, or withdraws it."""
    asked = member.agency_id == referral.to_agency_id and not referral.service_id
    decides = asked and referral.status in TRIAGE_STATUSES and member.has_permission(Permission.TRIAGE)
    assigns = decides and member.has_permission(Permission.ASSIGN)
    to = next_statuses(referral.status, Side.RECEIVER) if decides else ()
    back = next_statuses(referral.status, Side.SENDER) if is_sending_member(referral, member) else ()
    offered = [
        (ReferralStatus.ACCEPTED in to, "Accept", "cases:accept", ""),
        (ReferralStatus.RETURNED in to, "Ask for more detail", "referrals:ask_detail", "secondary"),
        (ReferralStatus.SENT in to, "Pass to another team", "referrals:pass_on", "secondary"),
        (ReferralStatus.DECLINED in to, "Decline", "referrals:decline", "secondary"),
        (assigns, "Assign to a colleague", "referrals:assign", "secondary"),
        (ReferralStatus.SENT in back, "Add the detail and send it again", "referrals:resend", ""),
        (ReferralStatus.WITHDRAWN in back, "Withdraw this referral", "referrals:withdraw", "secondary"),
    ]
    return [AvailableAction(words, reverse_or_blank(name, referral), look) for may, words, name, look in offered if may]


def is_sending_member(referral: Referral, member: Membership) -> bool:
    return member.agency_id == referral.from_agency_id and member.has_permission(Permission.REFER)


def reverse_or_blank(name: str, referral: Referral) -> str:
    """A deed of an app to the right of this one is linked by name alone."""
    try:
        return reverse(name, args=[referral.pk])
    except NoReverseMatch:
        return ""


def find_parting_url(referral: Referral, member: Membership) -> str:
    """Where the team says that it is about another person than its case; "" when it has none or is over."""
    link = (
        getattr(referral, "case_referral", None)
        if referral.is_open and member.has_permission(Permission.TRIAGE)
        else None
    )
    ours = link is not None and link.direction == "received" and referral.to_agency_id == member.agency_id
    return reverse("cases:part", args=[referral.pk]) if ours else ""


def find_rights_url(referral: Referral, member: Membership) -> str:
    """Where an agency without a case of the person notes what they ask about their record; "" for who may not."""
    if not member.has_permission(Permission.RIGHTS) or find_case_url(referral, member):
        return ""
    return reverse_or_blank("cases:referral_rights", referral)


def find_case_url(referral: Referral, member: Membership) -> str:
    """The case that this referral led to or came from, for the team whose case it is; "" for everybody else."""
    link = getattr(referral, "case_referral", None) if member.has_permission(Permission.WORK_CASES) else None
    if link is None:
        return ""
    team = referral.to_agency_id if link.direction == "received" else referral.from_agency_id
    return reverse("cases:case", args=[link.case_id]) if team == member.agency_id else ""
