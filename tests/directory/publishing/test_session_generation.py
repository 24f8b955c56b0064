"""Sessions from patterns: London time whatever the clocks do, and what is booked stays."""

import datetime
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.utils import timezone

from agencies.models import Author
from directory.catalogue.timetable import (
    build_session_times,
    has_room,
    list_meeting_days,
    list_stray_sessions,
    list_upcoming_sessions,
    sync_sessions,
)
from directory.hooks import on_session_changed
from directory.models import Capacity, Location, Schedule, Service, ServiceAtLocation, Session, Status
from directory.publishing.versions import build_snapshot, update_listing
from tests.factories import ServiceFactory

LONDON = ZoneInfo("Europe/London")
DATE = datetime.date


def clock(hour, minute=0):
    return datetime.time(hour, minute)


def pattern(service=None, **fields):
    fields = {"freq": "WEEKLY", "byday": "TU", "opens_at": clock(10, 30), "closes_at": clock(12)} | fields
    return Schedule(**fields) if service is None else Schedule.objects.create(service=service, **fields)


def met(schedule, first, last):
    return [day.isoformat() for day in list_meeting_days(schedule, DATE.fromisoformat(first), DATE.fromisoformat(last))]


@pytest.fixture
def heard():
    said = []
    listener = on_session_changed.register(lambda session, what: said.append((session.on, what)))
    yield said
    on_session_changed.unregister(listener)


@pytest.fixture
def now():
    """A Monday morning in autumn, six days before the clocks go back."""
    with time_machine.travel(datetime.datetime(2026, 10, 19, 9, tzinfo=LONDON), tick=False) as traveller:
        yield traveller


PATTERNS = [  # fields, first, last, the days
    ({}, "2026-10-19", "2026-11-04", ["2026-10-20", "2026-10-27", "2026-11-03"]),
    ({"byday": "TU,TH"}, "2026-10-19", "2026-10-27", ["2026-10-20", "2026-10-22", "2026-10-27"]),
    (
        {"interval": 2, "dtstart": DATE(2026, 10, 6)},
        "2026-10-19",
        "2026-11-20",
        ["2026-10-20", "2026-11-03", "2026-11-17"],
    ),
    ({"interval": 2}, "2026-10-19", "2026-12-01", []),  # every second week, nobody knows from when
    ({"interval": 3, "dtstart": DATE(1990, 1, 1), "byday": ""}, "2026-10-12", "2026-11-08", ["2026-10-19"]),
    ({"freq": "MONTHLY", "byday": "2TU"}, "2026-10-01", "2026-12-31", ["2026-10-13", "2026-11-10", "2026-12-08"]),
    ({"freq": "MONTHLY", "byday": "-1FR"}, "2026-10-01", "2026-11-30", ["2026-10-30", "2026-11-27"]),
    ({"freq": "MONTHLY", "byday": "1MO,3MO"}, "2026-10-01", "2026-10-31", ["2026-10-05", "2026-10-19"]),
    ({"freq": "MONTHLY", "byday": "1TU,FR"}, "2026-10-01", "2026-10-14", ["2026-10-02", "2026-10-06", "2026-10-09"]),
    ({"freq": "MONTHLY", "byday": "", "bymonthday": "1,15"}, "2026-10-02", "2026-11-14", ["2026-10-15", "2026-11-01"]),
    ({"freq": "MONTHLY", "byday": "", "bymonthday": "31"}, "2026-10-01", "2026-12-31", ["2026-10-31", "2026-12-31"]),
    ({"freq": "MONTHLY", "byday": "", "bymonthday": "-1"}, "2027-02-01", "2027-02-28", ["2027-02-28"]),
    (
        {"freq": "MONTHLY", "byday": "", "dtstart": DATE(2020, 5, 9)},
        "2026-10-01",
        "2026-11-30",
        ["2026-10-09", "2026-11-09"],
    ),
    (
        {"freq": "MONTHLY", "byday": "1TU", "interval": 2, "dtstart": DATE(2026, 9, 1)},
        "2026-10-01",
        "2026-12-31",
        ["2026-11-03"],
    ),
    ({"freq": "MONTHLY", "byday": "", "bymonthday": ""}, "2026-10-01", "2026-12-31", []),
    ({"freq": "", "byday": "", "dtstart": DATE(2026, 10, 24)}, "2026-10-01", "2026-12-31", ["2026-10-24"]),
    ({"freq": "", "byday": ""}, "2026-10-01", "2026-12-31", []),
    ({"freq": "", "byday": "SA"}, "2026-10-19", "2026-10-31", ["2026-10-24", "2026-10-31"]),
    ({"skips": [DATE(2026, 10, 27)]}, "2026-10-19", "2026-11-04", ["2026-10-20", "2026-11-03"]),
    ({"valid_to": DATE(2026, 10, 27)}, "2026-10-19", "2026-12-31", ["2026-10-20", "2026-10-27"]),
    ({"valid_from": DATE(2026, 11, 1)}, "2026-10-19", "2026-11-04", ["2026-11-03"]),
    ({"dtstart": DATE(2026, 10, 22)}, "2026-10-19", "2026-11-04", ["2026-10-27", "2026-11-03"]),
    ({"byday": "2TU,XX"}, "2026-10-19", "2026-10-27", ["2026-10-20", "2026-10-27"]),  # as feeds write it
    ({"freq": "MONTHLY", "byday": "TU", "bymonthday": "99,x,0"}, "2026-10-01", "2026-10-10", []),
    ({"dtstart": DATE(1, 1, 1), "interval": 9999}, "2026-10-01", "2026-12-31", []),
]


