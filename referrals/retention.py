"""How long an agency keeps a referral that never became a case, and a look for somebody's number."""

import datetime
import uuid
from collections.abc import Collection, Iterator

from django.db.models import Min, Q, QuerySet
from django.utils import timezone

from agencies.hooks import DueRecord, PlacePeriod, RecordClass, record_classes
from agencies.models import Agency, Author
from agencies.retention import period_length, start_of, years_after
from config.append_only import erase_columns
from config.template_tags import date_words
from referrals.actions.erase import erase_referral
from referrals.models import LookUp, Referral
from referrals.states import FINISHED_STATUSES

ENQUIRY = PlacePeriod(
    "enquiry", "Referral that never became a case", 2, "years", "the last contact", "Local rule for enquiries"
)
LOOK_UP = PlacePeriod("look-up", "Note that somebody looked for an NHS number", 2, "years", "the look", "Local rule")


@record_classes.register
def list_referral_classes() -> list[RecordClass]:
    return [
        RecordClass(
            period=ENQUIRY,
            find_due=find_enquiries,
            describe=describe_enquiries,
            erase=erase_enquiry,
            erased="Erased here, and for good once the other side has",
        ),
        RecordClass(
            period=LOOK_UP, find_due=find_look_ups, describe=describe_look_ups, erase=erase_look_ups, is_heap=True
        ),
    ]


def find_enquiries(today: datetime.date, length: int, record: uuid.UUID | None) -> Iterator[DueRecord]:
    """Finished, to a team, and of no case: each side decides on its own."""
    rows = Referral.objects.filter(pk=record) if record else Referral.objects.all()
    old = rows.filter(service=None, status__in=sorted(FINISHED_STATUSES), moved_at__lte=start_of(today, length))
    kept = old.filter(Q(sender_erased_at=None) | Q(receiver_erased_at=None), case_referral=None)
    for referral in kept.order_by("moved_at", "pk").iterator():
        due_on = years_after(timezone.localdate(referral.moved_at), length)
        if referral.receiver_erased_at is None:
            yield DueRecord(referral.to_agency_id, referral.pk, due_on)
        if referral.sender_erased_at is None and referral.from_agency_id != referral.to_agency_id:
            yield DueRecord(referral.from_agency_id, referral.pk, due_on)


def describe_enquiries(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    rows = Referral.objects.filter(pk__in=ids).select_related("from_agency", "to_agency").order_by("pk")
    return {
        row.pk: f"{row.person_name}, referred by {row.from_agency.name} to {row.to_agency.name} on "
        f"{date_words(row.sent_at)}"
        for row in rows
    }


def erase_enquiry(record: uuid.UUID, agency: Agency, by: Author, reason: str) -> None:
    erase_referral(Referral.objects.get(pk=record), agency)


def old_look_ups(today: datetime.date, length: int) -> QuerySet[LookUp]:
    return LookUp.objects.filter(at__lte=start_of(today, length)).exclude(number_hash="")


def find_look_ups(today: datetime.date, length: int, record: uuid.UUID | None) -> Iterator[DueRecord]:
    rows = old_look_ups(today, length).filter(agency=record) if record else old_look_ups(today, length)
    for agency, oldest in rows.order_by().values_list("agency").annotate(oldest=Min("at")):
        yield DueRecord(agency, agency, years_after(timezone.localdate(oldest), length))


def describe_look_ups(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """No page counts them: a request reads those of its own member."""
    return dict.fromkeys(ids, "Looks for NHS numbers by people who work here")


def erase_look_ups(record: uuid.UUID, agency: Agency, by: Author, reason: str) -> None:
    """Take the hashes out; that somebody looked, and when, stays."""
    rows = old_look_ups(timezone.localdate(), period_length(LOOK_UP.code)).filter(agency=agency)
    erase_columns(rows, number_hash="")
