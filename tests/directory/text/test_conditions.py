"""What the words beside hours say of single dates, against a plain list of days."""

import datetime
import time

import pytest

from directory.catalogue.doubts import closed_on, find_doubt, find_nation, may_be_school_holiday, words_allow
from directory.catalogue.timetable import list_meeting_days
from directory.models import Schedule
from directory.text.conditions import read_conditions
from tests.directory.making import listed

DATE = datetime.date
TODAY, YEAR_AHEAD = DATE(2026, 11, 28), DATE(2027, 11, 27)  # from a Saturday to a Saturday


@pytest.fixture(autouse=True)
def _frozen(time_machine: object) -> None:
    time_machine.move_to(datetime.datetime(2026, 11, 28, 9, tzinfo=datetime.UTC))  # type: ignore[attr-defined]


def days(words: str, first: DATE = TODAY, last: DATE = YEAR_AHEAD, **pattern: object) -> list[DATE]:
    row = Schedule(**({"freq": "WEEKLY", "byday": "TU", "opens_at": datetime.time(10), "notes": words} | pattern))
    return list_meeting_days(row, first, last)


NO_DATES = """monthly
once a month
twice a month
every other month
alternate weeks
every other Tuesday
fortnightly
every 3 weeks
by appointment
by arrangement only
appointment only
on request
school holidays only
during half term
bank holidays only
dates vary
see our website for dates
ring for dates
usually
most Tuesdays
6 week course
until 1 March 2024
ended on 3 May 2025
unless it is icy
except when the hall is let
(5 January)
25/12/2026
temporarily closed
currently suspended
closed until further notice
no longer meeting
odd weeks
dates on request
November 2025 to March 2026
paused
cancelled
Term dates: ask, alternate weeks
odd Tuesdays
four-weekly
2 weekly
reopens in the New Year
no dancing in August
In August, we don't meet
in August there is no group
1st and 3rd weeks
first week of the month
29 Feb only
(29 Dec)
maybe
when available
pre-covid
ended
moved to Wed for now
now Wednesdays
on a rota
4 sessions only
next: 15/12
next meeting 15 December
not every week
BST only
light evenings""".splitlines()


@pytest.mark.parametrize("words", NO_DATES)
def test_where_the_words_leave_every_date_open_none_is_given(words: str) -> None:
    assert days(words) == []


@pytest.mark.parametrize(
    "words",
    [
        "",
        "members only",
        "women only",
        "Room 2, upstairs",
        "no need to book",
        "not suitable for children under 5",
        "booking essential",
        "all year round",
        "every week",
        "closed 12-1",
        "closed for lunch",
        "over 55s only",
        "including school holidays",
        "last entry 3.30pm",
        "doors open until 11",
        "ring 01632 960123",
        "first session free",
        "your first week is free",
        "ex BH",
        "off the High Street",
        "bus stop outside",
        "tea break halfway",
        "ring if lost",
        "say hello when you arrive",
        "next to the church",
        "dogs allowed",
    ],
)
def test_words_that_say_nothing_of_dates_take_none_away(words: str) -> None:
    assert len(days(words)) == 52


def nth(day: DATE) -> int:
    return (day.day - 1) // 7 + 1


def is_last(day: DATE) -> bool:
    return (day + datetime.timedelta(days=7)).month != day.month