@pytest.mark.parametrize(("fields", "first", "last", "expected"), PATTERNS)
def test_given_a_pattern_then_its_days(fields, first, last, expected):
    assert met(pattern(**fields), first, last) == expected


# --- The clocks -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("start", "before", "after"),
    [
        (datetime.datetime(2026, 10, 19, 9, tzinfo=LONDON), "09:30", "10:30"),  # back on 25 October
        (datetime.datetime(2027, 3, 22, 9, tzinfo=LONDON), "10:30", "09:30"),  # on on 28 March
    ],
)
def test_given_a_weekly_group_when_the_clocks_change_then_it_stays_at_half_past_ten(start, before, after):
    with time_machine.travel(start, tick=False):
        service = ServiceFactory()
        pattern(service)
        sync_sessions(service)
        rows = list(Session.coming())
    assert len(rows) == 12
    assert {timezone.localtime(row.starts_at).time() for row in rows} == {clock(10, 30)}
    assert {timezone.localtime(row.ends_at).time() for row in rows} == {clock(12)}
    assert [row.starts_at.strftime("%H:%M") for row in rows[:2]] == [before, after]


def test_given_half_past_one_on_the_night_the_clocks_go_on_then_the_offset_before_the_leap():
    start, end = build_session_times(DATE(2027, 3, 28), clock(1, 30), clock(2))
    assert start == datetime.datetime(2027, 3, 28, 1, 30, tzinfo=datetime.UTC)  # 2:30 by the new clock
    assert end - start == datetime.timedelta(minutes=30)
    assert build_session_times(DATE(2027, 3, 28), clock(1, 30), clock(4))[1] == datetime.datetime(
        2027, 3, 28, 3, tzinfo=datetime.UTC
    )


def test_given_half_past_one_on_the_night_the_clocks_go_back_then_the_first_of_the_two():
    start, end = build_session_times(DATE(2026, 10, 25), clock(1, 30), clock(1, 45))
    assert start == datetime.datetime(2026, 10, 25, 0, 30, tzinfo=datetime.UTC)
    assert end - start == datetime.timedelta(minutes=15)


def test_given_an_end_after_midnight_then_it_is_on_the_next_day():
    start, end = build_session_times(DATE(2026, 12, 31), clock(22), clock(1))
    assert end - start == datetime.timedelta(hours=3)
    assert build_session_times(DATE(2026, 12, 31), clock(22), None)[1] is None


def test_a_nightly_series_over_both_change_nights_keeps_to_the_database(now):
    service = ServiceFactory()
    pattern(service, byday="SU", opens_at=clock(1, 30), closes_at=clock(2))
    sync_sessions(service)
    now.move_to(datetime.datetime(2027, 3, 1, tzinfo=LONDON))
    sync_sessions(service)
    assert Session.objects.filter(on=DATE(2027, 3, 28)).exists()


