"""What the words beside hours say of single dates: "term time only", "not in August", "monthly", "until 1 March 2024".

`read_conditions` never guesses that a date takes place: words that hold a doubt and are not understood leave no date.
"""

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from directory.models.session import DAY_NAMES

MAX_CONDITION_LENGTH = 1_000  # characters of a schedule's words that are read
DAY_CODES = [*DAY_NAMES]
DAY_NAME_PATTERNS = (
    "mo(?:n(?:day)?s?)?",
    "tu(?:e(?:s(?:day)?)?s?)?",
    r"we(?:d(?:s|nesday)?s?|(?! (?!off|closed|and|to|till?|from|[a-z]{2}\b[ ,]?[0-9])[a-z]))",  # not "we meet"
    "th(?:u(?:r(?:s(?:day)?)?)?s?)?",
    "fr(?:i(?:day)?s?)?",
    "sa(?:t(?:urday)?s?)?",
    "su(?:n(?:day)?s?)?",
)
_NUMBERED = enumerate(("first 1st", "second 2nd", "third 3rd", "fourth 4th", "fifth 5th"), start=1)
WEEK_OF_MONTH = {word: str(number) for number, words in _NUMBERED for word in words.split()} | {"last": "-1"}
MONTH_NAMES = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
SEASON_WINDOWS = {  # the widest that people mean, as (month, day) from and to
    "christmas": ((12, 10), (1, 12)),
    "xmas": ((12, 10), (1, 12)),
    "new year": ((12, 20), (1, 12)),
    "easter": ((3, 8), (5, 10)),
    "spring": ((2, 15), (6, 15)),
    "summer": ((5, 15), (9, 30)),
    "autumn": ((8, 25), (12, 10)),
    "winter": ((10, 15), (4, 15)),
}
FEAST_DAYS = {  # names of bank holidays as `config.working_days.bank_holiday_name` gives them
    "christmas day": "Christmas Day",
    "boxing day": "Boxing Day",
    "new year's day": "New Year's Day",
    "good friday": "Good Friday",
    "easter monday": "Easter Monday",
}

# --- The phrases ------------------------------------------------------------------------------------------

PHRASES_FILE = Path(__file__).with_name("conditions.txt")


def _load_phrases() -> dict[str, str]:
    """The patterns of the file, each with those it names put in."""
    found = {"DAY_NAMES": "|".join(DAY_NAME_PATTERNS), "NTH_WORDS": "|".join(WEEK_OF_MONTH)}
    for block in PHRASES_FILE.read_text(encoding="utf-8").strip().split("\n\n")[1:]:
        name, *ways = block.split("\n")
        pattern = "|".join(way.removeprefix("  ") for way in ways)
        found[name] = "(?:" + re.sub(r"<([A-Z_]+)>", lambda part: found[part[1]], pattern) + ")"
    return found


PHRASES = _load_phrases()
DATE, DAY, FEAST, MONTH, NTH, SEASON, TO = (
    PHRASES[name] for name in ["DATE", "DAY", "FEAST", "MONTH", "NTH", "SEASON", "TO"]
)
CONDITION = re.compile(
    "|".join(f"(?P<{kind}>{words})" for kind, words in PHRASES.items() if kind.islower()), re.IGNORECASE
)
DOUBT, DAYS_OF_MONTH, NEGATION = (
    re.compile(PHRASES[name], re.IGNORECASE) for name in ("DOUBT", "DAYS_OF_MONTH", "NEGATION")
)
MAX_SENTENCES = 10  # of a description, that name days of the year and are read
SURE_KINDS = {"term", "bank", "season", "not_months", "not_range"}  # that a description says of its own dates
TERM_SAID = re.compile(r"term[- ]?time|only|hol|half|break", re.IGNORECASE)
DATES_NAMED = re.compile(rf"term|school|hols|holiday|{SEASON}|\b{MONTH}", re.IGNORECASE)
SAYS_WHEN = {"months", "nth", "season_only", "range", "month_range"}

