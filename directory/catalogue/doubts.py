"""Whether a day that a pattern gives stands: what its words say, bank holidays, school holidays.

A day is on, off ("except bank holidays"), or to be asked about first: a bank holiday of which nothing is said, a day
on which schools may be closed of what is held in term time. The group says yes (`Session.confirmed_at`).
"""

import datetime
import time
from functools import cache, lru_cache
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from config.data import load_csv_rows
from config.working_days import bank_holiday_name
from directory.models import Schedule, SchoolTerm, Service
from directory.text.conditions import Window, is_in_window, read_conditions, read_description

# Postcode areas by nation; all others are in England, or Wales, which has the same bank holidays.
SCOTTISH_AREAS = {"AB", "DD", "DG", "EH", "FK", "G", "HS", "IV", "KA", "KW", "KY", "ML", "PA", "PH", "TD", "ZE"}
ENGLISH_DISTRICTS = {"TD15"}  # Berwick-upon-Tweed, in a Scottish area
TERMS_KEPT = 60  # seconds that a process holds the term dates of the place for true
SCHOOL_HOLIDAYS_FILE = Path(__file__).with_name("school_holidays.csv")
EASTER = "easter"  # in the file, in place of a date: so many days before and after it
ALWAYS_OPEN = (datetime.time(0), datetime.time(23, 59))


def find_nation(service: Service, schedule: Schedule | None = None) -> str:
    """ENG, SCT or NIR, by the postcode of where it meets, else the place's own. Reads `service.at_locations.all()` and
    their locations."""
    places = list(service.at_locations.all())
    here = [at for at in places if schedule and at.pk == schedule.at_location_id] or places
    code = next((at.location.postcode for at in here if at.location.postcode), "").upper()
    area = "".join(letter for letter in code[:2] if letter.isalpha())
    if not area:
        return str(settings.PLACE["nation"])
    scottish = area in SCOTTISH_AREAS and code.replace(" ", "")[:-3] not in ENGLISH_DISTRICTS
    return "NIR" if area == "BT" else "SCT" if scottish else "ENG"


def words_allow(schedule: Schedule, day: datetime.date) -> bool:
    """Whether the words of a pattern leave this day of it standing, whichever nation it is in."""
    about = read_conditions(schedule.words)
    unknown = (about.monthly and schedule.freq != "MONTHLY") or (about.alternate and schedule.interval == 1)
    dated_by_words = unknown and not (about.nths and about.monthly)
    return not dated_by_words and about.allows(day, timezone.localdate())


def closed_on(schedule: Schedule, day: datetime.date, nation: str) -> bool:
    """Whether its words say that it does not meet on this bank holiday."""
    holiday = bank_holiday_name(day, nation)
    about = read_conditions(schedule.words)
    return bool(holiday) and (about.bank_holidays == "no" or any(name in holiday for name in about.feasts))


def find_doubt(schedule: Schedule, day: datetime.date, nation: str, description: str = "") -> str:
    """Why somebody should ask before going on that day: "Christmas Day"; "" when nothing speaks against it.
    `description` is the whole activity's, which may say "term time only" too."""
    about, holiday = read_conditions(schedule.words), bank_holiday_name(day, nation)
    single = not schedule.freq and not schedule.days
    if holiday and not single and about.bank_holidays != "yes" and not _is_always_open(schedule):
        return f"It is a bank holiday ({holiday})"
    whole = read_description("" if single else description)
    if (about.term or whole.term) and (why := find_school_holiday(day, nation)):
        return why
    if any(is_in_window(day, window) for window in about.windows + whole.windows):
        return "It may be on a break"
    if not whole.allows(day, timezone.localdate()):
        return f"They say “{', '.join(whole.phrases)}”"
    return f"They say “{about.check}”" if about.check else ""


def _is_always_open(schedule: Schedule) -> bool:
    return len(schedule.days) == 7 and (schedule.opens_at, schedule.closes_at) == ALWAYS_OPEN


def find_school_holiday(day: datetime.date, nation: str) -> str:
    """Why schools may be closed on that day: by the term dates that the place was given, for its own nation; beyond
    them by when schools of the nation may be closed somewhere, as each council sets its own terms."""
    terms = _read_terms(int(time.monotonic() // TERMS_KEPT)) if nation == settings.PLACE["nation"] else []
    if terms and terms[0][0] <= day <= terms[-1][1]:
        return "" if any(first <= day <= last for first, last in terms) else "It is school holidays"
    return "It may be school holidays" if may_be_school_holiday(day, nation) else ""


@lru_cache(maxsize=1)
def _read_terms(minute: int) -> list[tuple[datetime.date, datetime.date]]:
    return list(SchoolTerm.objects.values_list("first", "last"))


def forget_terms() -> None:
    """Read them anew: they were changed, or sessions are laid out by them."""
    _read_terms.cache_clear()


def may_be_school_holiday(day: datetime.date, nation: str) -> bool:
    """Whether schools of the nation may be closed on that day, somewhere."""
    from dateutil.easter import easter

    before, after = _school_windows(nation)[1]
    around = easter(day.year)
    near_easter = around - datetime.timedelta(days=before) <= day <= around + datetime.timedelta(days=after)
    return near_easter or any(is_in_window(day, window) for window in _school_windows(nation)[0])


@cache
def _school_windows(nation: str) -> tuple[list[Window], tuple[int, int]]:
    """The days of the year on which schools may be closed, and how many days before and after Easter Sunday."""
    rows = [row for row in load_csv_rows(SCHOOL_HOLIDAYS_FILE) if row["nation"] == nation]
    windows = [(_month_day(row["from"]), _month_day(row["to"])) for row in rows if row["holiday"] != EASTER]
    around = next(row for row in rows if row["holiday"] == EASTER)
    return windows, (int(around["from"]), int(around["to"]))


def _month_day(text: str) -> tuple[int, int]:
    month, day = text.split("-")
    return int(month), int(day)
