"""What a request asks for: each parameter, how it is read, and how the OpenAPI document describes it."""

import datetime
import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from config.http import parse_uuid
from directory.geography.grid import Point
from directory.geography.postcodes import find_postcode
from directory.models.session import DAY_NAMES
from directory.text import cleaning as clean

DEFAULT_PER_PAGE, MAX_PER_PAGE = 50, 100  # items on a page
MAX_MINIMAL_PER_PAGE = 10_000  # of ids and dates alone
PER_PAGE_RANGE = f"a whole number from 1 to {MAX_PER_PAGE}, or to {MAX_MINIMAL_PER_PAGE:,} with minimal=true"
MAX_PROXIMITY_METRES = 500_000  # metres
DEFAULT_PROXIMITY_METRES = 5_000  # metres from a postcode when no proximity is given
TIME_PATTERN = (
    "^[0-2][0-9]:[0-5][0-9](:[0-5][0-9])?$"  # JSON Schema's own "time" wants an offset, which a weekly hour has not
)
MAX_PARAMETER_LENGTH = 200  # characters of a parameter


class ApiError(Exception):
    """The request cannot be answered: a status, a title, and for each parameter that is wrong why."""

    def __init__(self, status: int, title: str, wrong: list[tuple[str, str]] | None = None) -> None:
        super().__init__(title)
        self.status, self.title, self.wrong = status, title, wrong or []


@dataclass(frozen=True)
class ApiQuery:
    """A request, read. None or False: not asked for."""

    page: int = 1
    per_page: int = DEFAULT_PER_PAGE
    search: str = ""
    taxonomy_term_id: uuid.UUID | None = None
    taxonomy_id: uuid.UUID | None = None
    parent_id: uuid.UUID | None = None
    organization_id: uuid.UUID | None = None
    minimum_age: int | None = None
    maximum_age: int | None = None
    start_time: datetime.time | None = None
    end_time: datetime.time | None = None
    day: str = ""
    postcode: Point | None = None
    proximity: int | None = None
    modified_after: datetime.datetime | None = None
    top_only: bool = False
    minimal: bool = False
    full: bool = False
    format: str = "json"

    @property
    def offset(self) -> int:
        return (self.page - 1) * self.per_page

    @property
    def filter_key(self) -> str:
        """What decides how many there are, for a cache's key: the same for all pages and forms."""
        free = {"page", "per_page", "minimal", "full", "format"}
        return repr([(f.name, getattr(self, f.name)) for f in fields(self) if f.name not in free])


# --- Values ------------------------------------------------------------------------------------------------


def parse_words(value: str) -> str:
    return clean.to_printable(value).replace("\n", " ").strip()


