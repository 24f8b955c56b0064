"""Reading what a case has sent on: to whom, where it stands, and what each was given."""

import datetime
import uuid
from dataclasses import dataclass

from django.utils import timezone

from cases.actions.onward import format_shared_details
from cases.models import Case, CaseReferral
from referrals.models import Referral
from referrals.states import OPEN_STATUSES, ReferralStatus

STATUS_TONES = {  # the colour of a state; its words say the same
    ReferralStatus.ACCEPTED: "green",
    ReferralStatus.STARTED: "green",
    ReferralStatus.WAITING: "amber",
    ReferralStatus.COMPLETED: "grey",
    ReferralStatus.WITHDRAWN: "grey",
    ReferralStatus.DECLINED: "coral",
    ReferralStatus.LOST_CONTACT: "coral",
}


@dataclass(frozen=True)
class OnwardReferral:
    """One onward referral, in words."""

    referral: Referral
    name: str
    status: str
    tone: str
    news: str

    @property
    def shared_details(self) -> list[tuple[str, str]]:
        return format_shared_details(self.referral)


def load_onward_referrals(case: Case) -> list[OnwardReferral]:
    """All onward referrals of `case`: those that wait for an answer first, the unanswered before all others."""
    links = case.case_referrals.filter(direction=CaseReferral.Direction.SENT, referral__sender_erased_at=None)
    links = links.select_related("referral__service", "referral__to_agency").prefetch_related("referral__needs")
    found = [build_onward_referral(link.referral) for link in links.order_by("-referral__sent_at", "pk")]
    return sorted(found, key=lambda asked: urgency_sort_key(asked.referral))


def urgency_sort_key(referral: Referral) -> tuple[int, datetime.date]:
    """Sorts: came back without an answer, waits for one, runs, is over."""
    if referral.status in (ReferralStatus.SENT, ReferralStatus.RETURNED):
        return (0 if referral.unanswered_at or referral.is_late() else 1), referral.answer_by
    return (2 if referral.status in OPEN_STATUSES else 3), referral.answer_by


def build_onward_referral(referral: Referral) -> OnwardReferral:
    status, tone, news = referral.get_status_display(), "", ""
    if referral.status == ReferralStatus.SENT and referral.unanswered_at:
        status, tone, news = "No answer", "coral", "They did not answer in time. Ring them, or ask another group."
    elif referral.is_late():
        status, tone, news = "Late", "coral", "The date for their answer has passed."
    elif referral.status == ReferralStatus.SENT:
        days = (timezone.now() - referral.sent_at).days
        status, tone = ("Sent today" if days == 0 else f"Waiting {days} day{'' if days == 1 else 's'}"), "amber"
    elif referral.status == ReferralStatus.RETURNED:
        status, tone, news = "Asks for detail", "amber", "They need to know more before they can answer."
    tone = tone or STATUS_TONES[ReferralStatus(referral.status)]
    return OnwardReferral(referral, str(referral.service or referral.to_agency), status, tone, news)


def open_onward_by_service(case: Case) -> dict[uuid.UUID, OnwardReferral]:
    """Services with an open referral from this case, so that nobody is asked twice by mistake."""
    return {
        a.referral.service_id: a for a in load_onward_referrals(case) if a.referral.is_open and a.referral.service_id
    }
