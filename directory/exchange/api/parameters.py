"""What a request asks for: each parameter, how it is read, and how the OpenAPI document describes it."""

import datetime
import re
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any, NamedTuple

from directory.geography.grid import Point
from directory.geography.postcodes import find_postcode
from directory.models.session import DAYS
from directory.text import cleaning as clean

PER_PAGE, MOST = 50, 100  # items on a page
MOST_MINIMAL = 10_000  # of ids and dates alone
ON_A_PAGE = f"a whole number from 1 to {MOST}, or to {MOST_MINIMAL:,} with minimal=true"
FURTHEST = 500_000  # metres
USUAL = 5_000  # metres from a postcode when no proximity is given
CLOCK = "^[0-2][0-9]:[0-5][0-9](:[0-5][0-9])?$"  # JSON Schema's own "time" wants an offset, which a weekly hour has not
LONGEST = 200  # characters of a parameter


class Refused(Exception):
    """The request cannot be answered: a status, a title, and for each parameter that is wrong why."""

    def __init__(self, status: int, title: str, wrong: list[tuple[str, str]] | None = None) -> None:
        super().__init__(title)
        self.status, self.title, self.wrong = status, title, wrong or []


@dataclass(frozen=True)
class Asked:
    """A request, read. None or False: not asked for."""

    page: int = 1
    per_page: int = PER_PAGE
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
    def start(self) -> int:
        return (self.page - 1) * self.per_page

    @property
    def filters(self) -> str:
        """What decides how many there are, for a cache's key: the same for all pages and forms."""
        free = {"page", "per_page", "minimal", "full", "format"}
        return repr([(f.name, getattr(self, f.name)) for f in fields(self) if f.name not in free])


# --- Values ------------------------------------------------------------------------------------------------


def text(value: str) -> str:
    return clean.plain(value).replace("\n", " ").strip()


