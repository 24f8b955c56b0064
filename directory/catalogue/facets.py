"""What a filter asks for and what a listing says of itself, as the same short marks: '#tu-morning', '#lang-pl'.

search/index.py writes them, search/query.py asks for them. Filters combine: each is a list of marks of which one is
wanted.
"""

import datetime
import re
import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path

from config.data import load_csv_rows
from directory.models import Language, Location, Schedule, Service
from directory.models.place import LocationType
from directory.models.session import DAY_NAMES, Frequency

DAY_PARTS = {"morning": (0, 12), "afternoon": (12, 17), "evening": (17, 24)}  # hours: from, before
MIN_MINUTES_IN_PART = 60  # minutes that a meeting must go on in a part of the day that it does not begin in


_access, _languages = (load_csv_rows(Path(__file__).parent / "data" / name) for name in ("access.csv", "languages.csv"))
ACCESS = {row["code"]: row["name"] for row in _access}
LISTING_ACCESS_PATTERNS = {row["code"]: row["pattern"] for row in _access}  # how people write it
# ISO 639-1, those most spoken in the census of 2021, and British Sign Language (ISO 639-3); and other names of them
LANGUAGES = {row["code"]: row["name"] for row in _languages}
LANGUAGE_CODES = {name: row["code"] for row in _languages for name in (row["name"].lower(), *row["also"].split())}
NO_FEES_PATTERN = (
    r"((it|this|the (activity|group|service|session)) ?(is|'s) )?((completely|always|entirely) )?"
    r"(free|no (charge|cost|fee)s?|nothing)( of charge| to (attend|join|use|all)| for (all|everyone))*[.!]?"
)
ALL_AGES_LEVEL = 7  # the level of the one block of 128 years that holds all ages
WEEKDAY_CODES = {name.lower(): code for code, name in DAY_NAMES.items()}


def term_facet(term: uuid.UUID) -> str:
    """How a taxonomy term stands among the words of the index."""
    return f"#{term.hex}"


# --- What a listing says -----------------------------------------------------------------------------------


def list_hours_facets(schedules: Iterable[Schedule], when: Iterable[str]) -> Iterator[str]:
    """The days, the parts of the day, and both together: "#tu", "#morning", "#tu-morning".

    Where only words say when ("Tuesday from 10"), the days that they name.
    """
    days: set[str] = set()
    for row in schedules:
        here = _list_days(row)
        parts = list(_list_day_parts(row.opens_at, row.closes_at)) if row.opens_at else []
        days |= set(here)
        yield from (f"#{part}" for part in parts)
        yield from (f"#{day.lower()}-{part}" for day in here for part in parts)
    if not days:
        days = {
            WEEKDAY_CODES[name]
            for text in when
            for name in re.findall(rf"\b({'|'.join(WEEKDAY_CODES)})s?\b", text.lower())
        }
    yield from (f"#{day.lower()}" for day in days)


def _list_days(row: Schedule) -> list[str]:
    if row.days or row.freq != Frequency.WEEKLY or not row.dtstart:
        return row.days
    return [[*DAY_NAMES][row.dtstart.weekday()]]


def _list_day_parts(opens: datetime.time, closes: datetime.time | None) -> Iterator[str]:
    """The part of the day it begins in, and those in which it goes on for an hour at least."""
    start = 60 * opens.hour + opens.minute
    end = 60 * closes.hour + closes.minute if closes else start
    end = end if end >= start else 24 * 60
    for part, (first, before) in DAY_PARTS.items():
        lasts = min(end, 60 * before) - max(start, 60 * first)
        if first <= opens.hour < before or lasts >= MIN_MINUTES_IN_PART:
            yield part


def list_age_facets(low: int | None, high: int | None) -> list[str]:
    """The ages from `low` to `high` as few blocks of 1, 2, 4 … 128 years: "#age3-7" is 56 to 63. All, if none."""
    first, last = min(low or 0, 127), high if high and high < 120 else 127
    found = []
    while first <= last:
        level = next(n for n in range(ALL_AGES_LEVEL, -1, -1) if first % 2**n == 0 and first + 2**n - 1 <= last)
        found.append(f"#age{level}-{first >> level}")
        first += 2**level
    return found


def parse_language_code(row: Language) -> str:
    """ "pl" for Polish, however it is written; a name that is not known as it stands; "" for none."""
    code = re.split(r"[-_]", row.code.lower())[0]
    if code in LANGUAGES:
        return code
    name = " ".join(row.name.lower().split())
    return LANGUAGE_CODES.get(name) or re.sub(r"[^a-z0-9]+", "-", name or code).strip("-")[:40]


def find_access_codes(location: Location) -> Iterator[str]:
    """The codes of ACCESS that the words about a place speak of, and not with "no" or "not"."""
    rows = location.accessibility.all()
    sentences = re.split(r"[.;\n]", ". ".join(f"{row.description}. {row.details}" for row in rows).lower())
    said = [part for part in sentences if not re.search(r"\b(not|no(?! steps))\b", part)]
    return (code for code, pattern in LISTING_ACCESS_PATTERNS.items() if any(re.search(pattern, part) for part in said))


def is_online(location: Location | None, schedules: Iterable[Schedule]) -> bool:
    virtual = location is not None and location.location_type == LocationType.VIRTUAL
    return virtual or any(re.search(r"online|virtual", row.attending_type.lower()) for row in schedules)


def is_by_phone(schedules: Iterable[Schedule]) -> bool:
    return any("phone" in row.attending_type.lower() for row in schedules)


def is_described_free(service: Service) -> bool:
    """No price is named, and all that is said about fees is that there are none."""
    return not service.cost_options.all() and bool(
        re.fullmatch(NO_FEES_PATTERN, " ".join(service.fees.lower().split()))
    )


# --- What a filter asks for -----------------------------------------------------------------------------------


def wanted_hours_facets(day: str, time: str) -> list[str]:
    return ["#" + "-".join(part.lower() for part in (day, time) if part)]


def wanted_age_facets(age: int) -> list[str]:
    """The blocks that an age lies in."""
    return [f"#age{level}-{min(age, 127) >> level}" for level in range(ALL_AGES_LEVEL + 1)]