# --- Into rows ------------------------------------------------------------------------------------------


def test_given_a_second_run_then_nothing_new_and_later_more(now):
    service = ServiceFactory()
    pattern(service, places=8)
    sync_sessions(service)
    first = set(Session.objects.values_list("pk", "on"))
    sync_sessions(service)
    assert set(Session.objects.values_list("pk", "on")) == first
    assert len(first) == 12
    now.shift(datetime.timedelta(days=7))
    sync_sessions(service)
    assert Session.objects.count() == 13
    assert first < set(Session.objects.values_list("pk", "on"))


def test_given_another_day_then_unbooked_sessions_move_and_booked_ones_stay_with_a_warning(now):
    service = ServiceFactory()
    row = pattern(service, places=8)
    sync_sessions(service)
    booked = Session.objects.filter(on=DATE(2026, 10, 27)).get()
    Session.objects.filter(pk=booked.pk).update(taken=3)
    Schedule.objects.filter(pk=row.pk).update(byday="TH")
    sync_sessions(service)
    found = [row.on for row in Session.objects.order_by("on")]
    assert found[:3] == [DATE(2026, 10, 22), DATE(2026, 10, 27), DATE(2026, 10, 29)]
    assert {day.weekday() for day in found} == {1, 3}
    assert [row.pk for row in list_stray_sessions(service)] == [booked.pk]


def test_given_another_time_then_sessions_keep_their_id_and_booked_ones_their_time(now):
    service = ServiceFactory()
    row = pattern(service, places=8)
    sync_sessions(service)
    ids = set(Session.objects.values_list("pk", flat=True))
    booked = Session.objects.filter(on=DATE(2026, 10, 27)).get()
    Session.objects.filter(pk=booked.pk).update(taken=1)
    Schedule.objects.filter(pk=row.pk).update(opens_at=clock(14), closes_at=clock(15))
    sync_sessions(service)
    assert set(Session.objects.values_list("pk", flat=True)) == ids
    times = {row.on: timezone.localtime(row.starts_at).hour for row in Session.objects.all()}
    assert times.pop(booked.on) == 10
    assert set(times.values()) == {14}
    assert list_stray_sessions(service) == [booked]


def test_given_fewer_or_more_places_then_no_session_is_overbooked_and_more_places_are_told(now, heard):
    service = ServiceFactory()
    row = pattern(service, places=8)
    sync_sessions(service)
    Session.objects.filter(on=DATE(2026, 10, 27)).update(taken=6)
    Schedule.objects.filter(pk=row.pk).update(places=5)
    sync_sessions(service)
    places = dict(Session.objects.values_list("on", "places"))
    assert (places[DATE(2026, 10, 20)], places[DATE(2026, 10, 27)]) == (5, 8)
    assert (DATE(2026, 10, 27), "places") not in heard
    assert [row.on for row in list_stray_sessions(service)] == [DATE(2026, 10, 27)]
    Schedule.objects.filter(pk=row.pk).update(places=10)
    sync_sessions(service)
    assert set(Session.objects.values_list("places", flat=True)) == {10}
    assert (DATE(2026, 10, 27), "places") in heard
    assert list_stray_sessions(service) == []


def test_given_a_cancelled_or_a_changed_session_then_the_pattern_leaves_it(now):
    service = ServiceFactory()
    row = pattern(service)
    sync_sessions(service)
    moved, off = Session.objects.order_by("on")[:2]
    later = moved.starts_at + datetime.timedelta(hours=2)
    Session.objects.filter(pk=moved.pk).update(changed=True, starts_at=later, ends_at=None)
    Session.objects.filter(pk=off.pk).update(cancelled_at=timezone.now(), cancelled_why="No key")
    Schedule.objects.filter(pk=row.pk).update(opens_at=clock(9))
    sync_sessions(service)
    moved.refresh_from_db()
    assert moved.starts_at == later
    assert Session.objects.filter(on=off.on).count() == 1
    assert list_upcoming_sessions(service, 2)[1].cancelled_why == "No key"
    assert list_upcoming_sessions(service, 2)[1].is_cancelled


