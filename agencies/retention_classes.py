"""How long complaints, messages and drafts are kept."""

import datetime
import uuid
from collections.abc import Collection, Iterator

from django.db.models import Count, Min, QuerySet
from django.utils import timezone

from agencies.complaint_states import ComplaintStatus
from agencies.hooks import DueRecord, PlacePeriod, RecordClass, record_classes
from agencies.models import Agency, Author, Complaint, ComplaintMove, Draft, Message
from agencies.registers import find_steward
from agencies.retention import period_length, start_of, years_after
from config.append_only import erase_columns
from config.template_tags import date_words
from config.transitions import lock_row, save_columns

ERASED_NAME = "Erased"
COMPLAINT = PlacePeriod("complaint", "Complaint", 10, "years", "its end", "Records Management Code of Practice 2021")
DRAFT = PlacePeriod("draft", "What was typed and not sent", 1, "years", "the day it was last typed in", "Local rule")
MESSAGE = PlacePeriod("message", "Message that has left", 2, "years", "the day it left", "Local rule")


@record_classes.register
def list_own_classes() -> list[RecordClass]:
    return [
        RecordClass(period=COMPLAINT, find_due=find_complaints, describe=describe_complaints, erase=erase_complaint),
        RecordClass(period=DRAFT, find_due=find_drafts, describe=describe_drafts, erase=delete_drafts, is_heap=True),
        RecordClass(
            period=MESSAGE, find_due=find_messages, describe=describe_messages, erase=delete_messages, is_heap=True
        ),
    ]


# --- Complaints -----------------------------------------------------------------------------------------


def find_complaints(today: datetime.date, length: int, record: uuid.UUID | None) -> Iterator[DueRecord]:
    rows = Complaint.objects.filter(pk=record) if record else Complaint.objects.all()
    old = rows.exclude(name=ERASED_NAME).filter(status=ComplaintStatus.CLOSED, moved_at__lte=start_of(today, length))
    for complaint in old.order_by("moved_at", "pk"):
        due_on = years_after(timezone.localdate(complaint.moved_at), length)
        yield DueRecord(complaint.kept_by_id, complaint.pk, due_on)


def describe_complaints(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    rows = Complaint.objects.filter(pk__in=ids).order_by("pk")
    return {row.pk: f"Complaint {row.reference}, received {date_words(row.received_at)}" for row in rows}


def erase_complaint(record: uuid.UUID, agency: Agency, by: Author, reason: str) -> None:
    """Take the words and names out; that there was one, and its dates, stays."""
    complaint = Complaint.objects.get(pk=record, kept_by=agency)
    lock_row(complaint)
    blank = dict.fromkeys(("about_name", "on_behalf_of", "contact", "words", "wish", "author_name"), "")
    save_columns(complaint, name=ERASED_NAME, about=None, **blank)
    erase_columns(ComplaintMove.objects.filter(complaint=complaint), words="")


# --- Heaps: many small records, decided on together -------------------------------------------------------


def old_drafts(today: datetime.date, length: int) -> QuerySet[Draft]:
    return Draft.objects.filter(saved_at__lte=start_of(today, length))


def find_drafts(today: datetime.date, length: int, record: uuid.UUID | None) -> Iterator[DueRecord]:
    rows = old_drafts(today, length).filter(member__agency=record) if record else old_drafts(today, length)
    heaps = rows.order_by().values_list("member__agency").annotate(oldest=Min("saved_at"))
    for agency, oldest in heaps:
        yield DueRecord(agency, agency, years_after(timezone.localdate(oldest), length))


def describe_drafts(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    rows = old_drafts(timezone.localdate(), period_length(DRAFT.code)).filter(member__agency__in=ids)
    counted = rows.order_by().values_list("member__agency").annotate(n=Count("pk"))
    return {agency: f"{n} draft{'' if n == 1 else 's'} of people who work here" for agency, n in counted}


def delete_drafts(record: uuid.UUID, agency: Agency, by: Author, reason: str) -> None:
    old_drafts(timezone.localdate(), period_length(DRAFT.code)).filter(member__agency=agency).delete()


def old_messages(today: datetime.date, length: int) -> QuerySet[Message]:
    """Those that have left, but for letters and calls to the person of a case, which go with its record."""
    return Message.objects.filter(sent_at__lte=start_of(today, length)).exclude(key__startswith="person ")


def find_messages(today: datetime.date, length: int, record: uuid.UUID | None) -> Iterator[DueRecord]:
    steward, oldest = find_steward(), old_messages(today, length).aggregate(oldest=Min("sent_at"))["oldest"]
    if steward and oldest:
        yield DueRecord(steward.pk, steward.pk, years_after(timezone.localdate(oldest), length))


def describe_messages(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    """No page counts them: a request reads no messages but those of its own agency."""
    return dict.fromkeys(ids, "Messages of this place")


def delete_messages(record: uuid.UUID, agency: Agency, by: Author, reason: str) -> None:
    old_messages(timezone.localdate(), period_length(MESSAGE.code)).delete()
