"""When a service meets next: its patterns laid out as sessions, in London time whatever the clocks do.

A pattern is an RRULE of RFC 5545, repeated by python-dateutil on London's wall clock and made a moment date by date:
a group at 10:30 meets at 10:30 before and after the clocks change. A time that the clocks leap over in March is
read with the offset before the leap, one that comes twice in October as the first (RFC 5545, 3.3.5).
"""

import datetime
import re
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from dateutil import rrule
from django.db import transaction
from django.db.models import ProtectedError
from django.utils import timezone

from directory.catalogue.doubts import closed_on, find_doubt, find_nation, words_allow
from directory.catalogue.hours import format_conditions
from directory.hooks import on_session_changed
from directory.models import Schedule, Service, ServiceAtLocation, Session, Status
from directory.models.session import DAY_NAMES, Frequency

LAYOUT_HORIZON = datetime.timedelta(weeks=12)
DAYS_CHANGED = "The days have changed"
MAX_ROOM_SESSIONS = 4  # sessions looked at to say whether there is room
RRULE_WEEKDAYS = {code: getattr(rrule, code) for code in DAY_NAMES}
WEEK = datetime.timedelta(weeks=1)


@dataclass(frozen=True)
class UpcomingSession:
    """A session to come: of a row, or computed from the pattern of a listing that has none."""

    starts_at: datetime.datetime
    ends_at: datetime.datetime | None
    places_left: int | None  # None: not counted
    where: str  # the place in a few words; "" when it is the same for all or not known
    session: Session | None = None
    cancelled_why: str = ""
    note: str = ""
    check_first: str = ""  # why the date may be off, until its group has said that it is on
    words: str = ""  # what its pattern says beside its times: "term time only"

    @property
    def is_cancelled(self) -> bool:
        return self.session is not None and self.session.cancelled_at is not None


# --- From a pattern to days and moments ------------------------------------------------------------------


def list_meeting_days(schedule: Schedule, first: datetime.date, last: datetime.date) -> list[datetime.date]:
    """The days on which it meets, from `first` to `last`, in order. None where the pattern leaves them open,
    as "every second week" does that does not say from when, or where its words put them in doubt."""
    begin = max(filter(None, (first, schedule.dtstart, schedule.valid_from)))
    end = min(filter(None, (last, schedule.valid_to)))
    rule = _build_rule(schedule, begin, end) if begin <= end else ()
    days = [day for at in rule if begin <= (day := at.date()) <= end and day not in schedule.skips]
    return [day for day in days if words_allow(schedule, day)]