# --- What they mean -----------------------------------------------------------------------------------------

MonthDay = tuple[int, int]
Match = re.Match[str]
Window = tuple[MonthDay, MonthDay]


@dataclass
class Conditions:
    """What the words of a schedule say of its dates. `phrases` are those that were understood, as written."""

    phrases: list[str] = field(default_factory=list)
    unread: bool = False  # words of doubt that were not understood
    no_dates: bool = False
    monthly: bool = False  # without saying which week
    alternate: bool = False  # every second week, without saying which
    term: bool = False
    bank_holidays: str = ""  # "no", "yes", or not said
    feasts: set[str] = field(default_factory=set)  # bank holidays by name, on which it does not meet
    months: set[int] = field(default_factory=lambda: set(range(1, 13)))
    nths: dict[str, set[int]] = field(default_factory=dict)  # day of the week → which of the month
    not_nths: list[tuple[int, str]] = field(default_factory=list)  # "" for whichever day of the week
    not_days: set[str] = field(default_factory=set)
    not_dates: list[tuple[datetime.date | MonthDay, datetime.date | MonthDay]] = field(default_factory=list)
    first: list[datetime.date | MonthDay] = field(default_factory=list)
    last: list[datetime.date | MonthDay] = field(default_factory=list)
    windows: list[Window] = field(default_factory=list)  # dates in them may be off
    check: str = ""  # every date is to be asked about: why

    def allows(self, day: datetime.date, today: datetime.date) -> bool:
        """Whether the words leave this day standing. `today` tells which 5 January is meant where no year is."""
        code, nth = DAY_CODES[day.weekday()], (day.day - 1) // 7 + 1
        here = {nth} | ({-1} if (day + datetime.timedelta(days=7)).month != day.month else set())
        return not (
            self.no_dates
            or self.unread
            or day.month not in self.months
            or code in self.not_days
            or (code in self.nths and not self.nths[code] & here)
            or any(number in here and named in ("", code) for number, named in self.not_nths)
            or any(_is_between(day, first, last, today) for first, last in self.not_dates)
            or self._is_beyond_limits(day, today)
        )

    def _is_beyond_limits(self, day: datetime.date, today: datetime.date) -> bool:
        first = max((_resolve_date(said, today) for said in self.first), default=datetime.date.min)
        last = min((_resolve_date(said, today, end=True) for said in self.last), default=datetime.date.max)
        if last < first:  # "last session 15 December, back 12 January"
            return last < day < first
        return not first <= day <= last

    @property
    def first_day(self) -> datetime.date | None:
        return max((day for day in self.first if isinstance(day, datetime.date)), default=None)

    @property
    def last_day(self) -> datetime.date | None:
        return min((day for day in self.last if isinstance(day, datetime.date)), default=None)


def is_in_window(day: datetime.date, window: Window) -> bool:
    """Whether the day lies in these days of the year; a window may go over New Year."""
    (first, last), at = window, (day.month, day.day)
    return first <= at <= last if first <= last else at >= first or at <= last


def _resolve_date(said: datetime.date | MonthDay, today: datetime.date, *, end: bool = False) -> datetime.date:
    """A day without its year: what is to come, or was begun or ended no longer than three months ago."""
    if isinstance(said, datetime.date):
        return said
    early = today - datetime.timedelta(days=90)
    years = (_make_date(year, *said) for year in (early.year, early.year + 1, early.year + 2))
    return next(day for day in years if day and day >= early)


def _is_between(day: datetime.date, first: object, last: object, today: datetime.date) -> bool:
    if isinstance(first, datetime.date) and isinstance(last, datetime.date):
        return first <= day <= last
    low, high = (_month_and_day(said) for said in (first, last))
    return is_in_window(day, (low, high))


def _month_and_day(said: object) -> MonthDay:
    return (said.month, said.day) if isinstance(said, datetime.date) else said  # type: ignore[return-value]


def _make_date(year: int, month: int, day: int) -> datetime.date:
    """Of 29 February, in a year without it, the last of the month."""
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return datetime.date(year, month, 28)


