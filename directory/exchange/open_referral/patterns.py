"""When: schedules of older and other shapes, put under the names of Open Referral UK 3.0.

HSDS 1 to 3.x, Outpost, Connected Places (`regular_opening_hours`), schema.org (`openingHoursSpecification`). What a
pattern of ours cannot say exactly (weeks of the year, certain months) stays in words: no date that may be wrong.
"""

import datetime
import re
from typing import Any

from dateutil.rrule import rrulestr

from config.template_tags import time_words
from directory.exchange.field_use import mark_used, plain
from directory.exchange.open_referral.objects import (
    Object,
    list_any,
    list_objects,
    rename_fields,
    says_yes,
)
from directory.models.session import DAY_NAMES, Frequency
from directory.text.cleaning import clean_hours, find_date, parse_date, parse_time, parse_weekdays
from directory.text.opening_hours import explain_unread_hours, parse_opening_hours

SCHEDULE_LISTS = (
    *("regular_schedules", "regular_schedule", "regular_opening_hours", "opening_hours_specification", "open_times"),
    *("opening_times", "opening_hours"),
)
HOLIDAY_LISTS = ("holiday_schedules", "holiday_schedule", "holiday_schedule_collection", "holiday_opening_hours")
DAY_FIELDS = ("weekday", "day_of_week", "day")
SCHEDULE_RENAMES = {
    "valid_to": ("until", "valid_through"),
    "byday": DAY_FIELDS,
    "freq": ("frequency",),
    "opens_at": ("opens", "open", "start", "start_time"),
    "closes_at": ("closes", "close", "end", "end_time"),
    "bymonthday": ("day_of_month",),
}
CLOCK_FIELDS = (
    ("dtstart", "opens_at"),
    ("valid_from", "opens_at"),
    ("until", "closes_at"),
    ("valid_to", "closes_at"),
)
HOLIDAY_RENAMES: dict[str, tuple[str, ...]] = {
    "start_date": ("starts_at",),
    "end_date": ("ends_at",),
    "closed": ("is_closed",),
}
FREQUENCY_WORDS = {"DAILY": "WEEKLY", "FORTNIGHTLY": "WEEKLY", "NTH_OCCURRENCE_OF_MONTH": "MONTHLY"}
SAID_OF_A_DAY = ("opens_at", "closes_at", "description", "notes", "original_text")
INEXACT_FIELDS = ("bymonth", "byweekno", "byyearday")  # of RFC 5545, that a pattern of ours has not
MAX_HOLIDAY_DAYS = 60  # days of one holiday; what is longer is no exception any more
MAX_COUNT = 1_000  # times of one pattern
DATED_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]([0-9]{2}:[0-9]{2})")
DAY_RANGE = re.compile(r"([A-Za-z]{3,9})\s*(?:-|–|to)\s*([A-Za-z]{3,9})", re.IGNORECASE)
CLOCK_TIME = re.compile(r"\s*[0-9]{1,2}(?::[0-9]{2}){0,2}\s*(?:[ap]m)?\s*", re.IGNORECASE)
SCHEDULE_TIME_FIELDS = ("byday", "bymonthday", "freq", "opens_at", "closes_at", "dtstart", "weekday")


def upgrade_hours(out: Object) -> None:
    """Schedules under their name of today, in `out`: a service, or a service at one of its places."""
    for name in SCHEDULE_LISTS:
        if not out.get("schedules") and list_objects(out.get(name)):
            out["schedules"] = list_objects(out[name])
    for name in ("opening_hours", "opening_times", "hours"):
        said = out.get(name)
        said = "\n".join(said) if isinstance(said, list) and all(isinstance(one, str) for one in said) else said
        if not out.get("schedules") and isinstance(said, str) and said.strip():
            out["schedules"] = [{"description": out[name] if isinstance(out[name], str) else said}]
            mark_used(out[name], "Times")
    if isinstance(out.get("schedules"), list):
        rows = [row for item in out["schedules"] for row in _upgrade_schedule(item)]
        out["schedules"] = [row for row in rows if not _is_closed(row, rows)]
    _upgrade_holidays(out)


def _is_closed(row: Any, rows: list[Any]) -> bool:
    """A day without a time among days that have one: it is named because all seven are, and it is closed then."""
    timed = any(isinstance(one, dict) and one.get("opens_at") and one.get("weekday") for one in rows)
    bare = isinstance(row, dict) and row.get("weekday") and not any(row.get(name) for name in SAID_OF_A_DAY)
    if timed and bare:
        mark_used(row, "Left out: no time on that day")
    return bool(timed and bare)


