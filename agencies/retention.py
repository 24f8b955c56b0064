"""What is kept how long: the classes of record, each with its period, and how what has run out is found.

Each app says of its own records (`record_classes` in agencies/hooks.py). The periods are the place's own (Period); what
holds without one is the law's or the code's. Nothing goes by a period alone: what has run out stands in a list until
somebody has decided (agencies/actions/retention.py).
"""

import datetime
import uuid
from dataclasses import dataclass

from django.utils import timezone

from agencies.hooks import PlacePeriod, RecordClass, record_classes
from agencies.models import Period, RetentionReview

# Not of records, but set on the same page.
COMPLAINT_ANSWER = PlacePeriod(
    "complaint-answer",
    "Answering a complaint",
    25,
    "working days",
    "it came in",
    "6 months at most: Local Authority Social Services and NHS Complaints Regulations 2009, regulation 14",
)


def list_record_classes() -> list[RecordClass]:
    return [found for source in record_classes for found in source()]


def list_periods() -> list[PlacePeriod]:
    """All figures that the steward may set."""
    return [*(found.period for found in list_record_classes()), COMPLAINT_ANSWER]


def period_length(code: str) -> int:
    """How many of its unit, in this place now."""
    default = next(period.default for period in list_periods() if period.code == code)
    return Period.lengths().get(code, default)


def years_before(day: datetime.date, years: int) -> datetime.date:
    """The same day so many years earlier; 28 February of 29 February."""
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)


def years_after(day: datetime.date, years: int) -> datetime.date:
    """The same day so many years later; 1 March of 29 February."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return datetime.date(day.year + years, 3, 1)


def start_of(today: datetime.date, years: int) -> datetime.datetime:
    """What is older than this moment has been kept so many years."""
    return timezone.make_aware(datetime.datetime.combine(years_before(today, years), datetime.time.max))


def find_record_class(code: str) -> RecordClass:
    """Raises StopIteration for a class that no app knows any more."""
    return next(found for found in list_record_classes() if found.period.code == code)


def count_lengths(period: PlacePeriod, length: int) -> str:
    """ "8 years", "1 day"."""
    return f"{length} {period.unit if length != 1 else period.unit.removesuffix('s')}"


@dataclass(frozen=True)
class ReviewLine:
    """A review in words."""

    review: RetentionReview
    period: PlacePeriod
    length: str
    what: str  # which record; "" for one that is gone
    erased: str  # what its erasure came to, once it is done


def describe_reviews(reviews: list[RetentionReview]) -> list[ReviewLine]:
    """Each in words; one question a class."""
    classes, lengths = {found.period.code: found for found in list_record_classes()}, Period.lengths()
    words: dict[tuple[str, uuid.UUID], str] = {}
    for code in {review.record_class for review in reviews} & set(classes):
        open_ones = [review.record for review in reviews if review.record_class == code]
        if describe := classes[code].describe:
            words |= {(code, record): said for record, said in describe(open_ones).items()}
    lines = []
    for review in reviews:
        if found := classes.get(review.record_class):
            length = count_lengths(found.period, lengths.get(found.period.code, found.period.default))
            gone = review.decision == RetentionReview.Decision.ERASE
            what = "" if gone else words.get((review.record_class, review.record), "")
            lines.append(ReviewLine(review, found.period, length, what, found.erased))
    return lines