def integer_parser(low: int, high: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", value) or not low <= int(value) <= high:
            raise ValueError(f"is a whole number from {low:,} to {high:,}")
        return int(value)

    return read


def parse_per_page(value: str) -> int:
    try:
        return integer_parser(1, MAX_MINIMAL_PER_PAGE)(value)
    except ValueError:
        raise ValueError(f"is {PER_PAGE_RANGE}") from None


def parse_item_id(value: str) -> uuid.UUID:
    if found := parse_uuid(value):
        return found
    raise ValueError("is a UUID, as the items' id are")


def parse_boolean(value: str) -> bool:
    if value.lower() not in ("true", "false", "1", "0"):
        raise ValueError("is true or false")
    return value.lower() in ("true", "1")


def parse_format(value: str) -> str:
    if value.lower() not in ("json", "ndjson"):
        raise ValueError("is json or ndjson")
    return value.lower()


def parse_weekday(value: str) -> str:
    """ "TU", "Tue", "tuesday", "Tuesdays"."""
    found = value.strip().upper()
    found = found.removesuffix("S") if len(found) > 3 else found
    code = next((code for code, name in DAY_NAMES.items() if len(found) > 1 and name.upper().startswith(found)), "")
    if not code:
        raise ValueError("is a day of the week: MO, TU, WE, TH, FR, SA or SU")
    return code


def parse_time(value: str) -> datetime.time:
    with suppress(ValueError):
        if found := clean.parse_time(value):
            return found
    raise ValueError("is a time of day, such as 14:30")


def parse_datetime(value: str) -> datetime.datetime:
    """A "+" that was not escaped in the address has come as a space."""
    with suppress(ValueError, OverflowError):
        if found := clean.parse_datetime(re.sub(r" ([0-9]{2}:?[0-9]{2})$", r"+\1", value)):
            return found.astimezone(datetime.UTC)
    raise ValueError("is a date and time of ISO 8601, such as 2026-11-20T09:30:00Z")


def parse_postcode(value: str) -> Point:
    found = find_postcode(value)
    if found is None:
        raise ValueError("is not a UK postcode that we know")
    return found


# --- Parameters --------------------------------------------------------------------------------------------


class Parameter(NamedTuple):
    """`schema` is JSON Schema; `example` is a value that works on any directory."""

    read: Callable[[str], Any]
    words: str
    schema: dict[str, Any]
    example: str


def _uuid_parameter(words: str) -> Parameter:
    return Parameter(parse_item_id, words, {"type": "string", "format": "uuid"}, "00000000-0000-4000-8000-000000000000")


def _boolean_parameter(words: str) -> Parameter:
    return Parameter(parse_boolean, words, {"type": "boolean", "default": False}, "true")


def _age_parameter(words: str) -> Parameter:
    return Parameter(integer_parser(0, 150), words, {"type": "integer", "minimum": 0, "maximum": 150}, "18")


def _time_parameter(words: str) -> Parameter:
    return Parameter(parse_time, words, {"type": "string", "pattern": TIME_PATTERN}, "10:30")


PARAMETERS: dict[str, Parameter] = {
    "page": Parameter(
        integer_parser(1, 10**9),
        "Number of the page, from 1. One after the last is empty.",
        {"type": "integer", "minimum": 1, "default": 1},
        "1",
    ),
    "per_page": Parameter(
        parse_per_page,
        f"Items on a page: {PER_PAGE_RANGE}.",
        {"type": "integer", "minimum": 1, "maximum": MAX_MINIMAL_PER_PAGE, "default": DEFAULT_PER_PAGE},
        "10",
    ),
    "search": Parameter(
        parse_words,
        "Words to look for in names, descriptions, places and terms. All must be there; endings may differ.",
        {"type": "string", "maxLength": MAX_PARAMETER_LENGTH},
        "walking",
    ),
    "taxonomy_term_id": _uuid_parameter("Services that carry this term."),
    "taxonomy_id": _uuid_parameter("Services that carry any term of this taxonomy; or the terms of it."),
    "parent_id": _uuid_parameter("Terms right under this one."),
    "organization_id": _uuid_parameter("Services of this organisation."),
    "minimum_age": _age_parameter("Services with a minimum age of at least this."),
    "maximum_age": _age_parameter("Services with a maximum age of this or below."),
    "start_time": _time_parameter("Services that start at this time or later. London time."),
    "end_time": _time_parameter("Services that end by this time. London time."),
    "day": Parameter(
        parse_weekday, "Services that meet on this day of the week.", {"type": "string", "enum": [*DAY_NAMES]}, "TU"
    ),
    "postcode": Parameter(
        parse_postcode,
        "A full UK postcode: only what is within `proximity` of its middle, "
        f"{DEFAULT_PROXIMITY_METRES:,} metres if not given.",
        {"type": "string"},
        "BN11 2AA",
    ),
    "proximity": Parameter(
        integer_parser(1, MAX_PROXIMITY_METRES),
        "Metres from the middle of the postcode.",
        {"type": "integer", "minimum": 1, "maximum": MAX_PROXIMITY_METRES},
        "5000",
    ),
    "modified_after": Parameter(
        parse_datetime,
        "What was changed, or newly listed here, on or after this moment; the oldest change first.",
        {"type": "string", "format": "date-time"},
        "2026-01-01T00:00:00Z",
    ),
    "top_only": _boolean_parameter("Terms without a parent alone."),
    "minimal": _boolean_parameter("Only the id and the date of the last change."),
    "full": _boolean_parameter("Each item with all that belongs to it, as its own address gives it."),
    "format": Parameter(
        parse_format,
        "`ndjson` streams all items that match, one a line, without pages.",
        {"type": "string", "enum": ["json", "ndjson"], "default": "json"},
        "ndjson",
    ),
}


def parse_query(query: Mapping[str, str], names: Iterable[str]) -> ApiQuery:
    """Those parameters of a query string; others are passed over. Raises ApiError (400) with all that is wrong."""
    found: dict[str, Any] = {}
    wrong: list[tuple[str, str]] = []
    for name in names:
        value = (query.get(name) or "").strip()
        try:
            if len(value) > MAX_PARAMETER_LENGTH:
                raise ValueError(f"has {MAX_PARAMETER_LENGTH} characters at most")
            if value:
                found[name] = PARAMETERS[name].read(value)
        except ValueError as error:
            wrong.append((name, f"{name} {error}."))
    wrong += _find_contradictions(found) if not wrong else []
    if wrong:
        raise ApiError(400, "The request has a parameter that cannot be used", wrong)
    return ApiQuery(**found)


def _find_contradictions(found: dict[str, Any]) -> list[tuple[str, str]]:
    wrong = []
    if "proximity" in found and "postcode" not in found:
        wrong.append(("proximity", "proximity needs a postcode to be measured from."))
    if found.get("per_page", 1) > MAX_PER_PAGE and not found.get("minimal"):
        wrong.append(("per_page", f"per_page is {PER_PAGE_RANGE}; for all at once use format=ndjson."))
    if found.get("minimal") and found.get("full"):
        wrong.append(("minimal", "minimal and full ask for opposite things; use one of them."))
    return wrong
