"""What is kept how long: the classes of record, each with its period, and how what has run out is found.

Each app says of its own records (`record_classes` in agencies/hooks.py). The periods are the place's own (Period); what
holds without one is the law's or the code's. Nothing goes by a period alone: what has run out stands in a list until
somebody has decided (agencies/actions/retention.py).
"""

import datetime

from agencies.hooks import PlacePeriod, RecordClass, record_classes
from agencies.models import Period

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
