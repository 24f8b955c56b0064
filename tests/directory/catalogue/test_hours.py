"""Schedules in words."""

import datetime
from typing import Any

import pytest

from directory.catalogue.hours import format_schedule, format_schedules
from directory.models import Schedule

TODAY = datetime.date(2026, 11, 22)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"freq": "WEEKLY", "byday": "TU"}, "Tuesdays"),
        (
            {"freq": "WEEKLY", "byday": "TU", "opens_at": datetime.time(10, 30), "closes_at": datetime.time(12)},
            "Tuesdays, 10:30am to midday",
        ),
        ({"freq": "WEEKLY", "byday": "TH,TU", "opens_at": datetime.time(14)}, "Tuesdays and Thursdays, from 2pm"),
        ({"freq": "WEEKLY", "byday": "MO,TU,WE,TH,FR"}, "Monday to Friday"),
        ({"freq": "WEEKLY", "byday": "MO,TU,WE,TH,FR,SA,SU"}, "Every day"),
        ({"freq": "WEEKLY", "byday": "WE", "interval": 2}, "Every second week on Wednesday"),
        ({"freq": "WEEKLY", "dtstart": datetime.date(2026, 11, 20)}, "Fridays"),
        ({"freq": "MONTHLY", "byday": "2TU"}, "Second Tuesday of the month"),
        ({"freq": "MONTHLY", "byday": "1MO,3MO"}, "First Monday and third Monday of the month"),
        ({"freq": "MONTHLY", "byday": "-1FR"}, "Last Friday of the month"),
        ({"freq": "MONTHLY", "bymonthday": "1,15"}, "On the 1st and on the 15th of the month"),
        ({"freq": "MONTHLY"}, "Every month"),
        ({"byday": "SA", "closes_at": datetime.time(17)}, "Saturdays, until 5pm"),
        ({"byday": "SA", "closes_at": datetime.time(23, 59)}, "Saturdays, until midnight"),
        ({"byday": "SA", "opens_at": datetime.time(0), "closes_at": datetime.time(23, 59)}, "Saturdays, day and night"),
        ({"byday": "MO", "notes": "Term-time. Except August."}, "Mondays (term-time; except August)"),
        ({"notes": "9.30am-5pm"}, "9.30am-5pm"),
        ({"description": "By appointment\nCall first"}, "By appointment"),
        ({}, ""),
    ],
)
def test_hours_are_said_as_people_say_them(fields: dict[str, Any], words: str) -> None:
    assert format_schedule(Schedule(**fields)) == words


def test_hours_come_in_the_order_of_the_week_and_without_what_is_over() -> None:
    rows = [
        Schedule(freq="WEEKLY", byday="FR"),
        Schedule(freq="WEEKLY", byday="MO", valid_to=TODAY),
        Schedule(freq="WEEKLY", byday="SU", valid_to=TODAY - datetime.timedelta(days=1)),
        Schedule(freq="WEEKLY", byday="FR"),
    ]
    assert format_schedules(rows, TODAY) == ["Mondays", "Fridays"]
