"""Reading what a case has sent on: to whom, where it stands, and what each was given."""

import datetime
import uuid
from dataclasses import dataclass

from django.utils import timezone

from cases.actions.onward import in_words
from cases.models import Case, CaseReferral
from referrals.models import Referral
from referrals.states import OPEN, Status

TONES = {  # the colour of a state; its words say the same
    Status.ACCEPTED: "green",
    Status.STARTED: "green",
    Status.WAITING: "amber",
    Status.COMPLETED: "grey",
    Status.WITHDRAWN: "grey",
    Status.DECLINED: "coral",
    Status.LOST_CONTACT: "coral",
}


@dataclass(frozen=True)
class Asked:
    """One onward referral, in words."""

    referral: Referral
    name: str
    status: str
    tone: str
    news: str

    @property
    def given(self) -> list[tuple[str, str]]:
        return in_words(self.referral)


def asked_from(case: Case) -> list[Asked]:
    """All onward referrals of `case`: those that wait for an answer first, the unanswered before all others."""
    links = case.case_referrals.filter(direction=CaseReferral.Direction.SENT)
    links = links.select_related("referral__service", "referral__to_agency").prefetch_related("referral__needs")
    found = [in_state(link.referral) for link in links.order_by("-referral__sent_at", "pk")]
    return sorted(found, key=lambda asked: urgency(asked.referral))


def urgency(referral: Referral) -> tuple[int, datetime.date]:
    """Sorts: came back without an answer, waits for one, runs, is over."""
    if referral.status in (Status.SENT, Status.RETURNED):
        return (0 if referral.unanswered_at or referral.is_late() else 1), referral.answer_by
    return (2 if referral.status in OPEN else 3), referral.answer_by


def in_state(referral: Referral) -> Asked:
    status, tone, news = referral.get_status_display(), "", ""
    if referral.status == Status.SENT and referral.unanswered_at:
        status, tone, news = "No answer", "coral", "They did not answer in time. Ring them, or ask another group."
    elif referral.is_late():
        status, tone, news = "Late", "coral", "The date for their answer has passed."
    elif referral.status == Status.SENT:
        days = (timezone.now() - referral.sent_at).days
        status, tone = ("Sent today" if days == 0 else f"Waiting {days} day{'' if days == 1 else 's'}"), "amber"
    elif referral.status == Status.RETURNED:
        status, tone, news = "Asks for detail", "amber", "They need to know more before they can answer."
    tone = tone or TONES[Status(referral.status)]
    return Asked(referral, str(referral.service or referral.to_agency), status, tone, news)


def asked_already(case: Case) -> dict[uuid.UUID, Asked]:
    """Services with an open referral from this case, so that nobody is asked twice by mistake."""
    return {a.referral.service_id: a for a in asked_from(case) if a.referral.is_open and a.referral.service_id}
