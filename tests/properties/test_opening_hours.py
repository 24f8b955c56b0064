"""Hours: what is written in a known way is read so; what is not, is left as text, and never an error."""

from hypothesis import given
from hypothesis import strategies as st

from directory.models import Schedule
from directory.models.session import DAY_NAMES
from directory.publishing.snapshot import set_columns
from directory.text.cleaning import parse_time, parse_weekdays
from directory.text.opening_hours import parse_opening_hours
from tests.properties.strategies import awkward_text

CODES = [*DAY_NAMES]
WORDS = [
    *(
        "Mon",
        "Tuesdays",
        "weds",
        "Thurs",
        "Sat.",
        "Sundays",
        "daily",
        "weekdays",
        "weekends",
        "closed",
        "24/7",
        "7 days",
    ),
    *("first", "1st", "last", "every second", "of the month", "monthly", "fortnightly", "every other"),
    *("9am", "9-5", "10.30", "1730", "12 noon", "midnight", "7.30pm", "until 5", "to", "-", "&", ",", "and", "25:99"),
    *("term time only", "(except bank holidays)", "by appointment"),
]


@given(awkward_text(WORDS))
def test_whatever_is_written_gives_schedules_that_can_be_kept_or_none(text: str) -> None:
    for found in parse_opening_hours(text) or []:
        set_columns(Schedule(), found, tuple(found))  # each name is a column, and each value fits it
        assert found["freq"] in ("WEEKLY", "MONTHLY")
        assert found["byday"]
        assert parse_weekdays(found["byday"]) == found["byday"]
        for name in ("opens_at", "closes_at"):
            assert name not in found or parse_time(found[name]) is not None


def write_day(code: str, style: int) -> str:
    name = DAY_NAMES[code]
    return [name, f"{name}s", name[:3], name.upper(), name[:3].lower()][style]


def write_time(minutes: int, style: int) -> str:
    hour, minute = divmod(minutes, 60)
    half = "am" if hour < 12 else "pm"
    return [f"{hour:02}:{minute:02}", f"{hour:02}{minute:02} hrs", f"{(hour - 1) % 12 + 1}.{minute:02}{half}"][style]


@given(
    days=st.sets(st.sampled_from(CODES), min_size=1),
    span=st.tuples(st.integers(0, 1438), st.integers(0, 1438)).filter(lambda at: at[0] < at[1]),
    style=st.tuples(st.integers(0, 4), st.integers(0, 2)),
    joins=st.tuples(st.sampled_from([", ", " & ", " and ", "/"]), st.sampled_from(["-", " - ", " to ", "–"])),
)
def test_days_and_hours_written_in_a_known_way_are_read_so(
    days: set[str], span: tuple[int, int], style: tuple[int, int], joins: tuple[str, str]
) -> None:
    between_days, between_times = joins
    wanted = sorted(days, key=CODES.index)
    text = between_days.join(write_day(code, style[0]) for code in wanted)
    text += f" {between_times.join(write_time(at, style[1]) for at in span)}"
    opens, closes = (f"{at // 60:02}:{at % 60:02}" for at in span)
    expected = {"freq": "WEEKLY", "byday": ",".join(wanted), "opens_at": opens, "closes_at": closes}
    assert parse_opening_hours(text) == [expected], text
