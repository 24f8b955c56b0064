"""How soon a referral is answered: what is promised before it is sent, and kept by nudges."""

import datetime

from django.utils import timezone

from agencies.models import Agency
from agencies.working_days import add_working_days
from directory.models import Service
from referrals.models.referral import Urgency

SERVICE_ANSWER_DAYS = 5  # working days in which a voluntary group answers
SOON_ANSWER_DAYS = 1  # working days in which a team answers one that is urgent
SOON_CONTACT_DAYS = 2  # working days in which it first speaks to the person then
NUDGE_DAYS = (2, 4)  # working days after which whoever is asked is reminded


def answer_days(agency: Agency, *, service: Service | None = None, urgency: str = Urgency.ROUTINE) -> int:
    """Working days in which `agency` promises to answer, for its service or as a connector team."""
    if service:
        return SERVICE_ANSWER_DAYS
    return min(SOON_ANSWER_DAYS, agency.answer_days) if urgency == Urgency.SOON else agency.answer_days


def answer_deadline(
    agency: Agency,
    *,
    service: Service | None = None,
    urgency: str = Urgency.ROUTINE,
    today: datetime.date | None = None,
) -> datetime.date:
    """The date by which a referral asked today is answered."""
    today = today or timezone.localdate()
    return add_working_days(today, answer_days(agency, service=service, urgency=urgency))


def contact_days(agency: Agency, urgency: str = Urgency.ROUTINE) -> int:
    """Working days from a referral in which the team first speaks to the person."""
    return min(SOON_CONTACT_DAYS, agency.contact_days) if urgency == Urgency.SOON else agency.contact_days


def contact_deadline(
    agency: Agency, *, urgency: str = Urgency.ROUTINE, today: datetime.date | None = None
) -> datetime.date:
    """The date by which somebody of the team has spoken to the person."""
    return add_working_days(today or timezone.localdate(), contact_days(agency, urgency))
