"""Whether a listing is still right: when its group is asked, and what the listing says until it answers.

Each listing that is kept here is asked about as often as its group chose (Service.confirm_every). The first e-mail
comes when that time is over, the second REMINDER_DAYS later; after as many days again without an answer the listing
is hidden, and its group and the steward are told. What a feed brings is not asked about: its own date counts.
"""

import datetime
import hashlib

from dateutil.relativedelta import relativedelta
from django.core import signing
from django.db.models import Q, QuerySet
from django.utils import timezone

from agencies.models import Agency, Hand
from directory.catalogue.hours import format_schedules
from directory.catalogue.wording import format_costs
from directory.models import LISTED, Decision, Proposal, Service
from directory.models.service import CHECK_VALID_FOR, ConfirmationInterval

REMINDER_DAYS = 14
MAX_ASKS = 2  # without an answer to so many, a listing is hidden
BUNDLING_DAYS = 7  # what would be asked about within a week is asked about in the same e-mail
LINK_MAX_AGE = datetime.timedelta(
    days=180
)  # it shows nothing that is not public, and a hidden listing comes back by it
KEPT_HERE = Q(source="", agency__left_at=None)
SUMMARY_PREFETCH = ("schedules", "cost_options", "at_locations__location")


# --- When it is asked about -----------------------------------------------------------------------------


def next_ask_date(service: Service) -> datetime.date:
    """The day on which its group is asked, at the earliest."""
    since = service.assured_date or timezone.localdate(service.published_at or service.created_at)
    due: datetime.date = since + relativedelta(months=service.confirm_every)
    return due


def first_ask_due(today: datetime.date) -> Q:
    """Listings that have not been asked about, and whose time is over."""
    due = Q(pk__in=[])
    for months in ConfirmationInterval.values:
        since = today - relativedelta(months=months)
        unchecked = Q(assured_date=None, published_at__date__lte=since)
        due |= Q(confirm_every=months) & (Q(assured_date__lte=since) | unchecked)
    return LISTED & KEPT_HERE & Q(asks=0) & due


def second_ask_due(today: datetime.date) -> Q:
    """Asked once, and silent since."""
    return LISTED & KEPT_HERE & Q(asks__gte=1, asks__lt=MAX_ASKS, asked_at__date__lte=silence_cutoff(today))


def hiding_due(today: datetime.date) -> Q:
    """Asked for the last time, and silent since."""
    return LISTED & KEPT_HERE & Q(asks__gte=MAX_ASKS, asked_at__date__lte=silence_cutoff(today))


def silence_cutoff(today: datetime.date) -> datetime.date:
    return today - datetime.timedelta(days=REMINDER_DAYS)


def list_open_link_notes() -> QuerySet[Proposal]:
    """Open notes by link that something has changed: who has answered so is not asked again meanwhile."""
    return Proposal.objects.filter(decision=Decision.OPEN, hand=Hand.LINK)


# --- What stands on the page and in the e-mail ------------------------------------------------------------


def list_services_to_confirm(agency: Agency, today: datetime.date) -> list[Service]:
    """What the group's page asks about: what was asked, what is hidden, and what is due within a week."""
    soon = first_ask_due(today + datetime.timedelta(days=BUNDLING_DAYS))
    running = Q(joined_to=None, published_at__isnull=False, status__in=["active", "temporarily closed"])
    rows = Service.objects.filter(KEPT_HERE, running, Q(asks__gt=0) | Q(hidden_at__isnull=False) | soon, agency=agency)
    return list(
        rows.exclude(pk__in=list_open_link_notes().values("service"))
        .prefetch_related(*SUMMARY_PREFETCH)
        .order_by("name", "pk")
    )


def list_group_services(agency: Agency) -> QuerySet[Service]:
    """All that the group keeps here and has put up, ended ones too."""
    return Service.objects.filter(KEPT_HERE, agency=agency, joined_to=None, published_at__isnull=False)


def summarise_listing(service: Service, today: datetime.date) -> list[tuple[str, str]]:
    """What to look at: (label, words) of when, where, cost and whom to ask. Reads what SUMMARY_PREFETCH prefetches."""
    where = "; ".join(
        ", ".join(part for part in (at.location.short_address, at.location.postcode) if part)
        for at in service.at_locations.all()
    )
    said = [
        ("When", "; ".join(format_schedules(service.schedules.all(), today))),
        ("Where", where),
        ("Cost", "; ".join(format_costs(service, today))),
        ("Phone", service.phone),
        ("E-mail", service.email),
        ("Website", service.url),
    ]
    return [(label, " ".join(words.split())) for label, words in said if words]


# --- The link ---------------------------------------------------------------------------------------------

SIGNER = signing.TimestampSigner(sep=".", salt="still-right")


def make_token(agency: Agency, email: str) -> str:
    """For the link in an e-mail to that address. It is signed, not kept: nobody can make one up."""
    return SIGNER.sign_object([str(agency.pk), hash_email(email)])


def read_token(token: str, *, expired: bool = False) -> tuple[Agency, str] | None:
    """The group and the fingerprint of the address that it was sent to; None when it is made up.

    Raises signing.SignatureExpired after LINK_MAX_AGE, unless `expired` ones are read too.
    """
    try:
        pk, mark = SIGNER.unsign_object(token, max_age=None if expired else LINK_MAX_AGE)
    except signing.SignatureExpired:
        raise
    except (signing.BadSignature, ValueError):
        return None
    agency = Agency.objects.filter(pk=pk, left_at=None).first()
    return (agency, mark) if agency else None


def hash_email(email: str) -> str:
    """Says whether an address is the same, and not what it is."""
    return hashlib.sha256(email.strip().lower().encode()).hexdigest()[:16]


def unchecked_cutoff(today: datetime.date) -> datetime.date:
    """What was last checked before this day is marked."""
    return today - CHECK_VALID_FOR
