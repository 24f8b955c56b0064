"""The calendar file of an activity, unfolded as a phone would: over clock changes, moved, cancelled, skipped."""

import datetime
import uuid
from zoneinfo import ZoneInfo

import pytest
import time_machine
from dateutil.rrule import rrulestr
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from directory.catalogue.timetable import sync_sessions
from directory.models import Schedule, Service, Session
from directory.models.service import Status
from tests.conftest import signed_in_client
from tests.directory.making import listed
from tests.factories import MembershipFactory

LONDON = ZoneInfo("Europe/London")
MARCH = datetime.datetime(2026, 3, 2, 9, tzinfo=LONDON)  # a Monday; the clocks go forward on 29 March
OCTOBER = datetime.datetime(2026, 10, 12, 9, tzinfo=LONDON)  # they go back on 25 October


def fetched(client: Client, service: Service) -> Calendar:
    response = client.get(reverse("directory:calendar", args=[service.pk]))
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    return Calendar.from_ical(response.content)


def unfolded(calendar: Calendar, first: datetime.datetime, weeks: int = 6) -> list[str]:
    """What takes place in those weeks, as RFC 5545 has it: the series without EXDATE, its overrides put in place."""
    last, found = first + datetime.timedelta(weeks=weeks), {}
    for event in calendar.walk("VEVENT"):
        if "RECURRENCE-ID" in event:
            continue
        start = event["DTSTART"].dt
        left_out = event.get("EXDATE", [])
        left_out = [d.dt for one in (left_out if isinstance(left_out, list) else [left_out]) for d in one.dts]
        rule = event.get("RRULE")
        starts = rrulestr(rule.to_ical().decode(), dtstart=start).between(first, last) if rule else [start]
        found.update({(event["UID"], at): at for at in starts if at not in left_out})
    for event in calendar.walk("VEVENT"):
        if "RECURRENCE-ID" in event:
            found.pop((event["UID"], event["RECURRENCE-ID"].dt), None)
            if event.get("STATUS") != "CANCELLED":
                found[event["UID"], event["RECURRENCE-ID"].dt] = event["DTSTART"].dt
    return sorted(f"{at.astimezone(LONDON):%m-%d %H:%M}" for at in found.values() if first <= at <= last)


def walk(**fields: object) -> Service:
    """An activity on Tuesdays, 10:30 to midday, laid out."""
    service = listed("Harbour walk", day="TU", phone="01632 960001")
    Schedule.objects.update(**fields)
    Session.objects.all().delete()
    sync_sessions(service)
    return service


@pytest.mark.parametrize(
    ("now", "days"),
    [
        (MARCH, ["03-03", "03-10", "03-17", "03-24", "03-31", "04-07"]),
        (OCTOBER, ["10-13", "10-20", "10-27", "11-03", "11-10", "11-17"]),
    ],
)
def test_it_is_the_same_time_of_day_before_and_after_the_clocks_change(
    client: Client, now: datetime.datetime, days: list[str]
) -> None:
    with time_machine.travel(now):
        calendar = fetched(client, walk())
        rows = [timezone.localtime(row.starts_at) for row in Session.coming()[:6]]
    assert unfolded(calendar, now) == [f"{day} 10:30" for day in days]
    later = now + datetime.timedelta(days=380)
    assert not unfolded(calendar, later), "nobody knows yet which of those are bank holidays, or off"
    assert [f"{row:%m-%d %H:%M}" for row in rows] == unfolded(calendar, now)


def test_it_says_its_time_zone_in_full(client: Client) -> None:
    with time_machine.travel(MARCH):
        calendar = fetched(client, walk())
    (zone,) = calendar.walk("VTIMEZONE")
    assert zone["TZID"] == "Europe/London"
    assert {part.name for part in zone.subcomponents} == {"STANDARD", "DAYLIGHT"}
    (event,) = calendar.walk("VEVENT")
    assert event["DTSTART"].params["TZID"] == "Europe/London"
    assert event["DTEND"].dt - event["DTSTART"].dt == datetime.timedelta(hours=1, minutes=30)


def test_it_says_what_one_needs_to_know(client: Client) -> None:
    service = walk()
    (event,) = fetched(client, service).walk("VEVENT")
    assert event["SUMMARY"] == "Harbour walk"
    assert "St Mary's Hall" in event["LOCATION"]
    assert "01632 960001" in event["DESCRIPTION"]
    assert str(service.pk) in event["URL"]


def test_a_day_that_is_left_out_is_not_there(client: Client) -> None:
    with time_machine.travel(MARCH):
        calendar = fetched(client, walk(skips=[datetime.date(2026, 3, 31)]))
    assert unfolded(calendar, MARCH) == ["03-03 10:30", "03-10 10:30", "03-17 10:30", "03-24 10:30", "04-07 10:30"]


