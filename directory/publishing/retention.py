"""How long it is kept who asked to take part for a group, once that is decided."""

import datetime
import uuid
from collections.abc import Collection, Iterator

from django.db.models import Min, QuerySet
from django.utils import timezone

from agencies.hooks import DueRecord, PlacePeriod, RecordClass, record_classes
from agencies.models import Agency, Author
from agencies.registers import find_steward
from agencies.retention import period_length, start_of, years_after
from directory.models import Claim, Decision

CLAIM = PlacePeriod("claim", "Who asked to take part for a group", 2, "years", "the decision", "Local rule")


@record_classes.register
def list_claim_classes() -> list[RecordClass]:
    return [
        RecordClass(period=CLAIM, find_due=find_claims, describe=describe_claims, erase=delete_claims, is_heap=True)
    ]


def old_claims(today: datetime.date, length: int) -> QuerySet[Claim]:
    return Claim.objects.exclude(decision=Decision.OPEN).filter(decided_at__lte=start_of(today, length))


def find_claims(today: datetime.date, length: int, record: uuid.UUID | None) -> Iterator[DueRecord]:
    """A heap of the steward's."""
    steward, oldest = find_steward(), old_claims(today, length).aggregate(oldest=Min("decided_at"))["oldest"]
    if steward and oldest:
        yield DueRecord(steward.pk, steward.pk, years_after(timezone.localdate(oldest), length))


def describe_claims(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    n = old_claims(timezone.localdate(), period_length(CLAIM.code)).count()
    return dict.fromkeys(ids, f"{n} group{'' if n == 1 else 's'} that asked to take part")


def delete_claims(record: uuid.UUID, agency: Agency, by: Author, reason: str) -> None:
    old_claims(timezone.localdate(), period_length(CLAIM.code)).delete()
