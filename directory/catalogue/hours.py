"""Schedules in words: "Tuesdays, 10:30am to midday"."""

import calendar
import datetime
import re
from collections.abc import Iterable

from config.template_tags import date_words, time_words
from directory.models import Schedule
from directory.models.session import DAY_NAMES, Frequency
from directory.text.conditions import read_conditions

ORDINAL_WORDS = {
    "1": "First",
    "2": "Second",
    "3": "Third",
    "4": "Fourth",
    "5": "Fifth",
    "-1": "Last",
    "-2": "Second last",
}
MAX_WORDS_SHOWN = 160  # characters of what is said beside the times
PROPER_WORDS = re.compile(  # what keeps its capital in the middle of a sentence
    rf"{'|'.join(DAY_NAMES.values())}|{'|'.join(f'{name}' for name in calendar.month_name[1:])}"
    r"|(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b|Christmas|Easter|[A-Z]{2}"
    r"|(?!Ex|No|From|In|On|Until|Till|Closed|Open|Every|Only|Start|Back|Last|During|Apart)[A-Z][a-z]+ [A-Z]"
)
LAST_MINUTE = datetime.time(23, 59)  # how midnight is kept at the end of a day
WORKDAYS = ["MO", "TU", "WE", "TH", "FR"]


def join_with_and(parts: list[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)


def format_schedule(schedule: Schedule) -> str:
    """When it meets, for people; "" when nothing can be said."""
    days, times = format_days(schedule), format_times(schedule)
    said = ", ".join(part for part in (days, times) if part)
    if not said:
        return schedule.description.partition("\n")[0] or schedule.notes.partition("\n")[0]
    words = format_conditions(schedule)
    return f"{said} ({words})" if words else said


def format_conditions(schedule: Schedule) -> str:
    """What is said beside the days and times: "term time only"; "" for nothing, or nothing else."""
    parts = [schedule.notes] if len(schedule.notes) <= MAX_WORDS_SHOWN else []
    for text in (schedule.notes, schedule.description):
        about = read_conditions(text)
        if about.unread:
            parts.append(_shorten_words(text))
        elif text not in parts:
            parts += about.phrases
    lines = [part.strip(" .()") for text in parts for part in re.split(r"\n|\. ", text)]
    shown = {line.lower(): line for line in reversed(lines) if line}
    said = reversed(shown.values())
    return "; ".join(line if PROPER_WORDS.match(line) else line[:1].lower() + line[1:] for line in said)


def _shorten_words(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= MAX_WORDS_SHOWN else flat[:MAX_WORDS_SHOWN].rsplit(" ", 1)[0] + "…"


def format_schedules(schedules: Iterable[Schedule], today: datetime.date) -> list[str]:
    """One line each, in the order of the week, without what is over; when all is over, that it is."""
    known = list(schedules)
    lasting = [row for row in known if row.valid_to is None or row.valid_to >= today]
    if known and not lasting:
        return [f"Until {date_words(max(row.valid_to for row in known if row.valid_to))}: ask whether it is still on"]
    lasting.sort(key=lambda row: ([*DAY_NAMES].index(row.days[0]) if row.days else 7, row.opens_at or datetime.time()))
    return list(dict.fromkeys(said for said in map(format_schedule, lasting) if said))


def format_times(schedule: Schedule) -> str:
    start, end = schedule.opens_at, schedule.closes_at
    if end == LAST_MINUTE:
        if start == datetime.time():
            return "day and night"
        end = datetime.time()
    if start and end and start != end:
        return f"{time_words(start)} to {time_words(end)}"
    return f"from {time_words(start)}" if start else f"until {time_words(end)}" if end else ""


def format_days(schedule: Schedule) -> str:
    """ "Tuesdays and Thursdays", "Every second Tuesday", "Second Tuesday of the month"."""
    if schedule.freq == Frequency.MONTHLY:
        return _format_monthly(schedule)
    names = [DAY_NAMES[day] for day in schedule.days]
    if not names and schedule.freq == Frequency.WEEKLY and schedule.dtstart:
        names = [[*DAY_NAMES.values()][schedule.dtstart.weekday()]]
    if not names:
        return date_words(schedule.dtstart) if schedule.dtstart and not schedule.freq else ""
    if schedule.interval > 1:
        often = "second week" if schedule.interval == 2 else f"{schedule.interval} weeks"
        return f"Every {often} on {join_with_and(names)}"
    if len(names) == 7:
        return "Every day"
    return "Monday to Friday" if schedule.days == WORKDAYS else join_with_and([f"{name}s" for name in names])


def _format_monthly(schedule: Schedule) -> str:
    named = []
    for part in schedule.byday.split(","):
        read = re.fullmatch(r"(-?[1-5])?([A-Z]{2})", part.strip())
        if read and read[2] in DAY_NAMES:
            named.append(f"{ORDINAL_WORDS.get(read[1], 'Every') if read[1] else 'Every'} {DAY_NAMES[read[2]]}")
    dates = [int(part) for part in schedule.bymonthday.split(",") if part.strip()]
    named += [f"On the {_format_ordinal(day)}" if day > 0 else "On the last day" for day in dates]
    if not named:
        return "Every month"
    often = "month" if schedule.interval == 1 else f"every {_format_ordinal(schedule.interval)} month"
    said = join_with_and([named[0], *(name[:1].lower() + name[1:] for name in named[1:])])
    return f"{said} of the month" if often == "month" else f"{said}, {often}"


def _format_ordinal(number: int) -> str:
    ending = "th" if 10 <= number % 100 <= 20 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