def list_holidays(out: Object) -> list[Object]:
    return [rename_fields(row, HOLIDAY_RENAMES) for name in HOLIDAY_LISTS for row in list_objects(out.get(name))]


def _upgrade_holidays(out: Object) -> None:
    """HSDS `holiday_schedule` (to 2.0): days on which the hours do not hold; other hours of such a day are words."""
    rows, schedules = list_holidays(out), list_objects(out.get("schedules"))
    for row in rows if schedules else []:
        days = _list_days(row.get("start_date"), row.get("end_date"))
        closed = says_yes(row.get("closed"))
        hours = " to ".join(str(row[name]) for name in ("opens_at", "closes_at") if row.get(name))
        if not days or not (closed or hours):
            continue
        for schedule in schedules:
            schedule["skips"] = [*list_any(schedule.get("skips")), *(day.isoformat() for day in days)]
        if hours and not closed:
            span = f"{days[0].day} {days[0]:%B %Y}" + (f" to {days[-1].day} {days[-1]:%B %Y}" if len(days) > 1 else "")
            schedules.append({"description": f"On {span}: {hours}"})
        mark_used(
            {name: row.get(name) for name in ("start_date", "end_date", "closed", "opens_at", "closes_at")}, "Times"
        )
    if rows and schedules:
        out["schedules"] = schedules


def _list_days(first: Any, last: Any) -> list[datetime.date]:
    """Each day of a span of at most MAX_HOLIDAY_DAYS; [] of anything else."""
    try:
        start = parse_date(first)
        end = parse_date(last) or start
    except ValueError:
        return []
    if start is None or end is None or not 0 <= (end - start).days < MAX_HOLIDAY_DAYS:
        return []
    return [start + datetime.timedelta(days=n) for n in range((end - start).days + 1)]


def _upgrade_schedule(item: Any) -> list[Any]:
    """One schedule, or those that its free text is certain about."""
    if not isinstance(item, dict):
        return [item]
    row = dict(item)
    for name, time in CLOCK_FIELDS:  # a time of day in the place of a date
        if isinstance(row.get(name), str) and CLOCK_TIME.fullmatch(row[name]) and not row.get(time):
            row[time] = row.pop(name)
    row = rename_fields(row, SCHEDULE_RENAMES)
    for name in ("opens_at", "closes_at"):  # .NET and Rails send a time of day with a day that means nothing
        if found := DATED_TIME.match(str(row.get(name) or "")):
            mark_used(row[name], f"Times: {name.replace('_', ' ')}")
            row[name] = found[1]
    _upgrade_days(row)
    _upgrade_frequency(row)
    if _is_inexact(row):
        return [_keep_in_words(row)]
    _upgrade_count(row)
    if any(row.get(name) for name in SCHEDULE_TIME_FIELDS):
        return [row]
    text = row.get("description") or row.get("notes") or row.get("hours") or ""
    text = clean_hours(text) if isinstance(text, str) else text
    read = parse_opening_hours(text) if isinstance(text, str) else None
    if not read:
        asked = explain_unread_hours(text) if isinstance(text, str) else ""
        said = {"description": text} if isinstance(text, str) and text and not row.get("notes") else {}
        return [row | said | ({"unread": asked} if asked else {})]
    key = row.get("id")
    return [row | found | ({"id": f"{key}#{n}"} if key and n else {}) for n, found in enumerate(read)]


def _upgrade_days(row: Object) -> None:
    """HSDS 2 numbers the days from Monday, 1; 0 is a Sunday. schema.org gives them as addresses of its own."""
    days = row.get("byday")
    if isinstance(days, str) and DAY_RANGE.search(days):
        row["byday"] = ",".join(DAY_RANGE.sub(_list_range, part).strip() for part in re.split(r"[,;]", days))
        mark_used(days, "Times: day")
    if not days or days not in [row.get(name) for name in DAY_FIELDS]:
        return
    parts = days if isinstance(days, list) else re.split(r"[,;]", str(days))
    codes = [*DAY_NAMES]
    names = [str(part).rpartition("/")[2].strip() for part in parts]
    if isinstance(days, str) and DAY_RANGE.search(days):
        names = row["byday"].split(",")
    row["byday"] = ",".join(codes[(int(name) - 1) % 7] if re.fullmatch(r"[0-7]", name) else name for name in names)
    mark_used(days, "Times: day")
    row.setdefault("freq", "WEEKLY")


