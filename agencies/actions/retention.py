"""What has run out is listed each night; whether it is kept longer or erased is decided by somebody, each time."""

import datetime
import uuid

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from procrastinate.contrib.django import app

from agencies.hooks import DueRecord, RecordClass
from agencies.messages import absolute_url
from agencies.models import Agency, Author, Membership, Period, RetentionReview
from agencies.registers import tell_keepers
from agencies.retention import find_record_class, list_record_classes
from config.batches import run_for_each
from config.transitions import MoveRefused, insert_if_new, lock_row, save_columns

Decision = RetentionReview.Decision
COMES_AGAIN_AFTER = datetime.timedelta(days=30)  # what was to go and is still there: a second person said no
NOT_DUE_MESSAGE = "This is not due any more: it is worked with again, or held. It is off the list"


def list_due_records(today: datetime.date) -> int:
    """Put on the list what has run out, take off it what is worked with again or held, and tell who decides; how many
    records are new on it. May run twice."""
    run_for_each(
        "Review", RetentionReview.objects.filter(decision="").order_by("pk"), lambda row: drop_if_not_due(row, today)
    )
    new: dict[uuid.UUID, int] = {}
    for found in list_record_classes():
        for due in find_due(found, today):
            if not is_kept(found, due, today) and add_review(found, due):
                new[due.agency] = new.get(due.agency, 0) + 1
    for agency in Agency.objects.filter(pk__in=new).order_by("pk"):
        tell_of_reviews(agency, new[agency.pk], today)
    return sum(new.values())


def find_due(found: RecordClass, today: datetime.date, review: RetentionReview | None = None) -> list[DueRecord]:
    """What of the class has run out by the place's period; of `review`, whether that record still has."""
    if found.find_due is None:
        return []
    length = Period.lengths().get(found.period.code, found.period.default)
    due = found.find_due(today, length, review.record if review else None)
    return [one for one in due if review is None or (one.agency, one.record) == (review.agency_id, review.record)]


def is_kept(found: RecordClass, due: DueRecord, today: datetime.date) -> bool:
    """Whether somebody has decided that it is kept until later than today; or, lately, that it goes."""
    decided = RetentionReview.objects.filter(record_class=found.period.code, record=due.record, agency=due.agency)
    kept = Q(decision=Decision.KEEP, keep_until__gt=today)
    if not found.is_heap:
        kept |= Q(decision=Decision.ERASE, decided_at__gt=timezone.now() - COMES_AGAIN_AFTER)
    return decided.filter(kept).exists()


def add_review(found: RecordClass, due: DueRecord) -> bool:
    return insert_if_new(
        RetentionReview(agency_id=due.agency, record_class=found.period.code, record=due.record, due_on=due.due_on)
    )


def drop_if_not_due(review: RetentionReview, today: datetime.date) -> bool:
    """Take it off the list when its record is worked with again, held, or kept longer by a new period."""
    if find_due(find_record_class(review.record_class), today, review):
        return False
    return bool(RetentionReview.objects.filter(pk=review.pk, decision="").delete()[0])


def tell_of_reviews(agency: Agency, new: int, today: datetime.date) -> None:
    context = {"new": new, "link": absolute_url("agencies:reviews")}
    subject = f"{new} old record{'' if new == 1 else 's'} to decide on"
    tell_keepers(
        [agency], key=f"reviews {agency.pk} {today}", subject=subject, template="email/reviews.txt", context=context
    )


@transaction.atomic
def decide_review(
    review: RetentionReview, *, by: Membership, decision: str, reason: str, keep_until: datetime.date | None = None
) -> RetentionReview:
    """Keep it until a date, or erase it, for that reason. The same answer again changes nothing.

    Raises MoveRefused when another has decided, when it is not due any more, and for what its erasure refuses.
    """
    lock_row(review)
    review.refresh_from_db()
    if review.decision:
        if (review.decision, review.decided_by_id) == (decision, by.pk):
            return review
        raise MoveRefused("Somebody has decided this already.")
    found = find_record_class(review.record_class)
    if not found.is_heap and not find_due(found, timezone.localdate(), review):
        raise MoveRefused(NOT_DUE_MESSAGE)
    until = keep_until if decision == Decision.KEEP else None
    save_columns(review, decision=decision, reason=reason, keep_until=until, decided_at=timezone.now(), decided_by=by)
    if decision == Decision.ERASE:
        app.configure_task("erase_reviewed", lock=f"review {review.pk}").defer(review=str(review.pk))
    return review


@transaction.atomic
def erase_reviewed(pk: uuid.UUID) -> None:
    """Erase what was decided on, as no request may (config/append_only.py). It goes back on the list where it was held,
    or worked with again, meanwhile. Called twice, it is erased once."""
    review = RetentionReview.objects.select_for_update(of=("self",)).select_related("agency").get(pk=pk)
    if review.decision != Decision.ERASE or review.done_at or review.decided_by is None:
        return
    found = find_record_class(review.record_class)
    try:
        if not find_due(found, timezone.localdate(), review) or found.erase is None:
            raise MoveRefused(NOT_DUE_MESSAGE)
        found.erase(review.record, review.agency, Author.of(review.decided_by), review.reason)
    except MoveRefused:
        save_columns(review, decision="", reason="", decided_at=None, decided_by=None)
    else:
        save_columns(review, done_at=timezone.now())


@transaction.atomic
def save_periods(lengths: dict[str, int]) -> None:
    """The place's own figures, by code."""
    for code, length in lengths.items():
        Period.objects.update_or_create(code=code, defaults={"length": length})