def whole(low: int, high: int) -> Callable[[str], int]:
    def read(value: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", value) or not low <= int(value) <= high:
            raise ValueError(f"is a whole number from {low:,} to {high:,}")
        return int(value)

    return read


def per_page(value: str) -> int:
    try:
        return whole(1, MOST_MINIMAL)(value)
    except ValueError:
        raise ValueError(f"is {ON_A_PAGE}") from None


def key(value: str) -> uuid.UUID:
    try:
        return uuid.UUID(value)
    except ValueError:
        raise ValueError("is a UUID, as the items' id are") from None


def yes(value: str) -> bool:
    if value.lower() not in ("true", "false", "1", "0"):
        raise ValueError("is true or false")
    return value.lower() in ("true", "1")


def one_form(value: str) -> str:
    if value.lower() not in ("json", "ndjson"):
        raise ValueError("is json or ndjson")
    return value.lower()


def day(value: str) -> str:
    """ "TU", "Tue", "tuesday", "Tuesdays"."""
    found = value.strip().upper()
    found = found.removesuffix("S") if len(found) > 3 else found
    code = next((code for code, name in DAYS.items() if len(found) > 1 and name.upper().startswith(found)), "")
    if not code:
        raise ValueError("is a day of the week: MO, TU, WE, TH, FR, SA or SU")
    return code


def time(value: str) -> datetime.time:
    try:
        found = clean.time(value)
    except ValueError:
        found = None
    if found is None:
        raise ValueError("is a time of day, such as 14:30")
    return found


def moment(value: str) -> datetime.datetime:
    """A "+" that was not escaped in the address has come as a space."""
    try:
        found = clean.moment(re.sub(r" ([0-9]{2}:?[0-9]{2})$", r"+\1", value))
        return found.astimezone(datetime.UTC)  # type: ignore[union-attr]
    except (ValueError, OverflowError, AttributeError):
        raise ValueError("is a date and time of ISO 8601, such as 2026-11-20T09:30:00Z") from None


def postcode(value: str) -> Point:
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


def _uuid(words: str) -> Parameter:
    return Parameter(key, words, {"type": "string", "format": "uuid"}, "00000000-0000-4000-8000-000000000000")


def _yes(words: str) -> Parameter:
    return Parameter(yes, words, {"type": "boolean", "default": False}, "true")


def _age(words: str) -> Parameter:
    return Parameter(whole(0, 150), words, {"type": "integer", "minimum": 0, "maximum": 150}, "18")


def _time(words: str) -> Parameter:
    return Parameter(time, words, {"type": "string", "pattern": CLOCK}, "10:30")


PARAMETERS: dict[str, Parameter] = {
    "page": Parameter(
        whole(1, 10**9),
        "Number of the page, from 1. One after the last is empty.",
        {"type": "integer", "minimum": 1, "default": 1},
        "1",
    ),
    "per_page": Parameter(
        per_page,
        f"Items on a page: {ON_A_PAGE}.",
        {"type": "integer", "minimum": 1, "maximum": MOST_MINIMAL, "default": PER_PAGE},
        "10",
    ),
    "search": Parameter(
        text,
        "Words to look for in names, descriptions, places and terms. All must be there; endings may differ.",
        {"type": "string", "maxLength": LONGEST},
        "walking",
    ),
    "taxonomy_term_id": _uuid("Services that carry this term."),
    "taxonomy_id": _uuid("Services that carry any term of this taxonomy; or the terms of it."),
    "parent_id": _uuid("Terms right under this one."),
    "organization_id": _uuid("Services of this organisation."),
    "minimum_age": _age("Services with a minimum age of at least this."),
    "maximum_age": _age("Services with a maximum age of this or below."),
    "start_time": _time("Services that start at this time or later. London time."),
    "end_time": _time("Services that end by this time. London time."),
    "day": Parameter(day, "Services that meet on this day of the week.", {"type": "string", "enum": [*DAYS]}, "TU"),
    "postcode": Parameter(
        postcode,
        f"A full UK postcode: only what is within `proximity` of its middle, {USUAL:,} metres if not given.",
        {"type": "string"},
        "BN11 2AA",
    ),
    "proximity": Parameter(
        whole(1, FURTHEST),
        "Metres from the middle of the postcode.",
        {"type": "integer", "minimum": 1, "maximum": FURTHEST},
        "5000",
    ),
    "modified_after": Parameter(
        moment,
        "What was changed, or newly listed here, on or after this moment; the oldest change first.",
        {"type": "string", "format": "date-time"},
        "2026-01-01T00:00:00Z",
    ),
    "top_only": _yes("Terms without a parent alone."),
    "minimal": _yes("Only the id and the date of the last change."),
    "full": _yes("Each item with all that belongs to it, as its own address gives it."),
    "format": Parameter(
        one_form,
        "`ndjson` streams all items that match, one a line, without pages.",
        {"type": "string", "enum": ["json", "ndjson"], "default": "json"},
        "ndjson",
    ),
}


def read(query: Mapping[str, str], names: Iterable[str]) -> Asked:
    """Those parameters of a query string; others are passed over. Raises Refused (400) with all that is wrong."""
    found: dict[str, Any] = {}
    wrong: list[tuple[str, str]] = []
    for name in names:
        value = (query.get(name) or "").strip()
        try:
            if len(value) > LONGEST:
                raise ValueError(f"has {LONGEST} characters at most")
            if value:
                found[name] = PARAMETERS[name].read(value)
        except ValueError as error:
            wrong.append((name, f"{name} {error}."))
    wrong += _against_each_other(found) if not wrong else []
    if wrong:
        raise Refused(400, "The request has a parameter that cannot be used", wrong)
    return Asked(**found)


def _against_each_other(found: dict[str, Any]) -> list[tuple[str, str]]:
    wrong = []
    if "proximity" in found and "postcode" not in found:
        wrong.append(("proximity", "proximity needs a postcode to be measured from."))
    if found.get("per_page", 1) > MOST and not found.get("minimal"):
        wrong.append(("per_page", f"per_page is {ON_A_PAGE}; for all at once use format=ndjson."))
    if found.get("minimal") and found.get("full"):
        wrong.append(("minimal", "minimal and full ask for opposite things; use one of them."))
    return wrong
