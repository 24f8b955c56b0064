"""How long a team keeps a referral that never became a case."""

import datetime
import uuid
from collections.abc import Collection, Iterator

from django.utils import timezone

from agencies.hooks import DueRecord, PlacePeriod, RecordClass, record_classes
from agencies.models import Agency, Author
from agencies.retention import years_after, years_before
from config.template_tags import date_words
from config.transitions import lock_row, save_columns
from referrals.models import Referral
from referrals.states import FINISHED_STATUSES

ERASED_NAME = "Erased"
ENQUIRY = PlacePeriod(
    "enquiry", "Referral that never became a case", 2, "years", "the last contact", "Local rule for enquiries"
)
BLANK_TEXTS = (
    "nhs_number",
    "phone",
    "email",
    "address",
    "postcode",
    "contact_avoid",
    "what_matters",
    "message",
    "risks",
)


@record_classes.register
def list_referral_classes() -> list[RecordClass]:
    return [RecordClass(period=ENQUIRY, find_due=find_enquiries, describe=describe_enquiries, erase=erase_enquiry)]


def find_enquiries(today: datetime.date, length: int, record: uuid.UUID | None) -> Iterator[DueRecord]:
    """Finished, to a team, and of no case: the team's to decide on."""
    before = timezone.make_aware(datetime.datetime.combine(years_before(today, length), datetime.time.max))
    rows = Referral.objects.filter(pk=record) if record else Referral.objects.all()
    old = rows.filter(service=None, status__in=sorted(FINISHED_STATUSES), moved_at__lte=before, case_referral=None)
    for referral in old.order_by("moved_at", "pk").iterator():
        due_on = years_after(timezone.localdate(referral.moved_at), length)
        yield DueRecord(referral.to_agency_id, referral.pk, due_on)


def describe_enquiries(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    rows = Referral.objects.filter(pk__in=ids).select_related("from_agency").order_by("pk")
    return {r.pk: f"{r.person_name}, referred by {r.from_agency.name} on {date_words(r.sent_at)}" for r in rows}


def erase_enquiry(record: uuid.UUID, agency: Agency, by: Author, reason: str) -> None:
    """Take out of it who it was about and what was said. That there was a referral, and its moves, stays."""
    referral = Referral.objects.get(pk=record, to_agency=agency)
    lock_row(referral)
    save_columns(referral, person_name=ERASED_NAME, date_of_birth=None, **dict.fromkeys(BLANK_TEXTS, ""))
    referral.needs.clear()
