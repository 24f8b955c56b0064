"""Sessions as an iCalendar file (RFC 5545), for the calendar of a phone.

Each pattern is one repeating event on London's wall clock, with its time zone, so that it stays right when the clocks
change. A session that was moved or cancelled is an override of its day (RECURRENCE-ID). `icalendar` writes it.
"""

import copy
import datetime
from collections.abc import Collection, Iterable, Iterator
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from icalendar import Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vRecur, vText

from agencies.messages import absolute_url
from directory.catalogue.doubts import closed_on, find_doubt, find_nation
from directory.catalogue.hours import format_conditions
from directory.catalogue.timetable import build_session_times, list_meeting_days
from directory.catalogue.wording import format_costs
from directory.models import Schedule, Service, ServiceAtLocation, Session, Status
from directory.models.session import Frequency

YEAR = datetime.timedelta(days=366)


def render_calendar(name: str, events: Iterable[Event]) -> bytes:
    """The file. Its time zone is written out, as some readers know none (RFC 5545, 3.6.5)."""
    found = Calendar()
    found.add("prodid", f"-//{settings.PLACE['name']}//Sessions//EN")
    found.add("version", "2.0")
    found.add("method", "PUBLISH")
    found.add("x-wr-calname", name)
    found.add_component(_build_london())
    for event in events:
        found.add_component(event)
    return bytes(found.to_ical())


def _build_london() -> Timezone:
    """Europe/London by the rule that holds since 1996 (EU directive 2000/84/EC, kept in British law)."""
    zone = Timezone()
    zone.add("tzid", "Europe/London")
    halves = (
        (TimezoneDaylight(), "BST", 3, datetime.datetime(1996, 3, 31, 1), (0, 1)),
        (TimezoneStandard(), "GMT", 10, datetime.datetime(1996, 10, 27, 2), (1, 0)),
    )
    for half, name, month, start, (before, after) in halves:
        half.add("tzname", name)
        half.add("dtstart", start)
        half.add("rrule", vRecur({"freq": "YEARLY", "bymonth": month, "byday": "-1SU"}))
        half.add("tzoffsetfrom", datetime.timedelta(hours=before))
        half.add("tzoffsetto", datetime.timedelta(hours=after))
        zone.add_component(half)
    return zone


def build_series_events(service: Service, sessions: Iterable[Session]) -> list[Event]:
    """All meetings of a service as `directory.catalogue.detail` read it, with its `sessions` as they were laid out."""
    today, by_place = timezone.localdate(), _places_by_id(service)
    made: list[Event] = []
    firsts: dict[Any, datetime.date] = {}
    rows = list(sessions)
    laid_out = {(row.schedule_id, row.on) for row in rows}
    for schedule in service.schedules.all():
        first = _find_first_day(service, schedule)
        if first and schedule.opens_at:
            firsts[schedule.pk] = first
            made.append(_build_repeating_event(service, schedule, first, by_place, today))
            made += _build_doubtful_events(service, schedule, by_place, today, laid_out)
    schedules: dict[Any, Schedule] = {schedule.pk: schedule for schedule in service.schedules.all()}
    for session in rows:
        override = _build_override(service, session, schedules.get(session.schedule_id), firsts, by_place, today)
        made += [override] if override else []
    return made


def _build_doubtful_events(
    service: Service, schedule: Schedule, by_place: Any, today: datetime.date, laid_out: Collection[Any]
) -> Iterator[Event]:
    """Of the year ahead, the days to ask about first, without those of which there is a row: that one tells."""
    nation = find_nation(service, schedule)
    for day in list_meeting_days(schedule, today, today + YEAR):
        why = find_doubt(schedule, day, nation, service.description)
        if why and (schedule.pk, day) not in laid_out and not closed_on(schedule, day, nation):
            event = _build_event(service, f"{schedule.pk}", schedule, by_place, today)
            times = build_session_times(day, schedule.opens_at, schedule.closes_at)
            event.add("recurrence-id", _to_london(times[0]))
            _set_times(event, *times)
            _mark_doubtful(event, service, why)
            yield event


def _mark_doubtful(event: Event, service: Service, why: str) -> None:
    event["summary"] = vText(f"Check first: {service.name}")
    event["description"] = vText("\n".join((f"Check first. {why}.", str(event.get("description", "")))).strip())
    event.add("status", "TENTATIVE")


def _apply_session(event: Event, service: Service, session: Session) -> None:
    """Its own times, and whether it is on."""
    _set_times(event, session.starts_at, session.ends_at)
    if session.cancelled_at:
        event["summary"] = f"Not on: {service.name}"
        event.add("status", "CANCELLED")
    elif session.is_in_doubt:
        _mark_doubtful(event, service, session.check_first)


def build_dated_events(service: Service, sessions: Iterable[Session]) -> list[Event]:
    """Each session as an event of its own, for a calendar of many services over some weeks."""
    today, by_place = timezone.localdate(), _places_by_id(service)
    made = []
    schedules: dict[Any, Schedule] = {schedule.pk: schedule for schedule in service.schedules.all()}
    for session in sessions:
        name = f"{session.schedule_id or session.pk}-{session.on:%Y%m%d}"
        event = _build_event(service, name, schedules.get(session.schedule_id), by_place, today, session)
        _apply_session(event, service, session)
        made.append(event)
    return made