# --- Reading ----------------------------------------------------------------------------------------------


def tidy_words(text: str) -> str:
    """One kind of dash and of apostrophe, single spaces; lines stay lines."""
    plain = re.sub(r"[‐-―−~]", "-", text.replace("’", "'"))
    return re.sub(r"[^\S\n]+", " ", plain)


@lru_cache(maxsize=8_192)
def read_conditions(text: str) -> Conditions:
    """What these words say of single dates. Nobody may change what is returned: it is kept for the next reader."""
    found = Conditions()
    plain = DAYS_OF_MONTH.sub(name_each_month, tidy_words(text[:MAX_CONDITION_LENGTH]))
    matches = list(CONDITION.finditer(plain))
    for match, before, after in zip(matches, [None, *matches], [*matches[1:], None], strict=False):
        kind, words = str(match.lastgroup), match.group()
        found.unread |= kind in SAYS_WHEN and _is_turned_round(plain, match, before, after)
        if kind != "harmless" or words.lower().startswith("closed"):
            found.phrases.append(words.strip(" .,"))
        _apply(found, kind, words.lower())
    rest = CONDITION.sub(" ; ", plain)
    found.unread |= bool(DOUBT.search(rest)) or len(text) > MAX_CONDITION_LENGTH
    return found


@lru_cache(maxsize=8_192)
def read_description(about: str) -> Conditions:
    """What is said of an activity as a whole, of which only what is sure counts: "we do not meet in school holidays",
    "closed in August", but not "for children of school years 3 to 6"."""
    sentences = [one for one in re.split(r"[.;!?\n]", tidy_words(about)) if DATES_NAMED.search(one) and len(one) < 300]
    said = [
        found for one in sentences[:MAX_SENTENCES] for found in CONDITION.finditer(one) if found.lastgroup in SURE_KINDS
    ]
    return read_conditions("; ".join(one[0] for one in said if one.lastgroup != "term" or TERM_SAID.search(one[0])))


def _is_turned_round(text: str, match: Match, before: Match | None, after: Match | None) -> bool:
    """Whether a "no" or "not" that was not understood stands by it: "no dancing in August", "in August we don't"."""
    led = re.split(r"[.;,()\n]", text[before.end() if before else 0 : match.start()])[-1]
    rest = re.split(r"[.;()\n]", text[match.end() : after.start() if after else None])[0]
    return bool(NEGATION.search(led)) or (match.lastgroup != "nth" and bool(NEGATION.search(rest)))


def name_each_month(match: Match) -> str:
    """ "22 and 29 December" → "22 December and 29 December"."""
    return re.sub(r"([0-9]+(?:st|nd|rd|th)?)", rf"\1 {match[3]}", match[1]) + match[2]


def _apply(found: Conditions, kind: str, words: str) -> None:
    """Add what one phrase says."""
    dates = [day for day in map(parse_day, re.findall(DATE, words)) if day]
    if kind in ("bank_only", "school_only", "course", "appointment", "unsure"):
        found.no_dates = True
    elif kind in ("alternate", "monthly", "term"):
        setattr(found, kind, True)
    elif kind in ("bank", "bank_ok"):
        found.bank_holidays = "no" if kind == "bank" else "yes"
        found.term |= kind == "bank" and bool(re.search(r"school|half", words))
    elif kind == "feast":
        found.feasts |= {FEAST_DAYS[name.replace("years", "year's")] for name in re.findall(FEAST, words)}
    elif kind in ("check", "until_season"):
        found.check = found.check or words.strip()
    elif kind in ("season", "season_only"):
        _apply_seasons(found, kind, [SEASON_WINDOWS[name] for name in re.findall(SEASON, words)])
    elif kind in ("not_range", "not_date"):
        found.not_dates += [(dates[0], dates[-1])] if kind == "not_range" and dates else [(day, day) for day in dates]
        found.no_dates |= not dates
    elif kind in ("range", "month_range", "from", "until"):
        _apply_limits(found, kind, words, dates)
    elif kind in ("months", "not_months"):
        named = _list_months(words)
        found.months &= named if kind == "months" else set(range(1, 13)) - named
    elif kind in ("nth", "not_nth", "not_day"):
        _apply_weekdays(found, kind, words)


