"""Term dates as councils print them: "Autumn term: 2 September to 18 December 2026, half term 26 to 30 October".

A line is a term, and what it names after that is closed in it; a line that speaks of a holiday first is closed too.
"""

import datetime
import re

from directory.text.conditions import DATE, DAYS_OF_MONTH, TO, name_each_month, parse_day, tidy_words

MAX_TERM_DAYS = 150  # from September to Easter would be more: a year is wrong
MAX_HOLIDAY_DAYS = 70  # nor are schools closed for longer
CLOSED = re.compile(r"\b(?:half[- ]?term|holidays?|hols|break|closed|closure|inset|off)\b", re.IGNORECASE)
STRETCH = re.compile(rf"({DATE})(?:{TO}({DATE}))?", re.IGNORECASE)
# "starts 1 September 2026, ends 18 December 2026", and two columns of a table: but for what lists days that are closed
TWO_DAYS = re.compile(rf"({DATE})[ ,;|]+(?:(?:ends?|finish(?:es)?|closes)(?: on)?:? ?)?({DATE})", re.IGNORECASE)

HOW_TO_WRITE = "write the first day and the last, as in 2 September to 23 October 2026"

Stretch = tuple[datetime.date, datetime.date]


class UnreadTerms(ValueError):
    """A line that cannot be read: which, and what is wrong with it."""


def parse_terms(text: str) -> list[Stretch]:
    """The stretches in which schools are open, in order, without holidays. Raises UnreadTerms."""
    terms: list[Stretch] = []
    closed: list[Stretch] = []
    for number, line in enumerate(text.splitlines(), 1):
        try:
            stretches = _read_line(line) if line.strip() else []
        except ValueError as error:
            raise UnreadTerms(f"Line {number}: {error}") from None
        named = 0 if _is_closed(line) else 1
        terms += stretches[:named]
        closed += stretches[named:]
    for holiday in closed:
        terms = [part for term in terms for part in _take_out(term, holiday)]
    return sorted(terms)


def _is_closed(line: str) -> bool:
    """Whether it speaks of a holiday before it names a day."""
    return bool(CLOSED.search(STRETCH.split(line, maxsplit=1)[0]))


def _read_line(line: str) -> list[Stretch]:
    """Each stretch of a line; a day by itself is one too, but no term."""
    plain = DAYS_OF_MONTH.sub(name_each_month, tidy_words(line))
    if not _is_closed(plain) and (first := STRETCH.search(plain)) and not first[2]:
        plain = TWO_DAYS.sub(r"\1 to \2", plain, count=1)
    years = re.findall(r"\b20[0-9]{2}\b", plain)
    found: list[Stretch] = []
    for match in STRETCH.finditer(plain):
        is_term = not found and not _is_closed(plain)
        if is_term and not match[2]:
            raise ValueError(HOW_TO_WRITE)
        said = [parse_day(words.lower()) for words in match.groups() if words]
        begin, end = (_give_year(day, years) for day in (said[0], said[-1]))
        if isinstance(said[0], tuple) and begin > end:
            begin = begin.replace(year=begin.year - 1)
        if not 0 <= (end - begin).days <= (MAX_TERM_DAYS if is_term else MAX_HOLIDAY_DAYS):
            what = "term" if is_term else "holiday"
            raise ValueError(f"{begin:%-d %B %Y} to {end:%-d %B %Y} cannot be one {what}. Look at the years")
        found.append((begin, end))
    if not found:
        raise ValueError(HOW_TO_WRITE)
    return found


def _give_year(day: datetime.date | tuple[int, int] | None, years: list[str]) -> datetime.date:
    if day is None or (isinstance(day, tuple) and not years):
        raise ValueError("one of its days is not a date, or has no year")
    return datetime.date(int(years[-1]), *day) if isinstance(day, tuple) else day


def _take_out(term: Stretch, holiday: Stretch) -> list[Stretch]:
    day = datetime.timedelta(days=1)
    if holiday[1] < term[0] or term[1] < holiday[0]:
        return [term]
    parts = [(term[0], holiday[0] - day), (holiday[1] + day, term[1])]
    return [part for part in parts if part[0] <= part[1]]