def _places_by_id(service: Service) -> dict[Any, ServiceAtLocation]:
    return {at.pk: at for at in service.at_locations.all()}


def _find_first_day(service: Service, schedule: Schedule) -> datetime.date | None:
    """The day that the series starts on. Nothing meets while closed for now; then from the day it runs again."""
    start = schedule.dtstart or schedule.valid_from or timezone.localdate(service.created_at)
    if service.status == Status.CLOSED and service.paused_until:
        start = max(start, service.paused_until)
    elif service.status != Status.ACTIVE:
        return None
    return next(iter(list_meeting_days(schedule, start, start + YEAR)), None)


def _build_repeating_event(
    service: Service, schedule: Schedule, first: datetime.date, by_place: Any, today: datetime.date
) -> Event:
    event = _build_event(service, f"{schedule.pk}", schedule, by_place, today)
    _set_times(event, *build_session_times(first, schedule.opens_at, schedule.closes_at))
    off = {day for day in schedule.skips if day >= first} | _list_days_off(service, schedule, first, today)
    rule = _build_rrule(schedule, max(today, first) + YEAR)
    if rule:
        event.add("rrule", rule)
    for day in sorted(off):
        event.add("exdate", _to_london(build_session_times(day, schedule.opens_at, None)[0]))
    return event


def _list_days_off(
    service: Service, schedule: Schedule, first: datetime.date, today: datetime.date
) -> set[datetime.date]:
    """The days until a year from now that the rule gives and the words take away: "not in August"."""
    bare, nation = copy.copy(schedule), find_nation(service, schedule)
    bare.notes = bare.description = ""
    last = max(today, first) + YEAR
    left = {day for day in list_meeting_days(schedule, first, last) if not closed_on(schedule, day, nation)}
    return set(list_meeting_days(bare, first, last)) - left


def _build_rrule(schedule: Schedule, until: datetime.date) -> vRecur | None:
    """RRULE of the pattern; None for a single date. It says nothing of what comes after `until`: which days of those
    are off, or to be asked about, is not in the file."""
    if schedule.freq != Frequency.MONTHLY and not schedule.days and not schedule.freq:
        return None
    rule: dict[str, Any] = {"freq": schedule.freq or Frequency.WEEKLY.value}
    if schedule.interval > 1:
        rule["interval"] = schedule.interval
    last = min(filter(None, (schedule.valid_to, until)))
    rule["until"] = build_session_times(last, datetime.time(23, 59, 59), None)[0]
    numbered = [part.strip() for part in schedule.byday.split(",") if part.strip()]
    named = numbered if schedule.freq == Frequency.MONTHLY else schedule.days
    if named:
        rule["byday"] = named
    if schedule.freq == Frequency.MONTHLY and schedule.bymonthday:
        rule["bymonthday"] = [int(part) for part in schedule.bymonthday.split(",") if part.strip()]
    return vRecur(rule)


def _build_override(
    service: Service, session: Session, schedule: Schedule | None, firsts: Any, by_place: Any, today: datetime.date
) -> Event | None:
    """What a session says otherwise than its pattern; None when it says the same."""
    first = firsts.get(schedule.pk) if schedule else None
    in_series = bool(schedule and first and session.on >= first and list_meeting_days(schedule, session.on, session.on))
    if not in_series and session.cancelled_at:
        return None  # a date of its own that is off, or of a day the pattern has no more
    event = _build_event(
        service,
        f"{schedule.pk if in_series and schedule else session.pk}",
        schedule,
        by_place,
        today,
        session,
    )
    if in_series and schedule and schedule.opens_at:
        usual = build_session_times(session.on, schedule.opens_at, schedule.closes_at)
        same = (session.starts_at, session.ends_at) == usual and session.at_location_id == schedule.at_location_id
        if same and not session.cancelled_at and not session.note and not session.is_in_doubt:
            return None
        event.add("recurrence-id", _to_london(usual[0]))
    _apply_session(event, service, session)
    return event


def _build_event(
    service: Service,
    name: str,
    schedule: Schedule | None,
    by_place: Any,
    today: datetime.date,
    session: Session | None = None,
) -> Event:
    """What all events of a service say, with what is said of this pattern or session. `name` makes it the same one
    each time the file is fetched."""
    event = Event()
    page = absolute_url("directory:service", service.pk)
    event.add("uid", f"{name}@{urlsplit(settings.PLACE['base_url']).hostname}")
    event.add("dtstamp", service.last_modified.astimezone(datetime.UTC))
    event.add("summary", service.name)
    event.add("url", page)
    where = session or schedule
    at = by_place.get(where.at_location_id) if where else None
    at = at or (next(iter(by_place.values())) if len(by_place) == 1 else None)
    if at and at.location.address_lines:
        event.add("location", ", ".join(at.location.address_lines))
    words = format_conditions(schedule) if schedule else ""
    said = [
        session.note if session else "",
        words[:1].upper() + words[1:],
        "; ".join(format_costs(service, today)),
        service.phone,
        page,
    ]
    event.add("description", "\n".join(part for part in said if part))
    return event


def _set_times(event: Event, start: datetime.datetime, end: datetime.datetime | None) -> None:
    event.add("dtstart", _to_london(start))
    if end:
        event.add("dtend", _to_london(end))


def _to_london(at: datetime.datetime) -> datetime.datetime:
    return at.astimezone(timezone.get_default_timezone())
