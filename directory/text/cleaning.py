"""What feeds send, made fit for our columns. Each function takes one raw value and gives the clean one.

"" or None (by the column's type) when nothing was sent; ValueError, in plain English, when it cannot be used.
"""

import datetime
import math
import re
import uuid
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator, validate_email
from django.utils import timezone

from config.http import parse_uuid
from directory.models.session import DAY_NAMES
from directory.text.encoding import fix_encoding
from directory.text.markup import drop_repeated_paragraphs, drop_tracking, has_markup, strip_markup

MAX_TEXT_LENGTH = 20_000  # characters of a text; the longest real description seen has 5,800
MAX_EMAILS_LENGTH = 1_000  # characters in which an e-mail address is looked for
WORDS_FOR_NOTHING = {"", "-", "--", "–", "—", "n/a", "n.a.", "na", "nil", "none", "tbc", "tba", "not known", "unknown"}
BARE_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9\-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}(?::[0-9]{1,5})?(?:[/?#]\S*)?", re.I)
CONTROL_CHARACTERS = re.compile(  # and signs without a width: soft hyphens, marks that reorder text
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]"
)
EMAIL_IN_TEXT = re.compile(r"[\w.+'-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}")
LINK_IN_TEXT = re.compile(r"(?:https?://|www\.)[^\s<>\"')\]]{3,500}", re.IGNORECASE)
STABLE_ID_NAMESPACE = uuid.UUID("6f1c3a4e-2f0b-5d53-9a41-0c6b7d0c9e11")  # of the ids made here


class TruncatedError(ValueError):
    """The value could be used after something was cut off; `clean_json` is what is left."""

    def __init__(self, said: str, kept: str) -> None:
        super().__init__(said)
        self.kept = kept


def stable_id(*names: object) -> uuid.UUID:
    """The same id each time for the same names (UUIDv5)."""
    return uuid.uuid5(STABLE_ID_NAMESPACE, "\x1f".join(str(name) for name in names))


def parse_id(value: Any, *names: object) -> uuid.UUID:
    """A UUID as it is; anything else that names a thing, a stable UUID made from it and `names`."""
    if not isinstance(value, (str, int)) or isinstance(value, bool) or not str(value).strip():
        raise ValueError("there is no id")
    return parse_uuid(value) or stable_id(*names, str(value).strip())


def to_printable(value: Any) -> str:
    """Printable text without NUL and other control characters, whatever the type was."""
    if isinstance(value, str) and value.isascii() and value.isprintable():
        return value  # most are, and an import asks this a hundred times a service
    if value is None:
        return ""
    if isinstance(value, (dict, list)):
        raise ValueError(f"this should be text, not {'a list' if isinstance(value, list) else 'an object'}")
    text = fix_encoding(str(value)).replace("\r\n", "\n").replace("\r", "\n")
    text = text.encode("utf-8", "ignore").decode()  # half of a surrogate pair cannot be stored
    return CONTROL_CHARACTERS.sub("", text)


def clean_text(value: Any) -> str:
    """Plain text in paragraphs; of HTML and Markdown the blocks become paragraphs, and links keep their addresses."""
    raw = to_printable(value)
    if len(raw) <= MAX_TEXT_LENGTH and raw.isprintable() and "  " not in raw and not has_markup(raw):
        return raw.strip()
    found = strip_markup(raw[: MAX_TEXT_LENGTH * 4])
    found = re.sub(r"[^\S\n]+", " ", found)
    found = re.sub(r" ?\n ?", "\n", found)
    found = re.sub(r"\n{3,}", "\n\n", found).strip()
    if len(found) > MAX_TEXT_LENGTH or len(raw) > MAX_TEXT_LENGTH * 4:
        raise TruncatedError(f"cut to {MAX_TEXT_LENGTH:,} of {len(raw):,} characters", found[:MAX_TEXT_LENGTH])
    return found


def clean_description(value: Any) -> str:
    """Text in paragraphs, none of them twice: many begin with their own summary."""
    try:
        return drop_repeated_paragraphs(clean_text(value))
    except TruncatedError as cut:
        raise TruncatedError(str(cut), drop_repeated_paragraphs(cut.kept)) from None


def clean_hours(text: str) -> str:
    """Hours of one cell, each of a list on a line of its own."""
    try:
        return clean_text(text)
    except ValueError:
        return text[:MAX_TEXT_LENGTH]


def clean_line(value: Any, longest: int = 255) -> str:
    """Text on one line."""
    try:
        found = " ".join(clean_text(value).split())
    except TruncatedError as cut:
        found = " ".join(cut.kept.split())
    if len(found) > longest:
        raise TruncatedError(f"cut to {longest} of {len(found)} characters", found[: longest - 1].rstrip() + "…")
    return found


def clean_short_line(value: Any) -> str:
    """Text on one line, up to 50 characters: a phone number, a code."""
    return clean_line(value, 50)


def clean_phone(value: Any) -> str:
    return "" if to_printable(value).strip().lower() in WORDS_FOR_NOTHING else clean_short_line(value)


def clean_email(value: Any) -> str:
    """An e-mail address; of several the first."""
    found = to_printable(value).strip().removeprefix("mailto:")[:MAX_EMAILS_LENGTH]
    if found.lower() in WORDS_FOR_NOTHING:
        return ""
    found = re.sub(r"(?<=\w) ?@ ?(?=\w)", "@", found)
    if named := EMAIL_IN_TEXT.search(found):  # of "Jo <jo@example.org>", of several, without what is to be its subject
        found = named[0]
    try:
        validate_email(found)
    except ValidationError:
        raise ValueError(f"“{found[:80]}” is not an e-mail address") from None
    if len(found) > 254:
        raise ValueError("an e-mail address has 254 characters at most")
    return found


def clean_url(value: Any) -> str:
    """A web address. Only http and https: anything else (`javascript:`) would run in a reader's browser."""
    found = to_printable(value).strip()
    if found.lower() in WORDS_FOR_NOTHING:
        return ""
    if (" " in found or found[0] in "[<") and (named := LINK_IN_TEXT.search(found[:MAX_EMAILS_LENGTH])):
        found = named[0].rstrip(".,;:")  # of several the first
    if BARE_HOST.fullmatch(found):
        found = f"https://{found}"
    found = drop_tracking(found)
    try:
        URLValidator(schemes=["http", "https"])(found)
        urlsplit(found)
    except (ValidationError, ValueError):
        raise ValueError(f"“{found[:80]}” is not a web address") from None
    if len(found) > 2000:
        raise ValueError("a web address has 2,000 characters at most")
    return found


def parse_date(value: Any) -> datetime.date | None:
    """ISO 8601 ("2026-03-27", with or without a time) or as written in the UK ("27/03/2026", "27.3.26", "27 Mar 26",
    "27th March 2026", "March 27, 2026")."""
    found = to_printable(value).strip()
    if not found:
        return None
    try:
        if read := re.match(r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})(?=[T ]|$)", found):
            return datetime.date(int(read[1]), int(read[2]), int(read[3]))
        if read := BRITISH_DATE.match(found):
            return datetime.date(_whole_year(read[4]), int(read[3]), int(read[1]))
        if read := WORDED_DATE.match(found) or MONTH_FIRST.match(found):
            day, month = sorted((read[1], read[2]))  # figures before letters
            return datetime.date(_whole_year(read[3]), MONTHS.index(month[:3].lower()) + 1, int(day))
    except ValueError:
        pass
    raise ValueError(f"“{found[:80]}” is not a date")