def _build_rule(schedule: Schedule, begin: datetime.date, end: datetime.date) -> Iterable[datetime.datetime]:
    """The rule from a little before `begin`: however long ago it started, it is as quick."""
    anchor = schedule.dtstart or schedule.valid_from
    if schedule.freq == Frequency.MONTHLY:
        return _build_monthly_rule(schedule, anchor, begin, end)
    if not schedule.days and not anchor:
        return ()
    if not schedule.days and not schedule.freq:
        return [_at_midnight(schedule.dtstart)] if schedule.dtstart else []
    if schedule.interval > 1 and not anchor:
        return ()
    start = anchor or begin
    step = WEEK * schedule.interval
    start += step * max((begin - start) // step, 0)
    named = [RRULE_WEEKDAYS[day] for day in schedule.days] or [start.weekday()]
    monday = start - datetime.timedelta(days=start.weekday())
    days: Iterable[datetime.datetime] = rrule.rrule(
        rrule.WEEKLY, dtstart=_at_midnight(monday), until=_at_midnight(end), interval=schedule.interval, byweekday=named
    )
    return days


def _build_monthly_rule(
    schedule: Schedule, anchor: datetime.date | None, begin: datetime.date, end: datetime.date
) -> Iterable[datetime.datetime]:
    named = [  # each with its number: dateutil takes "MO,1TU" for what is both, and nothing is
        RRULE_WEEKDAYS[read[2]](number)
        for part in schedule.byday.split(",")
        if (read := re.fullmatch(r"([+-]?[1-5])?([A-Z]{2})", part.strip())) and read[2] in RRULE_WEEKDAYS
        for number in ([int(read[1])] if read[1] else range(1, 6))
    ]
    numbers = [int(part) for part in schedule.bymonthday.split(",") if re.fullmatch(r"-?[1-9][0-9]?", part.strip())]
    if not named and not numbers:
        numbers = [anchor.day] if anchor else []
    if not (named or numbers) or (schedule.interval > 1 and not anchor):
        return ()
    start = anchor or begin
    months = (begin.year - start.year) * 12 + begin.month - start.month
    ahead = max(months // schedule.interval, 0) * schedule.interval + start.month - 1
    first = datetime.date(start.year + ahead // 12, ahead % 12 + 1, 1)
    days: Iterable[datetime.datetime] = rrule.rrule(
        rrule.MONTHLY,
        dtstart=_at_midnight(first),
        until=_at_midnight(end),
        interval=schedule.interval,
        byweekday=named or None,
        bymonthday=numbers or None,
    )
    return days


def _at_midnight(day: datetime.date) -> datetime.datetime:
    return datetime.datetime.combine(day, datetime.time())


def build_session_times(
    day: datetime.date, opens_at: datetime.time | None, closes_at: datetime.time | None
) -> tuple[datetime.datetime, datetime.datetime | None]:
    """Beginning and end in UTC of what is on from `opens_at` to `closes_at` London time. An end that is not
    after the beginning lies on the next day; a session is never shorter than none for the clocks' sake. Raises
    ValueError for what has no beginning."""
    if opens_at is None:
        raise ValueError("A session has a beginning.")
    start = _london_to_utc(day, opens_at)
    if closes_at is None or closes_at == opens_at:
        return start, None
    end = _london_to_utc(day if closes_at > opens_at else day + datetime.timedelta(days=1), closes_at)
    if end <= start:  # the clocks leapt over the beginning
        end = start + (datetime.datetime.combine(day, closes_at) - datetime.datetime.combine(day, opens_at))
    return start, end


def _london_to_utc(day: datetime.date, at: datetime.time) -> datetime.datetime:
    return datetime.datetime.combine(day, at, timezone.get_default_timezone()).astimezone(datetime.UTC)


def generate_sessions(service: Service, now: datetime.datetime, last: datetime.date) -> Iterator[Session]:
    """The sessions its patterns ask for from `now` to the day `last`, as rows that are not saved. Reads
    `service.schedules.all()`. What is closed for now starts again on `paused_until`, or not at all."""
    first = timezone.localdate(now)
    if service.status == Status.CLOSED and service.paused_until:
        first = max(first, service.paused_until)
    elif service.status != Status.ACTIVE:
        return
    for schedule in service.schedules.all():
        nation = find_nation(service, schedule)
        for day in list_meeting_days(schedule, first, last) if schedule.opens_at else ():
            if closed_on(schedule, day, nation):
                continue
            starts_at, ends_at = build_session_times(day, schedule.opens_at, schedule.closes_at)
            if starts_at > now:
                yield Session(
                    service=service,
                    schedule=schedule,
                    on=day,
                    starts_at=starts_at,
                    ends_at=ends_at,
                    places=schedule.places,
                    at_location_id=schedule.at_location_id,
                    check_first=find_doubt(schedule, day, nation, service.description),
                )


# --- Into rows --------------------------------------------------------------------------------------------


@transaction.atomic
def sync_sessions(service: Service) -> None:
    """Make the rows of the next 12 weeks fit the patterns: nightly, and after each change. May run twice.

    Only for what is kept here and published. A session that was changed by hand, cancelled or booked keeps its
    time (`list_stray_sessions` names the booked ones that no longer fit); the others move with the pattern. Rows are
    locked in the order service → sessions.
    """
    if service.source or service.published_at is None:
        return
    Service.objects.select_for_update(no_key=True).get(pk=service.pk)
    now = timezone.now()
    fresh = Service.objects.prefetch_related("schedules", "at_locations__location").get(pk=service.pk)
    new = {
        (row.schedule_id, row.on): row
        for row in generate_sessions(fresh, now, timezone.localdate(now) + LAYOUT_HORIZON)
    }
    rows = Session.coming().filter(service=service).exclude(schedule=None).order_by("starts_at", "id")
    for row in rows.select_for_update(of=("self",)):
        _sync_session(row, new.pop((row.schedule_id, row.on), None))
    passed = Session.objects.filter(service=service, on__gte=timezone.localdate(now), starts_at__lte=now)
    for key in passed.values_list("schedule_id", "on"):
        new.pop(key, None)  # moved by hand to earlier today: it has been
    Session.objects.bulk_create(new.values(), ignore_conflicts=True)


def _sync_session(row: Session, wanted: Session | None) -> None:
    """One row that is there already, and what the pattern now asks for on its day."""
    if wanted and row.cancelled_why == DAYS_CHANGED and not row.taken:
        row.cancelled_at, row.cancelled_why = None, ""  # the pattern gives the day again
    if row.changed or row.cancelled_at:
        return
    if wanted is None:
        if not row.taken:
            _remove_session(row)
        return
    if not row.taken:
        row.starts_at, row.ends_at, row.at_location_id = wanted.starts_at, wanted.ends_at, wanted.at_location_id
    row.check_first = wanted.check_first
    before = row.places
    if wanted.places is None or wanted.places >= row.taken:
        row.places = wanted.places
    row.save(
        update_fields=["starts_at", "ends_at", "at_location", "places", "check_first", "cancelled_at", "cancelled_why"]
    )
    if row.places != before:
        notify_session_changed(row, "places")


def _remove_session(row: Session) -> None:
    """A day that the pattern no longer gives. Where somebody once booked, it stays, cancelled."""
    try:
        with transaction.atomic():
            row.delete()
    except ProtectedError:
        row.cancelled_at, row.cancelled_why = timezone.now(), DAYS_CHANGED
        row.save(update_fields=["cancelled_at", "cancelled_why"])
        notify_session_changed(row, "cancelled")


def notify_session_changed(row: Session, what: str) -> None:
    """Say to whoever listens that a session was "cancelled" or "moved", or that its "places" are others."""
    for hear in on_session_changed:
        hear(row, what)


def remove_sessions_of(schedules: Iterable[Schedule]) -> None:
    """Before patterns are deleted: their coming sessions go too, but not those that are booked."""
    gone: list[uuid.UUID] = [row.pk for row in schedules]
    for row in Session.coming().filter(schedule__in=gone, taken=0, cancelled_at=None):
        _remove_session(row)


def list_stray_sessions(service: Service) -> list[Session]:
    """Booked sessions to come that the pattern would no longer have so: for a warning, until somebody moves or
    cancels them."""
    booked = Session.coming().filter(service=service, taken__gt=0, changed=False, cancelled_at=None)
    rows = list(booked.select_related("at_location__location"))
    if not rows:
        return []
    asked = {(w.schedule_id, w.on): w for w in generate_sessions(service, timezone.now(), rows[-1].on)}
    return [row for row in rows if not _matches_pattern(row, asked.get((row.schedule_id, row.on)))]


def _matches_pattern(row: Session, wanted: Session | None) -> bool:
    if wanted is None:
        return False
    places_fit = wanted.places == row.places
    return (row.starts_at, row.ends_at, row.at_location_id) == (
        wanted.starts_at,
        wanted.ends_at,
        wanted.at_location_id,
    ) and places_fit


# --- What comes -------------------------------------------------------------------------------------------


def list_upcoming_sessions(service: Service, n: int = 6) -> list[UpcomingSession]:
    """The next `n` sessions, cancelled ones among them: for what is kept here its rows, `service.coming` where
    directory.catalogue.detail has read it; for a feed's listing, or a draft, computed from its patterns (reads
    `schedules` and `at_locations`, prefetched or not)."""
    places = {at.pk: at for at in service.at_locations.all()}
    words = {row.pk: format_conditions(row) for row in service.schedules.all()}
    if not service.source:
        known = getattr(service, "coming", None)
        rows = list(Session.coming().filter(service=service)[:n]) if known is None else known[:n]
        if rows:
            return [_build_upcoming(row, places, words) for row in rows]
    now = timezone.now()
    for ahead in (n * WEEK, LAYOUT_HORIZON):  # what meets each week needs no further look: this is on a page's own path
        asked = sorted(generate_sessions(service, now, timezone.localdate(now) + ahead), key=lambda row: row.starts_at)
        if len(asked) >= n:
            break
    return [replace(_build_upcoming(row, places, words), session=None, places_left=None) for row in asked[:n]]


def _build_upcoming(
    row: Session, places: dict[uuid.UUID, ServiceAtLocation], words: dict[uuid.UUID, str]
) -> UpcomingSession:
    return UpcomingSession(
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        places_left=row.places_shown,
        where=_format_place(row, places),
        session=row,
        cancelled_why=row.cancelled_why,
        note=row.note,
        check_first=row.check_first if row.is_in_doubt else "",
        words=words.get(row.schedule_id, "") if row.schedule_id else "",
    )


def _format_place(row: Session, places: dict[uuid.UUID, ServiceAtLocation]) -> str:
    at = places.get(row.at_location_id) if row.at_location_id else None
    only = next(iter(places.values())) if len(places) == 1 else None
    found = at or only
    return found.location.short_address if found else ""


def runs_on(service: Service, day: datetime.date) -> bool:
    """Whether it runs on that day, as far as anybody knows now: what is closed for now does from `paused_until` on."""
    reopens = service.paused_until
    return service.is_running or (service.status == Status.CLOSED and reopens is not None and day >= reopens)


def has_room(service: Service) -> bool | None:
    """Whether one of its next sessions has a place left, or its group says that there is room; None: nobody counts.

    One query for what is kept here; otherwise reads `service.capacities.all()`, prefetched or not.
    """
    if not service.source:
        counted = Session.coming().filter(Session.CERTAIN, service=service, cancelled_at=None, places__isnull=False)
        if rows := list(counted[:MAX_ROOM_SESSIONS]):
            return any(row.has_room for row in rows)
    said = [row.available for row in service.capacities.all()]
    return any(said) if said else None