def test_a_moved_and_a_cancelled_session_are_overrides_of_their_day(client: Client) -> None:
    with time_machine.travel(MARCH):
        service = walk()
        Session.objects.filter(on="2026-03-10").update(
            starts_at=datetime.datetime(2026, 3, 11, 14, tzinfo=LONDON),
            changed=True,
            ends_at=datetime.datetime(2026, 3, 11, 15, tzinfo=LONDON),
        )
        Session.objects.filter(on="2026-03-31").update(cancelled_at=timezone.now(), cancelled_why="Snow")
        calendar = fetched(client, service)
    assert unfolded(calendar, MARCH) == ["03-03 10:30", "03-11 14:00", "03-17 10:30", "03-24 10:30", "04-07 10:30"]
    cancelled = next(e for e in calendar.walk("VEVENT") if e.get("STATUS") == "CANCELLED")
    assert cancelled["SUMMARY"] == "Not on: Harbour walk"


def test_a_date_of_its_own_is_an_event_of_its_own(client: Client) -> None:
    with time_machine.travel(MARCH):
        service = walk()
        at = datetime.datetime(2026, 3, 7, 11, tzinfo=LONDON)
        Session.objects.create(service=service, on=at.date(), starts_at=at, note="Open day")
        calendar = fetched(client, service)
    assert unfolded(calendar, MARCH, weeks=1) == ["03-03 10:30", "03-07 11:00"]
    assert "Open day" in next(e["DESCRIPTION"] for e in calendar.walk("VEVENT") if "DTEND" not in e)


@pytest.mark.parametrize(
    ("pattern", "days"),
    [
        ({"interval": 2, "dtstart": datetime.date(2026, 2, 24)}, ["03-10", "03-24", "04-07"]),
        ({"freq": "MONTHLY", "byday": "2TU"}, ["03-10"]),
        ({"freq": "MONTHLY", "byday": "-1TU"}, ["03-31"]),
        ({"freq": "MONTHLY", "byday": "", "bymonthday": "15", "dtstart": datetime.date(2026, 1, 15)}, ["03-15"]),
        ({"byday": "TU,TH", "valid_to": datetime.date(2026, 3, 12)}, ["03-03", "03-05", "03-10", "03-12"]),
        ({"byday": "", "freq": "", "dtstart": datetime.date(2026, 3, 20)}, ["03-20"]),
        ({"interval": 2}, []),  # every second week, and nobody says from when
        ({"opens_at": None, "closes_at": None}, []),
    ],
)
def test_each_kind_of_pattern_comes_out_as_it_is_laid_out(client: Client, pattern: dict, days: list[str]) -> None:
    with time_machine.travel(MARCH):
        calendar = fetched(client, walk(**pattern))
        rows = [f"{timezone.localtime(row.starts_at):%m-%d %H:%M}" for row in Session.coming()]
    assert unfolded(calendar, MARCH, weeks=5) == [f"{day} 10:30" for day in days if day < "04-06"]
    assert [row for row in rows if row < "04-06"] == unfolded(calendar, MARCH, weeks=5)


def test_over_midnight_it_ends_the_next_day(client: Client) -> None:
    with time_machine.travel(MARCH):
        calendar = fetched(client, walk(opens_at=datetime.time(22), closes_at=datetime.time(1)))
    (event,) = calendar.walk("VEVENT")
    assert event["DTEND"].dt - event["DTSTART"].dt == datetime.timedelta(hours=3)


def test_what_is_closed_for_now_starts_again_when_it_says(client: Client) -> None:
    with time_machine.travel(MARCH):
        service = walk()
        Session.objects.all().delete()
        Service.objects.update(status=Status.CLOSED, paused_until=datetime.date(2026, 3, 20))
        assert unfolded(fetched(client, service), MARCH, weeks=4) == ["03-24 10:30"]
        Service.objects.update(paused_until=None)
        assert unfolded(fetched(client, service), MARCH) == []


def test_the_same_file_comes_out_each_time(client: Client) -> None:
    service = walk()
    address = reverse("directory:calendar", args=[service.pk])
    assert client.get(address).content == client.get(address).content
    assert b"\r\n" in client.get(address).content


def test_who_may_not_see_the_page_gets_no_file(client: Client) -> None:
    service = walk()
    address = reverse("directory:calendar", args=[service.pk])
    Service.objects.update(published_at=None)
    assert client.get(address).status_code == 404
    own = signed_in_client(Client(), MembershipFactory(agency=service.agency, role="provider"))
    assert own.get(address).status_code == 200
    assert client.get(reverse("directory:calendar", args=[uuid.uuid4()])).status_code == 404


def test_the_wrong_verb_changes_nothing(client: Client) -> None:
    assert client.post(reverse("directory:calendar", args=[walk().pk])).status_code == 405