def find_date(value: Any) -> datetime.date | None:
    """The same; None for what is no date."""
    try:
        return parse_date(value)
    except ValueError:
        return None


def _whole_year(text: str) -> int:
    return int(text) if len(text) == 4 else 2000 + int(text)


def parse_datetime(value: Any) -> datetime.datetime | None:
    """ISO 8601 date and time; without a zone it is UTC. What London's calendar has no day for ("0001-01-01T00:00:00Z",
    which some programs send for "never") is refused: no page could show it."""
    found = to_printable(value).strip()
    if not found:
        return None
    try:
        read = datetime.datetime.fromisoformat(found)
        read = read if read.tzinfo else read.replace(tzinfo=datetime.UTC)
        timezone.localtime(read.astimezone(datetime.UTC))
    except (ValueError, OverflowError):
        raise ValueError(f"“{found[:80]}” is not a date and time") from None
    return read


MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
WEEKDAY_BEFORE, YEAR_AFTER = r"(?i)(?:[a-z]{3,9},? )?", r"([0-9]{4}|[0-9]{2})(?=[T ,]|$)"
MONTH_NAME = rf"((?:{'|'.join(MONTHS)})[a-z]{{0,6}})\.?"
BRITISH_DATE = re.compile(rf"{WEEKDAY_BEFORE}([0-9]{{1,2}})([/.-])([0-9]{{1,2}})\2{YEAR_AFTER}")
WORDED_DATE = re.compile(
    rf"{WEEKDAY_BEFORE}(?:the )?([0-9]{{1,2}})(?:st|nd|rd|th)?(?: of)?[ -]{MONTH_NAME}[ ,'’-]+{YEAR_AFTER}"
)
MONTH_FIRST = re.compile(rf"{WEEKDAY_BEFORE}{MONTH_NAME} ([0-9]{{1,2}})(?:st|nd|rd|th)?,? {YEAR_AFTER}")
TIME_OF_DAY = re.compile(
    r"([0-9]{1,2})(?:[:.]?([0-9]{2}))?(?::[0-9]{2})?\s*(am|pm|a\.m\.|p\.m\.)?(?:Z|[+-][0-9:]+)?", re.I
)