def _list_range(found: re.Match[str]) -> str:
    """ "Monday - Friday" → "MO,TU,WE,TH,FR"; what names no two days stays."""
    try:
        first, last = parse_weekdays(found[1]), parse_weekdays(found[2])
    except ValueError:
        return found[0]
    codes = [*DAY_NAMES] * 2
    start = codes.index(first)
    return ",".join(codes[start : codes.index(last, start) + 1])


def _upgrade_frequency(row: Object) -> None:
    """Every day and every other week as a pattern of weeks; the second Sunday (`bysetpos`) as "2SU"."""
    freq = str(row.get("freq") or "").strip().upper().replace(" ", "_")
    if freq in FREQUENCY_WORDS:
        mark_used(row["freq"], "Times: freq")
        row["freq"] = FREQUENCY_WORDS[freq]
    if freq == "DAILY":
        row["byday"] = row.get("byday") or ",".join(DAY_NAMES)
    if freq == "FORTNIGHTLY":
        row |= {"interval": 2, "dtstart": row.get("dtstart") or str(row.get("starts_at") or "")[:10]}
        mark_used(row.get("starts_at"), "Times: dtstart")
        if day := find_date(plain(row["dtstart"])):
            row["byday"] = row.get("byday") or [*DAY_NAMES][day.weekday()]
    for name in ("bysetpos", "occurrence_of_month"):
        position = str(row.get(name) or "").strip()
        if row.get("freq") == "MONTHLY" and re.fullmatch(r"-?[1-5]", position) and _is_one_day(row.get("byday")):
            row["byday"] = f"{'-1' if position == '5' else position}{row['byday']}"
            mark_used(row[name], "Times: day")
            row["bysetpos"] = ""


def _is_one_day(days: Any) -> bool:
    return isinstance(days, str) and bool(re.fullmatch(r"\s*[A-Za-z]{2,9}\s*", days))


def _is_inexact(row: Object) -> bool:
    freq = str(row.get("freq") or "").strip().upper()
    return bool((freq and freq not in Frequency) or any(row.get(name) for name in (*INEXACT_FIELDS, "bysetpos")))


def _keep_in_words(row: Object) -> Object:
    """A pattern that ours cannot say: its words and its time, and no date."""
    days = ", ".join(DAY_NAMES.get(part.strip()[-2:].upper(), "") for part in str(row.get("byday") or "").split(","))
    hours = " to ".join(_say_time(row[name]) for name in ("opens_at", "closes_at") if row.get(name))
    said = " ".join(filter(None, ["Only on some", f"dates ({days.strip(' ,')})" if days.strip(" ,") else "dates"]))
    words = f"{said}{f', {hours}' if hours else ''}: ask which"
    fields = ("freq", "byday", "interval", "opens_at", "closes_at", "bysetpos", *INEXACT_FIELDS)
    mark_used([row.get(name) for name in fields], "Times: in words")
    about = "\n".join(filter(None, [words, plain(row.get("description"))]))
    mark_used(row.get("description"), "Times: description")
    return {name: value for name, value in row.items() if name not in fields} | {"description": about}


def _say_time(value: Any) -> str:
    try:
        return time_words(parse_time(plain(value)))
    except ValueError:
        return str(value)


def _upgrade_count(row: Object) -> None:
    """RFC 5545 `COUNT`: so often and no more, which gives the last day."""
    count, start = str(row.get("count") or ""), find_date(plain(row.get("dtstart") or row.get("valid_from")))
    if not count.isdigit() or not 0 < int(count) <= MAX_COUNT or start is None or row.get("valid_to"):
        return
    named = (("FREQ", "freq"), ("INTERVAL", "interval"), ("BYDAY", "byday"), ("BYMONTHDAY", "bymonthday"))
    rule = ";".join(f"{name}={row[field]}" for name, field in named if row.get(field))
    if not re.fullmatch(r"[1-9][0-9]?", str(row.get("interval") or 1)):  # 0 would never end
        return
    try:
        *_, last = rrulestr(f"{rule};COUNT={count}", dtstart=datetime.datetime.combine(start, datetime.time()))
    except (ValueError, TypeError):
        return
    row["valid_to"] = last.date().isoformat()
    mark_used(row["count"], "Times: valid to")
