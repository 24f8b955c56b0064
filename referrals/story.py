"""What happened to one referral, as its page and its letter tell it, and what may be done with it next."""

import datetime
from dataclasses import dataclass

from django.urls import NoReverseMatch, reverse

from agencies.access import Permission
from agencies.models import Membership
from config.template_tags import date_words, when
from referrals.models import Move, Referral, Remark
from referrals.states import TO_TRIAGE, Side, Status, next_statuses

LOOKS = {  # icon and colour of the disc; the colour repeats the words
    Status.SENT: ("letter", "grey"),
    Status.RETURNED: ("chat", "amber"),
    Status.ACCEPTED: ("check", ""),
    Status.WAITING: ("clock", "amber"),
    Status.STARTED: ("walk", ""),
    Status.COMPLETED: ("flag", ""),
    Status.DECLINED: ("alert", "coral"),
    Status.WITHDRAWN: ("alert", "grey"),
    Status.LOST_CONTACT: ("phone", "coral"),
}


@dataclass(frozen=True)
class Step:
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
class Deed:
    """Something this member may do with it now: the words on the link or button, and where it leads."""

    words: str
    url: str
    look: str = "secondary"


def steps(referral: Referral, member: Membership) -> list[Step]:
    """Moves and remarks, latest first. Who works on it inside the team that was asked stays with that team."""
    told = [of_move(made) for made in referral.moves.select_related("reason", "to_agency").order_by("number")]
    remarks = referral.remarks.all()
    if member.agency_id != referral.to_agency_id:
        remarks = remarks.exclude(kind=Remark.Kind.ASSIGNED)
    told += [of_remark(remark) for remark in remarks]
    return sorted(told, key=lambda step: step.at, reverse=True)


def asked(referral: Referral) -> list[Step]:
    """What the team last asked to know, when that is what the referral waits for."""
    if referral.status != Status.RETURNED:
        return []
    return [of_move(made) for made in referral.moves.select_related("reason", "to_agency").order_by("-number")[:1]]


def of_move(made: Move) -> Step:
    title = made.deed.capitalize()
    if made.to_agency:
        title = f"Passed to {made.to_agency.name}"
    if made.happened_on:
        title = f"{title} ({date_words(made.happened_on)})"
    icon, tone = LOOKS[Status(made.after)]
    reason = made.reason.text if made.reason else ""
    return Step(title, made.byline, when(made.at), made.at, reason, made.words, icon, tone)


def of_remark(remark: Remark) -> Step:
    icon = "chat" if remark.kind == Remark.Kind.MESSAGE else "people"
    title = remark.get_kind_display()
    return Step(title, remark.byline, when(remark.at), remark.at, "", remark.words, icon, "sky")


def deeds(referral: Referral, member: Membership) -> list[Deed]:
    """What this member may do with it from where it stands, the likeliest first."""
    return [*triage(referral, member), *sender_deeds(referral, member)]


def triage(referral: Referral, member: Membership) -> list[Deed]:
    """What the connector team that was asked may decide."""
    asked = member.agency_id == referral.to_agency_id and not referral.service_id
    if not asked or referral.status not in TO_TRIAGE or not member.may(Permission.TRIAGE):
        return []
    reachable = next_statuses(referral.status, Side.RECEIVER)
    offered = [
        (Status.ACCEPTED in reachable, "Accept", "cases:accept", ""),
        (Status.RETURNED in reachable, "Ask for more detail", "referrals:ask_detail", "secondary"),
        (Status.SENT in reachable, "Pass to another team", "referrals:pass_on", "secondary"),
        (Status.DECLINED in reachable, "Decline", "referrals:decline", "secondary"),
        (member.may(Permission.ASSIGN), "Assign to a colleague", "referrals:assign", "secondary"),
    ]
    return [Deed(words, url_of(name, referral), look) for may, words, name, look in offered if may]


def sender_deeds(referral: Referral, member: Membership) -> list[Deed]:
    """What the agency that asked may do: add detail that was asked for, or withdraw it."""
    if not is_senders(referral, member):
        return []
    reachable = next_statuses(referral.status, Side.SENDER)
    offered = [
        (Status.SENT in reachable, "Add the detail and send it again", "referrals:resend", ""),
        (Status.WITHDRAWN in reachable, "Withdraw this referral", "referrals:withdraw", "secondary"),
    ]
    return [Deed(words, url_of(name, referral), look) for may, words, name, look in offered if may]


def is_senders(referral: Referral, member: Membership) -> bool:
    return member.agency_id == referral.from_agency_id and member.may(Permission.REFER)


def url_of(name: str, referral: Referral) -> str:
    """A deed of an app to the right of this one is linked by name alone."""
    try:
        return reverse(name, args=[referral.pk])
    except NoReverseMatch:
        return ""


def case_url(referral: Referral, member: Membership) -> str:
    """The case that this referral led to or came from, for the team whose case it is; "" for everybody else."""
    link = getattr(referral, "case_referral", None) if member.may(Permission.WORK_CASES) else None
    if link is None:
        return ""
    team = referral.to_agency_id if link.direction == "received" else referral.from_agency_id
    return reverse("cases:case", args=[link.case_id]) if team == member.agency_id else ""
