"""Patterns laid out as days and moments, against a plain reading of RFC 5545, across every change of the clocks."""

import datetime
from calendar import monthrange
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from config.working_days import add_working_days, is_working_day, working_days_between
from directory.catalogue.freshness import REMINDER_DAYS, next_ask_date, silence_cutoff
from directory.catalogue.timetable import build_session_times, list_meeting_days
from directory.models import Schedule, Service
from directory.models.service import ConfirmationInterval
from directory.models.session import DAY_NAMES
from tests.properties.strategies import CLOCKS, DAYS

LONDON = ZoneInfo("Europe/London")
ONE_DAY = datetime.timedelta(days=1)
CODES = [*DAY_NAMES]
MAYBE = st.none() | DAYS


def last_sunday(year: int, month: int) -> datetime.date:
    """When the clocks change, in March and October."""
    end = datetime.date(year, month, 31)
    return end - ONE_DAY * ((end.weekday() + 1) % 7)


CHANGES = st.builds(
    lambda year, month, back: last_sunday(year, month) - ONE_DAY * back,
    st.integers(2015, 2040),
    st.sampled_from([3, 10]),
    st.integers(0, 1),
)


# --- Days -----------------------------------------------------------------------------------------------


def meets_on(schedule: Schedule, day: datetime.date) -> bool:
    """RFC 5545 read plainly, day by day."""
    anchor = schedule.dtstart or schedule.valid_from
    if day in schedule.skips or any(start and day < start for start in (schedule.dtstart, schedule.valid_from)):
        return False
    if schedule.valid_to and day > schedule.valid_to:
        return False
    if schedule.freq == "WEEKLY":
        first = anchor or day
        weeks = ((day - ONE_DAY * day.weekday()) - (first - ONE_DAY * first.weekday())).days // 7
        return CODES[day.weekday()] in schedule.byday.split(",") and weeks % schedule.interval == 0
    months = (day.year - anchor.year) * 12 + day.month - anchor.month if anchor else 0
    nth, nth_last = (day.day - 1) // 7 + 1, -((monthrange(day.year, day.month)[1] - day.day) // 7 + 1)
    code = CODES[day.weekday()]
    written = {f"{nth}{code}", f"{nth_last}{code}", code}
    return months % schedule.interval == 0 and not written.isdisjoint(schedule.byday.split(","))


WEEKLY = st.sets(st.sampled_from(CODES), min_size=1).map(sorted).map(",".join)
NTHS = st.sampled_from(["1", "2", "3", "4", "5", "-1", ""])
NTH_DAYS = st.tuples(NTHS, st.sampled_from(CODES)).map("".join)
MONTHLY = st.sets(NTH_DAYS, min_size=1, max_size=3).map(sorted).map(",".join)


@given(
    pattern=st.tuples(st.just("WEEKLY"), WEEKLY) | st.tuples(st.just("MONTHLY"), MONTHLY),
    interval=st.integers(1, 3),
    bounds=st.tuples(MAYBE, MAYBE, MAYBE),
    window=st.tuples(DAYS, st.integers(0, 200)),
    skips=st.lists(st.integers(0, 200), max_size=3),
)
def test_it_meets_on_the_days_that_a_plain_reading_gives(
    pattern: tuple[str, str],
    interval: int,
    bounds: tuple[datetime.date | None, datetime.date | None, datetime.date | None],
    window: tuple[datetime.date, int],
    skips: list[int],
) -> None:
    dtstart, valid_from, valid_to = bounds
    first, length = window
    schedule = Schedule(
        freq=pattern[0],
        byday=pattern[1],
        interval=interval if dtstart or valid_from else 1,
        dtstart=dtstart,
        valid_from=valid_from,
        valid_to=valid_to,
        skips=[first + n * ONE_DAY for n in skips],
    )
    days = [first + n * ONE_DAY for n in range(length + 1)]
    assert list_meeting_days(schedule, days[0], days[-1]) == [day for day in days if meets_on(schedule, day)]


@given(
    start=st.dates(),
    interval=st.integers(1, 32767),
    freq=st.sampled_from(["WEEKLY", "MONTHLY", ""]),
    first=st.dates(),
    numbers=st.text("-0123456789,", max_size=9),
)
def test_no_pattern_of_a_feed_is_an_error(
    start: datetime.date, interval: int, freq: str, first: datetime.date, numbers: str
) -> None:
    schedule = Schedule(freq=freq, interval=interval, dtstart=start, bymonthday=numbers)
    last = min(first, datetime.date.max - 90 * ONE_DAY) + 84 * ONE_DAY
    assert all(first <= day <= last for day in list_meeting_days(schedule, first, last))


# --- Moments --------------------------------------------------------------------------------------------


@given(day=CHANGES | DAYS, opens_at=CLOCKS, closes_at=st.none() | CLOCKS)
def test_it_meets_at_its_time_in_london_whatever_the_clocks_do(
    day: datetime.date, opens_at: datetime.time, closes_at: datetime.time | None
) -> None:
    starts, ends = build_session_times(day, opens_at, closes_at)
    there = starts.astimezone(LONDON)
    leapt = there.replace(tzinfo=None) != datetime.datetime.combine(day, opens_at)
    assert not leapt or (there.hour, opens_at.hour, day.month) == (2, 1, 3), "only the hour that is leapt over moves"
    if closes_at in (None, opens_at):
        assert ends is None
        return
    assert ends is not None
    on_paper = datetime.datetime.combine(day, closes_at) - datetime.datetime.combine(day, opens_at)
    on_paper += ONE_DAY if on_paper < datetime.timedelta(0) else datetime.timedelta(0)
    assert abs(ends - starts - on_paper) <= datetime.timedelta(hours=1)
    assert starts < ends


# --- Working days, and when a group is asked ------------------------------------------------------------


@given(DAYS, st.integers(0, 30))
def test_working_days_added_are_working_days_counted(day: datetime.date, n: int) -> None:
    end = add_working_days(day, n)
    assert is_working_day(end)
    assert end >= day
    if n:
        assert working_days_between(day, end) == n
        assert working_days_between(end, day) == -n
        assert n == 1 or add_working_days(day, n - 1) < end
    else:
        assert not any(is_working_day(day + ONE_DAY * gap) for gap in range((end - day).days))


@given(DAYS, st.sampled_from(ConfirmationInterval.values), DAYS)
def test_a_group_is_asked_after_its_interval_and_never_before(
    assured: datetime.date, months: int, today: datetime.date
) -> None:
    due = next_ask_date(Service(assured_date=assured, confirm_every=months))
    assert assured < due
    assert (due.year - assured.year) * 12 + due.month - assured.month == months
    assert due.day == min(assured.day, monthrange(due.year, due.month)[1])
    assert (today - silence_cutoff(today)).days == REMINDER_DAYS
