"""Hours as people write them ("Mon-Fri 9am-5pm", "Weds 7.30pm", "1st Tuesday of the month") → schedules.

Only what is certain is read: one word that is not understood, or "7-9" that may be morning or evening, and the
whole text stays text. `parse_opening_hours` says None then.
"""

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from directory.text.conditions import (
    CONDITION,
    DAY_CODES,
    DAY_NAME_PATTERNS,
    MONTH,
    WEEK_OF_MONTH,
    read_conditions,
    tidy_words,
)
from directory.text.spelling import fold_case_twins

Schedules = list[dict[str, Any]]
NTH_WORDS = {"1": "1st", "2": "2nd", "3": "3rd", "4": "4th", "5": "5th", "-1": "last"}
MAX_HOURS_LENGTH = 400  # characters; longer texts are prose
MAX_SCHEDULES = 40  # schedules of one text
NOON = 12 * 60  # minutes of the day
MAX_NIGHT_MINUTES = 16 * 60  # of what goes on over midnight: a night shelter from 5pm to 9am
UNKNOWN_TIMES = re.compile(r"\b0?0[:.]?00(?::00)? ?(?:-|–|—|to) ?0?0[:.]?00\b")

EVERY_DAY = r"daily|every ?day|all week|(?:7|seven) days(?: a| per)? week|(?:7|seven) days"
NUMBER_WORDS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
# Said of dates, and read with the hours themselves; what is "usually" so is no pattern, and stays text.
PATTERN_KINDS = {"nth", "alternate", "monthly", "unsure"}
# What may be said beside the hours without changing when it meets; it is kept as a note.
HOURS_NOTES = re.compile(
    r"drop[- ]?in|booking (?:essential|required)|all day"
    r"|(?:dawn|sunrise|first light)(?: ?- ?| to | till? | until )(?:dusk|sunset)"
    r"|(?:during )?daylight(?: hours)?|(?:by )?membership only|members only|(?:till?|until|to|-) ?late\b",
    re.IGNORECASE,
)
MAP_DAY = r"(?:Mo|Tu|We|Th|Fr|Sa|Su|PH|SH)"
PARENTHESES = re.compile(r"[(\[]([^()\[\]]{0,200})[)\]]")
HOURS_TOKEN = re.compile(
    r"(?P<closed>closed|off)\b|(?P<always>24 ?/ ?7|24 ?h(?:ou)?rs?(?: a day)?|open 24 hours)(?![0-9])"
    rf"|(?P<all>{EVERY_DAY})\b|(?P<work>week ?days?|m ?- ?f)\b|(?P<rest>week ?ends?)\b"
    rf"|(?P<nth>{'|'.join(WEEK_OF_MONTH)})\b"
    r"|(?P<other>every other|alternate|(?:once a )?fortnight(?:ly)?|bi-?weekly"
    r"|every (?:[2-8]|second|2nd|third|3rd|fourth|4th) weeks?)\b(?: weeks?\b)?"
    r"|(?P<every>(?:every|each) (?=(?:second|third|fourth|2nd|3rd|4th)\b))"
    r"|(?P<month>(?:of|in|each|every|per|a) (?:the |each |every )?(?:calendar )?month|monthly)\b"
    rf"|(?P<day>(?:{'|'.join(DAY_NAME_PATTERNS)}))\b\.?"
    r"|(?P<time>(?:12(?:[.:]00)? ?)?(?:noon|midday|midnight)"
    r"|[0-9]{1,2}(?:[:.][0-9]{2})?(?::00)? ?(?:[ap]\.?m\b\.?)|[0-9]{1,2}[:.][0-9]{2}(?::00)?"
    r"|[0-9]{4}(?= ?(?:h(?:ou)?rs|-|to\b))|(?<=-)[0-9]{4}\b|(?<=to )[0-9]{4}\b"
    r"|[0-9]{1,2})(?![0-9])(?: ?h(?:ou)?rs\b| ?o'?clock)?"
    r"|(?P<half>(?:in the |of the )?(?:morning|afternoon|evening)s?)\b"
    r"|(?P<dash>-|to\b|until\b|till?\b|through\b|thru\b)|(?P<until>up to\b)"
    r"|(?P<skip>[\s,;:.&/+|*•·▪●]+|(?:and|at|from|on|open(?:ing|s)?|hours?|times?|every|each|week(?:ly)?|the|only|between"
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


Span = tuple[ClockTime | None, ClockTime | None]


class AmbiguousHours(ValueError):
    """It cannot be said for certain when this is."""


class BackwardHours(AmbiguousHours):
    """The end is before the beginning, and not over midnight."""


def parse_opening_hours(text: str) -> Schedules | None:
    """Schedules under the standard's names, in the order written; None when the text is not certain. What is said
    of single dates ("term time only") is their note, which directory/text/conditions.py reads.

    >>> parse_opening_hours("Weds 7.30pm")
    [{'freq': 'WEEKLY', 'byday': 'WE', 'opens_at': '19:30'}]
    """
    try:
        return _read_hours(text) or None
    except AmbiguousHours:
        return None


def read_schedules(text: str) -> Schedules:
    """The schedules that a text is certain about, else one with its words; `unread` says what to ask of them."""
    found = parse_opening_hours(text) or [{"description": text}]
    asked = explain_unread_hours(text)
    return [found[0] | {"unread": asked}, *found[1:]] if asked else found


def read_times(text: str) -> dict[str, Any]:
    """When something begins and ends, of a text without a day; what is not certain ("7.30") as a note."""
    found = parse_opening_hours(f"daily {text}")
    if found and len(found) == 1 and "opens_at" in found[0]:
        return {name: found[0][name] for name in ("opens_at", "closes_at", "notes") if name in found[0]}
    return {"notes": text}


def explain_unread_hours(text: str) -> str:
    """What to ask whoever wrote them; "" when they are read, or are just words."""
    try:
        found = _read_hours(text)
    except BackwardHours:
        return "these hours end before they begin: is that right?"
    except AmbiguousHours:
        return ""
    unknown = any("opens_at" not in row for row in found) and UNKNOWN_TIMES.search(text)
    return "00:00 to 00:00 is no time: when it begins is not known" if unknown else ""


def _read_hours(text: str) -> Schedules:
    """Line by line when each line stands for itself, so that what is said in one holds for that one alone."""
    if not text or len(text) > MAX_HOURS_LENGTH:
        raise AmbiguousHours("prose")
    plain = _write_times_in_figures(tidy_words(fold_case_twins(_write_map_signs_in_words(text))))
    plain = re.sub(rf";\s*(?={MONTH})", "\n", plain, flags=re.IGNORECASE)  # "Apr-Sep: Tu 10-4; Oct-Mar: Tu 10-12"
    lines = [line for line in plain.split("\n") if line.strip()]
    try:
        by_line = [_read_line(line) for line in lines] if len(lines) > 1 else []
    except BackwardHours:
        raise
    except AmbiguousHours:
        by_line = []
    found = [row for rows in by_line for row in rows] if by_line and all(by_line) else _read_line(plain)
    if len(found) > MAX_SCHEDULES:
        raise AmbiguousHours("too many")
    return _narrow_to_weeks(found)


def _narrow_to_weeks(found: Schedules) -> Schedules:
    """Days without times say in which weeks those with times are: "Tuesday 10-12 (first Tuesday of the month only)"."""
    for weeks in [row for row in found if row.get("freq") == "MONTHLY" and "opens_at" not in row]:
        numbered = weeks.get("byday", "").split(",")
        weekly = [row for row in found if row.get("freq") == "WEEKLY" and "opens_at" in row]
        narrowed = [row for row in weekly if {day[-2:] for day in numbered} >= {*row.get("byday", "?").split(",")}]
        for row in narrowed:
            row |= {"freq": "MONTHLY", "byday": ",".join(day for day in numbered if day[-2:] in row["byday"])}
        found = [row for row in found if row is not weeks] if narrowed else found
    return found


def _write_map_signs_in_words(text: str) -> str:
    """OpenStreetMap's signs: `Sa[1,3]` is "1st and 3rd Sa", `"by appointment"` a note, SH the school holidays."""

    def count(match: re.Match[str]) -> str:
        return " and ".join(NTH_WORDS[n.strip()] for n in match[2].split(",")) + f" {match[1]}"

    text = re.sub(r"\b([A-Z][a-z])\[((?:-1|[1-5])(?:,\s*(?:-1|[1-5]))*)\]", count, text)

    def off(match: re.Match[str]) -> str:
        named = re.split(r",\s?", match[1])
        return "; ".join("(not in school holidays)" if name == "SH" else f"{name} off" for name in named)

    text = re.sub(rf"\b({MAP_DAY}(?:[,-]\s?{MAP_DAY}){{0,20}}) (?:off|closed)\b", off, text)
    return re.sub(r'"([^"()]+)"', r"(\1)", text)


def _read_line(text: str) -> Schedules:
    notes: list[str] = []

    def take_note(match: re.Match[str]) -> str:
        if match.lastgroup in PATTERN_KINDS or (match.lastgroup == "harmless" and "week" in match.group().lower()):
            return match.group()
        said = match.group().lower()
        said_plainer = {"ph off": "not on bank holidays", "ph closed": "not on bank holidays"}.get(said)
        notes.append(said_plainer or ("until late" if said.endswith("late") else match.group()))
        return " "

    def open_parentheses(match: re.Match[str]) -> str:
        """Hours that stand in parentheses are hours; anything else there is a note, whole."""
        try:
            beside = {token.kind for token in _tokenise(CONDITION.sub(" ", match[1]))}
            kinds = beside or {token.kind for token in _tokenise(match[1])}
            if not kinds:  # "weekly"
                return " "
        except AmbiguousHours:
            beside = kinds = set()
        said = {found.lastgroup for found in CONDITION.finditer(match[1])} - {"harmless"}
        if "time" in beside and ("nth" in beside or said):
            raise AmbiguousHours("other hours at some times")  # "10-4 (5pm in summer)"
        if {"time", "day", "nth", "other"} & kinds:
            return f" {match[1]} "
        notes.append(match[1])
        return " "

    plain = PARENTHESES.sub(open_parentheses, text)
    plain = HOURS_NOTES.sub(take_note, CONDITION.sub(take_note, plain))
    groups = _apply_last_words(list(_group_tokens(list(_tokenise(plain)))))
    _close_days(groups, by_later_rules=";" in text and bool(re.search(rf"\b{MAP_DAY}\b", text)))
    found = [row for group in groups for row in group.to_schedules()]
    said = [note.strip("() .,-") for note in notes]
    note = ". ".join(part[:1].upper() + part[1:] for part in dict.fromkeys(said) if part)
    about = read_conditions(note)
    limits = {"valid_from": about.first_day, "valid_to": about.last_day}
    if about.first_day and any(
        row.get("interval") and DAY_CODES[about.first_day.weekday()] not in row["byday"] for row in found
    ):
        del limits["valid_from"]  # fortnightly from a day on which it does not meet: nobody can count from there
    beside = {"notes": note} | {name: day.isoformat() for name, day in limits.items() if day}
    return [row | beside for row in found] if note else found


def _write_times_in_figures(text: str) -> str:
    """ "half past ten" → "10:30", "two till four" → "2 till 4"."""
    numbers = "|".join(NUMBER_WORDS)

    def figure(word: str) -> int:
        return NUMBER_WORDS.index(word.lower()) + 1 if word.lower() in NUMBER_WORDS else int(word)

    def past(match: re.Match[str]) -> str:
        hour, minute = figure(match[3]), {"half": 30, "quarter": 15}[match[1].lower()]
        if (match[2] or "").strip().lower() == "to":
            hour, minute = hour - 1 or 12, 60 - minute
        return f"{hour}:{minute:02}"

    text = re.sub(rf"\b(half|quarter) (past |to )?({numbers}|[0-9]{{1,2}})(?![0-9])", past, text, flags=re.IGNORECASE)
    return re.sub(rf"\b({numbers})\b(?! days?\b)", lambda match: str(figure(match[1])), text, flags=re.IGNORECASE)


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
        self.times: list[Span] = []
        self.closed = self.monthly = self.always = self.every = False
        self.half = ""  # of the day, as "evenings" says
        self.interval = 1

    def to_schedules(self) -> Schedules:
        if self.half and not self.times:
            raise AmbiguousHours("a morning without a time")
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
        over |= kind == "closed" and bool(group.times)
        if over or ((group.closed or group.always) and about_days and group.days):
            yield group
            group = DayGroup()
        at = _add_token(group, tokens, at)
    yield group


def _apply_last_words(groups: list[DayGroup]) -> list[DayGroup]:
    """ "Tuesdays 10-12, fortnightly": what comes last, without a day or a time of its own, is said of all before it."""
    *before, last = groups
    if not before or last.days or last.times or last.closed or last.always or last.every:
        return groups
    for group in before:
        group.interval = max(group.interval, last.interval)
        group.nths, group.monthly = group.nths or last.nths, group.monthly or last.monthly
    return before


def _close_days(groups: list[DayGroup], *, by_later_rules: bool) -> None:
    """ "Mon-Fri 9-5, closed Weds": what is said to be closed is none of the other days. On the map a later rule for a
    day stands in place of an earlier one, which is more than can be told from what people write."""
    closed = {day for group in groups if group.closed and not group.times for day in group.days}
    open_days = [day for group in groups if not group.closed for day in set(group.days)]
    if by_later_rules and len(open_days) > len(set(open_days)):
        raise AmbiguousHours("two rules for a day")
    for group in groups:
        if not group.closed and closed & {*group.days}:
            group.days = [day for day in group.days if day not in closed] or group.days
            if closed >= {*group.days}:
                raise AmbiguousHours("open and closed")


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
    elif kind == "half":
        group.half = "a" if "morning" in words else "p"
        group.times[-1:] = [_move_to_half(span, group.half) for span in group.times[-1:]]  # "7-9 in the evening"
    elif kind in ("other", "month", "closed", "always", "every"):
        group.interval = _parse_interval(words) if kind == "other" else group.interval
        group.monthly |= kind == "month"
        group.every |= kind == "every"
        group.closed |= kind == "closed"
        group.always |= kind == "always"
    elif kind == "time" and following == ["dash", "time"]:
        group.times.append(_move_to_half((parse_clock_time(words), parse_clock_time(tokens[at + 2].words)), group.half))
        return at + 3
    elif kind == "time":
        group.times.append(_move_to_half((parse_clock_time(words), None), group.half))
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


def _parse_interval(words: str) -> int:
    """ "fortnightly" → 2, "every third week" → 3."""
    number = re.search(r"[2-8]|third|fourth", words)
    return {"third": 3, "fourth": 4}.get(number[0]) or int(number[0]) if number else 2


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


def _move_to_half(span: Span, half: str) -> Span:
    """ "7-9" of an evening, "10-12" of a morning: what is not sure by itself is in that half of the day."""

    def move(at: ClockTime | None) -> ClockTime | None:
        if not at or at.sure or not half:
            return at
        return (_to_afternoon(at) if half == "p" else at)._replace(half=half, sure=True)

    return move(span[0]), span[1] if half == "a" else move(span[1])  # a morning may end after noon


def _format_span(times: Span) -> dict[str, str]:
    start, end = times
    if start and end:
        if _minutes_of_day(start) == _minutes_of_day(end) == 0:
            return {}  # what programs write that know no time
        start, end = _resolve_span(start, end)
        if not is_plausible_span(_minutes_of_day(start), _minutes_of_day(end)):
            raise BackwardHours("it ends before it starts")
    else:
        start, end = _require_certain(start), _require_certain(end)
    found = {"opens_at": start, "closes_at": end}
    return {name: f"{at.hour:02}:{at.minute:02}" for name, at in found.items() if at}


def is_plausible_span(start: int, end: int) -> bool:
    """Whether something may last from `start` to `end`, minutes of the day: also over midnight, from the afternoon to
    the morning and for no more than 16 hours."""
    return start <= end or (start >= NOON >= end and end + 2 * NOON - start <= MAX_NIGHT_MINUTES)


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
        raise BackwardHours("it ends before it starts")
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
