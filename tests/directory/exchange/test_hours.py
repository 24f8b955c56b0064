"""Hours with their conditions, from a cell of a table to the page, the calendar, the open data and the API."""

import csv
import datetime
import io
import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from directory.catalogue.timetable import list_upcoming_sessions
from directory.models import Run, Service
from tests.directory.exchange.test_importer import walk

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 11, 28, 9, tzinfo=datetime.UTC)  # a Saturday

# what stood in the cell → the line of hours, and the first dates that are given ("?" before one to check first)
CELLS = [
    (
        "Thursday, 10:30am to 12:30pm (term time only)",
        "Thursdays, 10:30am to 12:30pm (term time only)",
        ["12-03", "12-10", "?12-17"],
    ),
    ("<ul><li>Tuesday - 10:30am to 2:30pm</li><li>Thursday - 10:30am to 2:30pm</li></ul>", None, ["12-01", "12-03"]),
    ("10am-12pm first Tuesday of the month", "First Tuesday of the month, 10am to midday", ["12-01", "01-05"]),
    ("Wednesday 00:00 - 00:00", "Wednesdays", []),
    ("Wednesday 19:30 - 18:30", "Wednesday 19:30 - 18:30", []),
    (
        "Mondays 2pm-4pm except bank holidays",
        "Mondays, 2pm to 4pm (except bank holidays)",
        ["11-30", "12-07", "12-14", "12-21", "01-04"],
    ),
    ("Fridays 2pm-4pm", "Fridays, 2pm to 4pm", ["12-04", "12-11", "12-18", "?12-25", "?01-01", "01-08"]),
    ("Tuesday 10am - 12pm\nThursday 2pm - 4pm", None, ["12-01", "12-03"]),
    ("Friday 18:00 Ã¢â‚¬â€œ 21:00", "Fridays, 6pm to 9pm", ["12-04"]),
    ("Tuesdays 10am - 12pm until 1 March 2024", "Until 1 March 2024: ask whether it is still on", []),
    ("Every other Tuesday 10am - 12pm", "Every second week on Tuesday, 10am to midday", []),
    (
        "Tuesdays 10am - 12pm (November to March)",
        "Tuesdays, 10am to midday (November to March)",
        ["12-01", "12-08"],
    ),
    ("Tuesdays 10am - 12pm (April to October)", "Tuesdays, 10am to midday (April to October)", []),
    ("Tuesdays 10am - 12pm (members only)", "Tuesdays, 10am to midday (members only)", ["12-01"]),
    ("Saturdays 10-12 except the second Saturday", None, ["11-28", "12-05", "12-19"]),
    ("Tuesdays 10-12 (monthly)", "Tuesdays, 10am to midday (monthly)", []),
    ("Tuesdays 10-12 by appointment", "Tuesdays, 10am to midday (by appointment)", []),
    ("starts 5 January, Tuesdays 10am-12pm", "Tuesdays, 10am to midday (starts 5 January)", ["01-05", "01-12"]),
    ("Sundays 10am weather permitting", "Sundays, from 10am (weather permitting)", ["?11-29", "?12-06"]),
    ("Mon–Fri 9–5 (closed 12–1)", "Monday to Friday, 9am to 5pm (closed 12-1)", ["11-30"]),
    ("Fri 10 till late", "Fridays, from 10am (until late)", ["12-04"]),
    ("Tuesdays 10-12 ask Jo which weeks", "Tuesdays 10-12 ask Jo which weeks", []),
    ("Daily 9am-5pm, closed Christmas Day", None, ["11-29"]),
]


def brought_in(tmp_path: Path, *cells: str) -> dict[str, Service]:
    text = io.StringIO()
    rows = [[f"Club {n}", "Tea", "Old Church Hall", "BN11 1EE", cell] for n, cell in enumerate(cells)]
    csv.writer(text).writerows([["Name", "Description", "Address", "Postcode", "Hours"], *rows])
    (tmp_path / "hours.csv").write_text(text.getvalue())
    call_command("import_services", str(tmp_path / "hours.csv"), "--source", "Hours", verbosity=0)
    return {cell: Service.objects.get(name=f"Club {n}") for n, cell in enumerate(cells)}