def test_given_a_pattern_is_taken_out_then_booked_sessions_stay(now):
    service = ServiceFactory()
    pattern(service, places=4)
    sync_sessions(service)
    Session.objects.filter(on=DATE(2026, 10, 27)).update(taken=1)
    update_listing(service, build_snapshot(service) | {"schedules": []}, by=Author.system(), what="No pattern")
    left = Session.objects.get()
    assert (left.on, left.schedule) == (DATE(2026, 10, 27), None)
    assert list_stray_sessions(service) == [left]


def test_given_a_day_off_then_its_session_goes(now):
    service = ServiceFactory()
    row = pattern(service)
    sync_sessions(service)
    Schedule.objects.filter(pk=row.pk).update(skips=[DATE(2026, 10, 27)])
    sync_sessions(service)
    assert not Session.objects.filter(on=DATE(2026, 10, 27)).exists()


@pytest.mark.parametrize(
    ("fields", "first"),
    [
        ({"status": Status.CLOSED, "paused_until": DATE(2026, 11, 10)}, DATE(2026, 11, 10)),
        ({"status": Status.CLOSED}, None),
        ({"status": Status.DEFUNCT}, None),
        ({"published_at": None}, None),
        ({"source": "Another directory"}, None),
    ],
)
def test_given_it_does_not_run_then_no_sessions_until_it_does(now, fields, first):
    service = ServiceFactory(**fields)
    pattern(service)
    sync_sessions(service)
    assert Session.objects.order_by("on").values_list("on", flat=True).first() == first


def test_given_today_has_begun_then_the_next_is_next_week(now):
    service = ServiceFactory()
    pattern(service, byday="MO", opens_at=clock(9))
    sync_sessions(service)
    assert Session.objects.order_by("on").first().on == DATE(2026, 10, 26)


def test_given_a_session_was_moved_to_this_morning_then_it_is_not_laid_out_again(now):
    service = ServiceFactory()
    pattern(service, byday="MO")
    sync_sessions(service)
    earlier = timezone.now() - datetime.timedelta(hours=1)
    Session.objects.filter(on=DATE(2026, 10, 19)).update(changed=True, starts_at=earlier, ends_at=None)
    sync_sessions(service)
    assert Session.objects.filter(on=DATE(2026, 10, 19)).count() == 1


# --- What comes -----------------------------------------------------------------------------------------


def test_given_a_listing_from_a_feed_then_its_sessions_are_computed(now, django_assert_num_queries):
    service = ServiceFactory(source="Another directory")
    at = ServiceAtLocation.objects.create(
        service=service, location=Location.objects.create(name="St Mary's Hall", city="Worthing")
    )
    pattern(service, at_location=at)
    pattern(service, byday="WE", opens_at=None, closes_at=None)  # no time, no session
    read = Service.objects.prefetch_related("schedules", "at_locations__location").get(pk=service.pk)
    with django_assert_num_queries(0):
        found = list_upcoming_sessions(read, 3)
    assert [timezone.localtime(one.starts_at).strftime("%d %b %H:%M") for one in found] == [
        "20 Oct 10:30",
        "27 Oct 10:30",
        "03 Nov 10:30",
    ]
    assert {(one.where, one.session, one.places_left) for one in found} == {("St Mary's Hall, Worthing", None, None)}


def test_given_rows_then_they_come_with_places_left_and_note(now):
    service = ServiceFactory()
    pattern(service, places=4)
    sync_sessions(service)
    Session.objects.filter(on=DATE(2026, 10, 20)).update(taken=3, note="Bring a coat")
    first = list_upcoming_sessions(service, 1)[0]
    assert (first.places_left, first.note, first.session.on) == (1, "Bring a coat", DATE(2026, 10, 20))


def test_has_room_says_yes_no_or_nobody_knows(now):
    service = ServiceFactory()
    assert has_room(service) is None
    pattern(service, places=1)
    sync_sessions(service)
    assert has_room(service) is True
    Session.objects.update(taken=1)
    assert has_room(service) is False
    uncounted = ServiceFactory()
    Capacity.objects.create(service=uncounted, available=0)
    assert has_room(uncounted) is False
    Capacity.objects.update(available=2)
    assert has_room(uncounted) is True
