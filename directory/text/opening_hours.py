"""Hours as people write them ("Mon-Fri 9am-5pm", "Weds 7.30pm", "1st Tuesday of the month") → schedules.

Only what is certain is read: one word that is not understood, or "7-9" that may be morning or evening, and the
whole text stays text. `parse_opening_hours` says None then.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from directory.models.session import DAY_NAMES
from directory.text.spelling import fold_case_twins

Schedules = list[dict[str, Any]]
MAX_HOURS_LENGTH = 400  # characters; longer texts are prose
MAX_SCHEDULES = 40  # schedules of one text

DAY_CODES = [*DAY_NAMES]
DAY_NAME_PATTERNS = (
    "mo(?:n(?:day)?s?)?",
    "tu(?:e(?:s(?:day)?)?s?)?",
    "we(?:d(?:s|nesday)?s?)?",
    "th(?:u(?:r(?:s(?:day)?)?)?s?)?",
    "fr(?:i(?:day)?s?)?",
    "sa(?:t(?:urday)?s?)?",
    "su(?:n(?:day)?s?)?",
)
WEEK_OF_MONTH = {
    "first": "1",
    "1st": "1",
    "second": "2",
    "2nd": "2",
    "third": "3",
    "3rd": "3",
    "fourth": "4",
    "4th": "4",
    "last": "-1",
}
EVERY_DAY = r"daily|every ?day|all week|(?:7|seven) days(?: a| per)? week|(?:7|seven) days"
# What may be said beside the hours without changing when it meets; it is kept as a note.
HOURS_NOTES = re.compile(
    r"\([^()]{0,200}\)"
    r"|(?:during |in )?(?:school )?term[- ]?times?(?: only)?|by appointment(?: only)?|appointment only|drop[- ]?in"
    r"|(?:except(?: for)?|excluding|excl\.?|not(?: on)?|closed(?: on)?|including|inc\.?)(?: all)?"
    r" (?:bank|public|school) holidays"
    r"|all year(?: round)?|throughout the year|no need to book|booking (?:essential|required)",
    re.IGNORECASE,
)
HOURS_TOKEN = re.compile(
    r"(?P<closed>closed)\b|(?P<always>24 ?/ ?7|24 ?h(?:ou)?rs?(?: a day)?|open 24 hours)(?![0-9])"
    rf"|(?P<all>{EVERY_DAY})\b|(?P<work>week ?days?|m ?- ?f)\b|(?P<rest>week ?ends?)\b"
    r"|(?P<nth>first|second|third|fourth|last|1st|2nd|3rd|4th)\b"
    r"|(?P<other>every other|alternate|fortnightly|every (?:2|two|second) weeks?|bi-?weekly)\b"
    r"|(?P<every>(?:every|each) (?=(?:second|third|fourth|2nd|3rd|4th)\b))"
    r"|(?P<month>(?:of|in|each|every|per|a) (?:the |each |every )?(?:calendar )?month|monthly)\b"
    rf"|(?P<day>(?:{'|'.join(DAY_NAME_PATTERNS)}))\b\.?"
    r"|(?P<time>(?:12 ?)?(?:noon|midday|midnight)"
    r"|[0-9]{1,2}(?:[:.][0-9]{2})?(?::00)? ?(?:[ap]\.?m\b\.?)|[0-9]{1,2}[:.][0-9]{2}(?::00)?"
    r"|[0-9]{4}(?= ?(?:h(?:ou)?rs|-|to\b))|(?<=-)[0-9]{4}\b|(?<=to )[0-9]{4}\b"
    r"|[0-9]{1,2})(?![0-9])(?: ?h(?:ou)?rs\b| ?o'?clock)?"
    r"|(?P<dash>-|to\b|until\b|till?\b|through\b|thru\b)|(?P<until>up to\b)"
    r"|(?P<skip>[\s,;:.&/+|]+|(?:and|at|from|on|open(?:ing|s)?|hours?|times?|every|each|week(?:ly)?|the|only|between"
    r"|runs?|meets?|start(?:s|ing)?)\b)",
    re.IGNORECASE,
)


class Token(NamedTuple):
    kind: str
    words: str


class ClockTime(NamedTuple):
    """A time as it was written: `half` is "a", "p" or "", `sure` when it was on the 24-hour clock."""

    hour: int
    minute: int
    half: str
    sure: bool


class AmbiguousHours(ValueError):
    """It cannot be said for certain when this is."""


def parse_opening_hours(text: str) -> Schedules | None:
    """Schedules under the standard's names, in the order written; None when the text is not certain.

    >>> parse_opening_hours("Weds 7.30pm")
    [{'freq': 'WEEKLY', 'byday': 'WE', 'opens_at': '19:30'}]
    """
    if not text or len(text) > MAX_HOURS_LENGTH:
        return None
    plain = re.sub(r"[‐-―−~]", "-", fold_case_twins(text))
    notes = [found.group().strip("() ") for found in HOURS_NOTES.finditer(plain)]
    try:
        groups = list(_group_tokens(list(_tokenise(HOURS_NOTES.sub(" ", plain)))))
        found = [schedule for group in groups for schedule in group.to_schedules()]
    except AmbiguousHours:
        return None
    if notes and found:
        said = ". ".join(note[:1].upper() + note[1:] for note in dict.fromkeys(notes) if note)
        found = [schedule | {"notes": said} for schedule in found]
    return found if 0 < len(found) <= MAX_SCHEDULES else None


def _tokenise(text: str) -> Iterator[Token]:
    text, at = re.sub(r"\s+", " ", text).strip(), 0
    text = re.sub(r"\s*-\s*", "-", text)
    while at < len(text):
        found = HOURS_TOKEN.match(text, at)
        if not found or found.end() == at:
            raise AmbiguousHours(text[at : at + 20])
        if found.lastgroup != "skip":
            yield Token(str(found.lastgroup), found.group().lower())
        at = found.end()


# --- Days with their times ---------------------------------------------------------------------------------


class DayGroup:
    """Some days and the times that hold for them."""

    def __init__(self) -> None:
        self.days: list[str] = []
        self.nths: list[str] = []
        self.times: list[tuple[ClockTime | None, ClockTime | None]] = []
        self.closed = self.monthly = self.always = self.every = False
        self.interval = 1

    def to_schedules(self) -> Schedules:
        if self.closed:
            if not self.days or self.times:
                raise AmbiguousHours("closed")
            return []
        if (not self.days and not self.always) or (self.monthly and not self.nths):
            raise AmbiguousHours("no day, or a month without saying which week")
        if self.every and len(self.nths) == 1 and not self.monthly:
            raise AmbiguousHours("every second Tuesday: of the month, or every other one")
        if self.nths:
            days = dict.fromkeys(f"{nth}{day}" for nth in self.nths for day in self.days)
            pattern: dict[str, Any] = {"freq": "MONTHLY", "byday": ",".join(days)}
        else:
            pattern = {"freq": "WEEKLY", "byday": ",".join(day for day in DAY_CODES if day in (self.days or DAY_CODES))}
        if self.interval > 1:
            pattern["interval"] = self.interval
        if self.always:
            return [pattern | {"opens_at": "00:00", "closes_at": "23:59"}]
        return [pattern | span for span in map(_format_span, self.times or [(None, None)])]


def _group_tokens(tokens: list[Token]) -> Iterator[DayGroup]:
    """ "Mon-Fri 9-5, Sat 10-1": a day after a time begins the next group; a time after a day, when times lead."""
    leads_with_time = bool(tokens) and tokens[0].kind in ("time", "always")
    group, at = DayGroup(), 0
    while at < len(tokens):
        kind = tokens[at].kind
        about_days = kind in ("day", "all", "work", "rest", "nth", "other", "every")
        over = bool(group.days) and kind == "time" if leads_with_time else bool(group.times) and about_days
        if over or ((group.closed or group.always) and about_days and group.days):
            yield group
            group = DayGroup()
        at = _add_token(group, tokens, at)
    yield group


def _add_token(group: DayGroup, tokens: list[Token], at: int) -> int:
    """Put the token (or the span that begins there) into the group; the index of what follows."""
    kind, words = tokens[at]
    following = [token.kind for token in tokens[at + 1 : at + 3]]
    if kind == "day":
        return _add_days(group, tokens, at, following)
    if kind in ("all", "work", "rest"):
        group.days += {"all": DAY_CODES, "work": DAY_CODES[:5], "rest": DAY_CODES[5:]}[kind]
    elif kind == "nth":
        group.nths.append(WEEK_OF_MONTH[words])
    elif kind in ("other", "month", "closed", "always", "every"):
        group.interval = 2 if kind == "other" else group.interval
        group.monthly |= kind == "month"
        group.every |= kind == "every"
        group.closed |= kind == "closed"
        group.always |= kind == "always"
    elif kind == "time" and following == ["dash", "time"]:
        group.times.append((parse_clock_time(words), parse_clock_time(tokens[at + 2].words)))
        return at + 3
    elif kind == "time":
        group.times.append((parse_clock_time(words), None))
    elif kind in ("dash", "until") and following[:1] == ["time"] and not group.times:
        if words != "-":  # "until 5pm"; "Mon - 9am" is only written so
            group.times.append((None, parse_clock_time(tokens[at + 1].words)))
            return at + 2
    else:
        raise AmbiguousHours(words)
    return at + 1


def _add_days(group: DayGroup, tokens: list[Token], at: int, following: list[str]) -> int:
    day = weekday_code(tokens[at].words)
    if following != ["dash", "day"]:
        group.days.append(day)
        return at + 1
    last = weekday_code(tokens[at + 2].words)
    first, end = DAY_CODES.index(day), DAY_CODES.index(last)
    group.days += DAY_CODES[first : end + 1] if first <= end else DAY_CODES[first:] + DAY_CODES[: end + 1]
    return at + 3


def weekday_code(words: str) -> str:
    """ "weds" → "WE"."""
    return words[:2].upper()


# --- Times ----------------------------------------------------------------------------------------------


def parse_clock_time(words: str) -> ClockTime:
    """One time as it is written. Raises AmbiguousHours when there is no such time."""
    if "noon" in words or "midday" in words:
        return ClockTime(12, 0, "p", True)
    if "midnight" in words:
        return ClockTime(23, 59, "", True)
    read = re.match(r"([0-9]{1,2}?)(?:[:.]?([0-9]{2}))?(?::00)?(?: ?([ap])\.?m)?(?![0-9])", words)
    if not read:
        raise AmbiguousHours(words)
    hour, minute, half = int(read[1]), int(read[2] or 0), read[3] or ""
    if len(re.sub(r"[^0-9]", "", words)) <= 2:  # "10" is ten o'clock, not 1:0
        hour, minute = int(re.sub(r"[^0-9]", "", words)), 0
    if (hour, minute) == (24, 0):
        hour, minute = 23, 59
    if hour > 23 or minute > 59 or (half and not 1 <= hour <= 12):
        raise AmbiguousHours(words)
    if half:
        return ClockTime(hour % 12 + (12 if half == "p" else 0), minute, half, True)
    return ClockTime(hour, minute, "", bool(read[2]) and (hour > 12 or words.startswith("0")))


def _format_span(times: tuple[ClockTime | None, ClockTime | None]) -> dict[str, str]:
    start, end = times
    if start and end:
        start, end = _resolve_span(start, end)
    else:
        start, end = _require_certain(start), _require_certain(end)
    found = {"opens_at": start, "closes_at": end}
    return {name: f"{at.hour:02}:{at.minute:02}" for name, at in found.items() if at}


def _require_certain(at: ClockTime | None) -> ClockTime | None:
    """A time by itself: "10.30" is in the morning, "7.30" may be either."""
    if at and not at.sure and not 9 <= at.hour <= 12:
        raise AmbiguousHours("morning or evening")
    return at


def _resolve_span(start: ClockTime, end: ClockTime) -> tuple[ClockTime, ClockTime]:
    """Both on the 24-hour clock. What is written without am or pm takes it from the other, when only one fits."""
    on_24 = (start.sure and not start.half) or (end.sure and not end.half and end.hour > 12)
    if on_24 and not start.half and not end.half:  # the 24-hour clock was used
        return start, end
    if start.sure and not end.sure:
        end = next((at for at in (end, _to_afternoon(end)) if _minutes_of_day(at) > _minutes_of_day(start)), end)
    elif end.sure and not start.sure:
        start = next((at for at in (_to_afternoon(start), start) if _minutes_of_day(at) < _minutes_of_day(end)), start)
    elif not start.sure:
        start, end = _guess_half_of_day(start, end)
    if _minutes_of_day(start) == _minutes_of_day(end) or (
        _minutes_of_day(start) > _minutes_of_day(end) and not (start.half and end.half)
    ):
        raise AmbiguousHours("it ends before it starts")
    return start, end


def _guess_half_of_day(start: ClockTime, end: ClockTime) -> tuple[ClockTime, ClockTime]:
    """Neither says am or pm: "9-5", "10-12" and "2-4" are clear, "7-9" is not."""
    if _minutes_of_day(start) > _minutes_of_day(end) and start.hour >= 7:
        return start, _to_afternoon(end)
    if 9 <= start.hour <= 12 and _minutes_of_day(start) < _minutes_of_day(end):
        return start, end
    if 1 <= start.hour <= 5 and _minutes_of_day(start) < _minutes_of_day(end):
        return _to_afternoon(start), _to_afternoon(end)
    raise AmbiguousHours("morning or evening")


def _to_afternoon(at: ClockTime) -> ClockTime:
    return at._replace(hour=at.hour + 12) if at.hour < 12 else at


def _minutes_of_day(at: ClockTime) -> int:
    return at.hour * 60 + at.minute