def test_hours_are_said_with_their_conditions_and_no_date_that_is_in_doubt(
    tmp_path: Path, client: Client, time_machine
) -> None:
    time_machine.move_to(NOW)
    services = brought_in(tmp_path, *(cell for cell, *_ in CELLS))
    for cell, line, dates in CELLS:
        page = client.get(reverse("directory:service", args=[services[cell].pk])).text
        if line:
            assert f">{line}<" in page, cell
        found = [
            f"{'?' if one.check_first else ''}{timezone.localtime(one.starts_at):%m-%d}"
            for one in list_upcoming_sessions(services[cell], 6)
        ]
        assert (cell, found[: len(dates)], bool(found)) == (cell, dates, bool(dates))
        assert ("Check first." in page) == any(one.startswith("?") for one in found[:4]), cell


def test_what_cannot_be_so_is_in_the_report(tmp_path: Path) -> None:
    brought_in(tmp_path, "Wednesday 19:30 - 18:30", "Wednesday 00:00 - 00:00")
    problems = [said for *_, said in Run.objects.get().problems]
    assert any("is that right?" in said for said in problems)
    assert any("is not known" in said for said in problems)


def feed(tmp_path: Path, **schedule: object) -> Service:
    (tmp_path / "feed.json").write_text(json.dumps([walk(schedules=[schedule])]))
    call_command("import_services", str(tmp_path / "feed.json"), "--source", "Feed", verbosity=0)
    return Service.objects.get(source="Feed")


@pytest.mark.parametrize(
    ("times", "said"),
    [
        ({"opens_at": "00:00", "closes_at": "00:00"}, "is not known"),
        ({"opens_at": "19:30", "closes_at": "18:30"}, "is that right?"),
        ({"opens_at": "22:00", "closes_at": "06:00"}, ""),
        ({"opens_at": "00:00", "closes_at": "23:59"}, ""),
    ],
)
def test_a_feeds_times_that_cannot_be_so_give_no_date(tmp_path: Path, times: dict[str, str], said: str) -> None:
    service = feed(tmp_path, freq="WEEKLY", byday="WE", **times)
    problems = [said for *_, said in Run.objects.get().problems]
    assert any(said in one for one in problems) if said else not problems
    assert bool(list_upcoming_sessions(service)) == (not said)


def test_the_words_go_into_the_calendar_the_open_data_and_the_api(tmp_path: Path, client: Client, time_machine) -> None:
    time_machine.move_to(NOW)
    (service,) = brought_in(tmp_path, "Mondays 2pm-4pm (not in January)").values()
    calendar = Calendar.from_ical(client.get(reverse("directory:calendar", args=[service.pk])).content)
    series, *others = calendar.walk("VEVENT")
    assert "Not in January" in series["DESCRIPTION"]
    left_out = {day.dt.date() for one in series["EXDATE"] for day in one.dts}
    assert {day for day in left_out if day.month == 1} == left_out
    assert "UNTIL" in series["RRULE"]
    christmas = next(one for one in others if one["DTSTART"].dt.date() == datetime.date(2026, 12, 28))
    assert (christmas["STATUS"], str(christmas["SUMMARY"])) == ("TENTATIVE", "Check first: Club 0")
    assert "bank holiday (Boxing Day)" in christmas["DESCRIPTION"]
    assert christmas["UID"] == series["UID"]
    (zone,) = calendar.walk("VTIMEZONE")
    assert [part["RRULE"].to_ical() for part in zone.subcomponents] == [
        b"FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3",
        b"FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10",
    ]

    (schedule,) = client.get(reverse("directory:oruk_services_item", args=[service.pk])).json()["schedules"]
    assert schedule["notes"] == "Not in January"