def _apply_seasons(found: Conditions, kind: str, windows: list[Window]) -> None:
    if kind == "season":
        found.windows += windows
        return
    found.check = found.check or "only in a part of the year"
    found.months &= {month for month in range(1, 13) if any(_has_month(window, month) for window in windows)}


def _has_month(window: Window, month: int) -> bool:
    return any(is_in_window(datetime.date(2024, month, day), window) for day in (1, 15, 28))


def _apply_limits(found: Conditions, kind: str, words: str, dates: list[datetime.date | MonthDay]) -> None:
    if not dates:  # "from January", "until March 2027"
        months = [
            (MONTH_NAMES.index(name[:3]) + 1, int(year) if year else None)
            for name, year in re.findall(rf"({MONTH})(?:,? ?(20[0-9]{{2}}))?", words)
        ]
        lasts = [(_end_of_month(month, year), year) for month, year in months]
        firsts = [(month, 1) if year is None else datetime.date(year, month, 1) for month, year in months]
        dates = [firsts[0], lasts[-1][0]] if kind == "month_range" else [firsts[0] if kind == "from" else lasts[-1][0]]
    if kind in ("range", "month_range", "from"):
        found.first.append(dates[0])
    if kind in ("range", "month_range", "until"):
        found.last.append(dates[-1])


def _end_of_month(month: int, year: int | None) -> datetime.date | MonthDay:
    last = datetime.date((year or 2023) + month // 12, month % 12 + 1, 1) - datetime.timedelta(days=1)
    return last if year else (month, last.day)


def _apply_weekdays(found: Conditions, kind: str, words: str) -> None:
    days = [name[:2].upper() for name in re.findall(rf"\b{DAY}", words)]
    numbers = [int(WEEK_OF_MONTH[nth]) for nth in re.findall(rf"\b{NTH}\b", words)]
    if kind == "not_day":
        found.not_days |= set(days)
    elif kind == "not_nth":
        found.not_nths += [(number, day) for number in numbers for day in days or [""]]
    else:
        for day in days:
            found.nths.setdefault(day, set()).update(numbers)


def _list_months(words: str) -> set[int]:
    """ "november to march" → 11, 12, 1, 2, 3; "june, july and august" → 6, 7, 8."""
    named: list[int] = []
    for name, joined in re.findall(rf"({MONTH})({TO}(?=(?:{MONTH})))?", words):
        month = MONTH_NAMES.index(name[:3]) + 1
        if named and named[-1] < 0:
            start = -named.pop()
            named += list(_months_between(start, month))
            start = month
        named.append(-month if joined else month)
    return {abs(month) for month in named}


def _months_between(first: int, last: int) -> Iterator[int]:
    while first != last:
        yield first
        first = first % 12 + 1


def parse_day(words: str) -> datetime.date | MonthDay | None:
    """ "5 january 2027" → a date, "5 jan" → (1, 5); None for what is no day."""
    year = re.search(r"20[0-9]{2}", words)
    name = re.search(MONTH, words)
    try:
        if name:
            number = re.search(r"(?<![0-9])[0-9]{1,2}(?![0-9])", words.replace(year[0] if year else "\0", " "))
            month, day = MONTH_NAMES.index(name[0][:3]) + 1, int(number[0]) if number else 0
        elif "-" in words and year:
            month, day = (int(part) for part in re.findall(r"-([0-9]{2})", words)[:2])
        else:
            day, month, *years = (int(part) for part in re.findall(r"[0-9]+", words))
            if years:
                return datetime.date(years[0] if years[0] > 99 else 2000 + years[0], month, day)
        found = datetime.date(int(year[0]) if year else 2024, month, day)
    except ValueError:
        return None
    return found if year else (month, day)