LEFT = {
    "not in August": lambda day: day.month != 8,
    "except December and January": lambda day: day.month not in (12, 1),
    "November to March": lambda day: day.month in (11, 12, 1, 2, 3),
    "Nov–Mar": lambda day: day.month in (11, 12, 1, 2, 3),
    "(June, July and August only)": lambda day: day.month in (6, 7, 8),
    "April-October": lambda day: 4 <= day.month <= 10,
    "except the second Tuesday": lambda day: nth(day) != 2,
    "not the 1st or 3rd Tuesday of the month": lambda day: nth(day) not in (1, 3),
    "except the last Tuesday of the month": lambda day: not is_last(day),
    "except the second Saturday": lambda day: True,
    "first Tuesday of the month": lambda day: nth(day) == 1,
    "1st & 3rd Tuesdays": lambda day: nth(day) in (1, 3),
    "last Tuesday": is_last,
    "starts 5 January": lambda day: day >= DATE(2027, 1, 5),
    "from 5th January 2027": lambda day: day >= DATE(2027, 1, 5),
    "from February": lambda day: day >= DATE(2027, 2, 1),
    "closed until 2 February": lambda day: day >= DATE(2027, 2, 2),
    "until 1 March": lambda day: day <= DATE(2027, 3, 1),
    "until the end of March": lambda day: day <= DATE(2027, 3, 31),
    "from 5 Jan 2027 to 20 March 2027": lambda day: DATE(2027, 1, 5) <= day <= DATE(2027, 3, 20),
    "closed 21 December - 4 January": lambda day: not DATE(2026, 12, 21) <= day <= DATE(2027, 1, 4),
    "not on 1 December or 8 Dec 2026": lambda day: day not in (DATE(2026, 12, 1), DATE(2026, 12, 8)),
    "November 2026 to January 2027": lambda day: day <= DATE(2027, 1, 31),
    "except Tuesdays": lambda day: False,
    "We don’t meet in August": lambda day: day.month != 8,
    "does not run in July or August": lambda day: day.month not in (7, 8),
    "(ex. August)": lambda day: day.month != 8,
    "no toddler group in August": lambda day: day.month != 8,
    "Free, no booking, first Tuesday of the month": lambda day: nth(day) == 1,
    "there's no session on the first Tuesday": lambda day: nth(day) != 1,
    "not on the last Tuesday in December": lambda day: not is_last(day),
    "when there is a fifth Tuesday": lambda day: nth(day) == 5,
    "except 15, 22nd & 29 December 2026": lambda day: not (day.month == 12 and day.day >= 15),
    "closed 22-29 December": lambda day: not DATE(2026, 12, 22) <= day <= DATE(2026, 12, 29),
    "last session 15 December, back 12 January": lambda day: not DATE(2026, 12, 15) < day < DATE(2027, 1, 12),
    "no session 22/12 or 29/12": lambda day: day not in (DATE(2026, 12, 22), DATE(2026, 12, 29)),
    "off in Aug": lambda day: day.month != 8,
    "Aug off": lambda day: day.month != 8,
    "we stop for July and August": lambda day: day.month not in (7, 8),
    "skip 1st Tuesday": lambda day: nth(day) != 1,
    "back 5/1": lambda day: day >= DATE(2027, 1, 5),
    "until 15/12": lambda day: day <= DATE(2026, 12, 15),
    "TTO": lambda day: True,
    "term time only": lambda day: True,  # which dates are to be asked about is below
}


@pytest.mark.parametrize("words", LEFT)
def test_dates_that_the_words_take_away_are_not_given(words: str) -> None:
    assert days(words) == [day for day in days("") if LEFT[words](day)]


def test_a_day_without_its_year_is_the_next_one_or_of_the_last_three_months() -> None:
    assert not days("until 1 November")
    assert read_conditions("until 1 November").allows(DATE(2026, 10, 31), TODAY)


def doubts(words: str, nation: str = "ENG") -> dict[str, str]:
    row = Schedule(freq="WEEKLY", byday="MO,TU,FR", opens_at=datetime.time(10), notes=words)
    found = {
        day.isoformat(): find_doubt(row, day, nation)
        for day in list_meeting_days(row, TODAY, DATE(2027, 5, 31))
        if not closed_on(row, day, nation)
    }
    return {day: why for day, why in found.items() if why}


@pytest.mark.parametrize(
    ("description", "asked"),
    [
        ("Craft and tea, term time only.", True),
        ("Please note that we do not meet in school holidays.", True),
        ("No sessions during half term", True),
        ("Singing for all. Not running over Christmas!", True),
        ("We meet in the park. Closed in December and January", True),
        ("Come to our Christmas party in December", False),
        ("For children of school years 3 to 6", False),
        ("Terms and conditions apply. A holiday club.", False),
        ("For people with long term conditions", False),
    ],
)
def test_what_is_said_of_the_whole_activity_puts_school_holidays_in_doubt(description: str, asked: bool) -> None:
    row = Schedule(freq="WEEKLY", byday="WE", opens_at=datetime.time(10))
    assert bool(find_doubt(row, DATE(2026, 12, 23), "ENG", description)) == asked
    assert not find_doubt(row, DATE(2026, 11, 4), "ENG", description)