def parse_time(value: Any) -> datetime.time | None:
    """One time of day: "10:30", "10:30:00Z", "9.30am", "2pm", "noon". A span or an hour past 23 is refused."""
    found = to_printable(value).strip()
    if not found:
        return None
    named = {"noon": datetime.time(12), "midday": datetime.time(12), "midnight": datetime.time(0)}
    if found.lower().removeprefix("12 ") in named:
        return named[found.lower().removeprefix("12 ")]
    read = TIME_OF_DAY.fullmatch(found)
    half = (read[3] or "").lower()[:1] if read else ""
    if not read or (not half and not read[2]):
        raise ValueError(f"“{found[:80]}” is not a time of day")
    hour, minute = int(read[1]), int(read[2] or 0)
    if half and not 1 <= hour <= 12:
        raise ValueError(f"“{found[:80]}” is not a time of day")
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    if hour > 23 or minute > 59:
        raise ValueError(f"“{found[:80]}” is not a time of day")
    return datetime.time(hour, minute)


def parse_decimal(value: Any) -> Decimal | None:
    if value is None or value == "":
        return None
    if isinstance(value, (bool, dict, list)):
        raise ValueError("this should be a number")
    try:
        found = Decimal(to_printable(value).strip().lstrip("£").replace(",", ""))
    except InvalidOperation:
        raise ValueError(f"“{to_printable(value)[:80]}” is not a number") from None
    if not found.is_finite():
        raise ValueError(f"“{to_printable(value)[:80]}” is not a number")
    return found


def parse_age(value: Any) -> int | None:
    """Whole years, 0 to 150."""
    found = parse_decimal(value)
    if found is None:
        return None
    if not 0 <= found <= 150:
        raise ValueError(f"{to_printable(value)[:80]} is not an age")
    return int(found)


def parse_price(value: Any) -> Decimal | None:
    """Pounds, 0 to 1,000,000."""
    found = parse_decimal(value)
    if found is not None and not 0 <= found <= 1_000_000:
        raise ValueError(f"{to_printable(value)[:80]} is not a price")
    return None if found is None else round(found, 2)


def parse_count(value: Any) -> int | None:
    """A whole number from 1 to 366."""
    found = parse_decimal(value)
    if found is not None and not (1 <= found <= 366 and found == int(found)):  # the int() of 1e999999 takes a minute
        raise ValueError(f"{to_printable(value)[:80]} is not a whole number from 1 to 366")
    return None if found is None else int(found)


def parse_capacity(value: Any) -> int | None:
    """How many there is room for: a whole number, 0 to 1,000,000."""
    found = parse_decimal(value)
    if found is not None and not (0 <= found <= 1_000_000 and found == int(found)):
        raise ValueError(f"{to_printable(value)[:80]} is not a number of places")
    return None if found is None else int(found)


def parse_degrees(value: Any) -> float | None:
    found = parse_decimal(value)
    if found is not None and not -180 <= found <= 180:
        raise ValueError(f"{to_printable(value)[:80]} is not in degrees")
    return None if found is None else float(found)


def parse_weekdays(value: Any) -> str:
    """RFC 5545 `byday`: "TU,TH", "2TU"; whole names ("Tuesdays") and lists are read too."""
    parts = value if isinstance(value, list) else re.split(r"[,;\s]+", to_printable(value).strip())
    found = []
    for part in filter(None, (to_printable(p).strip().upper() for p in parts)):
        read = re.fullmatch(r"([+-]?[1-5])?([A-Z]{2,})", part)
        day = next((code for code, name in DAY_NAMES.items() if read and f"{name}s".upper().startswith(read[2])), "")
        if not read or not day:
            raise ValueError(f"“{to_printable(value)[:80]}” does not name days of the week")
        found.append((read[1] or "").lstrip("+") + day)
    return ",".join(dict.fromkeys(found))


def parse_month_days(value: Any) -> str:
    """RFC 5545 `bymonthday`: "1,15", "-1" for the last."""
    parts = [
        to_printable(part).strip() for part in (value if isinstance(value, list) else to_printable(value).split(","))
    ]
    if any(part and not (re.fullmatch(r"-?[0-9]{1,2}", part) and 1 <= abs(int(part)) <= 31) for part in parts):
        raise ValueError(f"“{to_printable(value)[:80]}” does not name days of the month")
    return ",".join(dict.fromkeys(part for part in parts if part))


def choice_parser(choices: Any) -> Any:
    """A cleaner for a field with a fixed list of values (a TextChoices), written in any case."""

    def choose(value: Any) -> str:
        found = to_printable(value).strip()
        known = {str(choice).lower(): str(choice) for choice in choices.values}
        if found and found.lower() not in known:
            raise ValueError(f"“{found[:80]}” is not one of {', '.join(known.values())}")
        return known.get(found.lower(), "")

    return choose


def clean_json(value: Any) -> Any:
    """A received document as it can be stored: no NUL, no text over the limit, nothing nested past reason."""
    return _clean_json_value(value, 0)


def _clean_json_value(value: Any, depth: int) -> Any:
    if isinstance(value, dict) and depth < 20:
        return {to_printable(k)[:255]: _clean_json_value(v, depth + 1) for k, v in value.items()}
    if isinstance(value, list) and depth < 20:
        return [_clean_json_value(v, depth + 1) for v in value[:1000]]
    if isinstance(value, (dict, list)):
        return None
    if isinstance(value, (Decimal, float)):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, str):
        return to_printable(value[:MAX_TEXT_LENGTH])
    return value