def test_bank_holidays_are_asked_about_by_nation() -> None:
    england = ["2026-12-25", "2026-12-28", "2027-01-01", "2027-03-26", "2027-03-29", "2027-05-03", "2027-05-31"]
    assert [*doubts("")] == england
    scotland = {*england} - {"2027-03-29"} | {"2026-11-30", "2027-01-04"}
    assert [*doubts("", "SCT")] == sorted(scotland)
    assert doubts("")["2026-12-25"] == "It is a bank holiday (Christmas Day)"
    assert doubts("including bank holidays") == {}
    for words in ("except bank holidays", "(ex BH)", "Bank Hols excl.", "not bank hols"):
        assert doubts(words) == {}
    assert [*doubts("not Christmas Day or Good Friday")] == [
        day for day in england if day not in (england[0], england[3])
    ]


def test_school_holidays_are_asked_about() -> None:
    found = doubts("term time only")
    assert {"2026-12-22", "2027-02-16", "2027-03-30", "2027-04-06", "2027-05-31"} <= found.keys()
    assert not {"2026-12-01", "2027-01-19", "2027-03-02", "2027-05-11"} & found.keys()
    assert may_be_school_holiday(DATE(2027, 6, 30), "SCT")
    assert not may_be_school_holiday(DATE(2027, 6, 30), "ENG")
    for words in (
        "closed during half term",
        "we follow the school calendar",
        "academic year",
        "on school days",
        "when schools are open",
        "we do not run during half term",
        "breaks up for school holidays",
    ):
        assert {"2026-12-22", "2027-02-16"} <= doubts(words).keys()
    for words in ("we close between Christmas and New Year", "Closed Christmas to New Year"):
        assert {"2026-12-21", "2026-12-29"} <= doubts(words).keys()
        assert "2026-12-01" not in doubts(words)


@pytest.mark.parametrize(
    "words",
    [
        "weather permitting",
        "volunteers permitting",
        "during Lent",
        "if numbers allow",
        "ring first",
        "subject to the tide",
        "until further notice",
        "if the hall is free",
    ]
    + ["not when raining", "tide permitting", "no class on Eid", "Lent only"],
)
def test_what_depends_on_something_is_asked_about_each_time(words: str) -> None:
    assert len(doubts(words)) == len(days("", byday="MO,TU,FR", last=DATE(2027, 5, 31)))


def test_what_never_closes_is_open_on_christmas_day() -> None:
    every = {"freq": "WEEKLY", "byday": "MO,TU,WE,TH,FR,SA,SU", "opens_at": datetime.time(0)}
    assert not find_doubt(Schedule(**every, closes_at=datetime.time(23, 59)), DATE(2026, 12, 25), "ENG")
    assert find_doubt(Schedule(**every, closes_at=datetime.time(20)), DATE(2026, 12, 25), "ENG")
    assert not find_doubt(Schedule(dtstart=DATE(2026, 12, 25)), DATE(2026, 12, 25), "ENG")


@pytest.mark.django_db
@pytest.mark.parametrize(("code", "nation"), [("EH1 1AA", "SCT"), ("BT1 5GS", "NIR"), ("CF10 1AA", "ENG"), ("", "ENG")])
def test_the_nation_is_that_of_the_postcode(code: str, nation: str) -> None:
    service = listed("Walk")
    service.at_locations.get().location.__class__.objects.update(postcode=code)
    assert find_nation(service) == nation


def test_reading_takes_no_longer_than_twice_for_twice_the_words() -> None:
    for piece in ("not on ", "first ", "(", "1 ", "january ", "every ", "call ", "closed, ", "-", "except bank and "):
        begun = time.perf_counter()
        read_conditions(piece * 100_000)
        assert time.perf_counter() - begun < 0.5
    assert words_allow(Schedule(notes="x" * 900), TODAY)
