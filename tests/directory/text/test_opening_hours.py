"""Hours as people write them: read when certain, else left as text."""

import pytest

from directory.text.opening_hours import parse_opening_hours


def short(text: str) -> str | None:
    """ "MO,TU 09:00-17:00; 1TU 14:00-", for comparing."""
    found = parse_opening_hours(text)
    if found is None:
        return None
    parts = []
    for row in found:
        span = f"{row.get('opens_at', '')}-{row.get('closes_at', '')}" if row.keys() & {"opens_at", "closes_at"} else ""
        often = f"/{row['interval']}" if "interval" in row else ""
        parts.append(f"{row['byday']}{often} {span}".strip())
    return "; ".join(parts)


WEEK = "MO,TU,WE,TH,FR"
ALL = f"{WEEK},SA,SU"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("Mon-Fri 9am-5pm", f"{WEEK} 09:00-17:00"),
        ("Mon - Fri: 9.00am – 5.00pm", f"{WEEK} 09:00-17:00"),
        ("Monday to Friday, 9am to 5pm", f"{WEEK} 09:00-17:00"),
        ("Weds 7.30pm", "WE 19:30-"),
        ("Tues 10-12", "TU 10:00-12:00"),
        ("Thurs 2-4", "TH 14:00-16:00"),
        ("Thursdays 2-4pm", "TH 14:00-16:00"),
        ("Friday 9-5", "FR 09:00-17:00"),
        ("Fri 9:30-11:30", "FR 09:30-11:30"),
        ("Tuesdays 10:30 - 12 noon", "TU 10:30-12:00"),
        ("Tuesday 11-1pm", "TU 11:00-13:00"),
        ("Saturday 10am-1", "SA 10:00-13:00"),
        ("Mon, Wed & Fri 10am-2pm", "MO,WE,FR 10:00-14:00"),
        ("Mon-Thurs 9-5, Fri 9-4.30", "MO,TU,WE,TH 09:00-17:00; FR 09:00-16:30"),
        ("Mo-Fr 09:00-17:00; Sa 10:00-12:00", f"{WEEK} 09:00-17:00; SA 10:00-12:00"),
        ("Monday: 9:00 AM – 5:00 PM\nTuesday: Closed\nWednesday: 9:00 AM – 5:00 PM", "MO 09:00-17:00; WE 09:00-17:00"),
        ("9am-12pm Mondays", "MO 09:00-12:00"),
        ("10am-12pm Tuesdays, 2pm-4pm Thursdays", "TU 10:00-12:00; TH 14:00-16:00"),
        ("Mon-Fri 9am-12pm and 1pm-5pm", f"{WEEK} 09:00-12:00; {WEEK} 13:00-17:00"),
        ("first Tuesday of the month, 2pm", "1TU 14:00-"),
        ("1st and 3rd Wednesday of the month 10.30am-12", "1WE,3WE 10:30-12:00"),
        ("Fırst and firſt Tuesday of the month, 2pm", "1TU 14:00-"),
        ("Last Friday of every month 7pm to 9pm", "-1FR 19:00-21:00"),
        ("Fortnightly Tuesday 7.30pm", "TU/2 19:30-"),
        ("Every other Tuesday 7.30pm", "TU/2 19:30-"),
        ("Every 2nd Tuesday of the month, 2pm", "2TU 14:00-"),
        ("Second Tuesday of each month, 2pm", "2TU 14:00-"),
        ("Every 2nd and 4th Tuesday 2pm", "2TU,4TU 14:00-"),
        ("Every day 8am-8pm", f"{ALL} 08:00-20:00"),
        ("24/7", f"{ALL} 00:00-23:59"),
        ("Weekdays 0900-1730", f"{WEEK} 09:00-17:30"),
        ("Weekends 10am to 4pm", "SA,SU 10:00-16:00"),
        ("Fri-Mon 10am-4pm", "MO,FR,SA,SU 10:00-16:00"),
        ("Friday 6pm-2am", "FR 18:00-02:00"),
        ("Tuesdays", "TU"),
        ("Mon until 5pm", "MO -17:00"),
        ("Sunday closed, Mon-Sat 10am-4pm", "MO,TU,WE,TH,FR,SA 10:00-16:00"),
        ("Tuesday 19:30-21:30", "TU 19:30-21:30"),
        ("Tuesday 19.30", "TU 19:30-"),
        ("Tuesday 9 a.m. - 1 p.m.", "TU 09:00-13:00"),
    ],
)
def test_what_is_certain_is_read(text: str, read: str) -> None:
    assert short(text) == read


@pytest.mark.parametrize(
    "text",
    [
        "",
        "varies",
        "Call for times",
        "7-9",
        "Tuesday 7-9",
        "Tuesday 7.30",
        "10am-4pm",
        "Monthly, Tuesday",
        "April to October: Mon-Sun 10-4",
        "Tuesday 25:00",
        "Tuesday 9am-9am",
        "TBC",
        "Mon-Fri 9am-5pm or so",
        "Monday 13pm",
        "mostly Tuesdays",
        "Tuesday 31/12/2026",
        "Mon 9-5 " * 200,
        "Sat on the fence",
        "(",
        "-",
        "9",
        "\x00",
        "Монday",
        "closed",
        "Tuesday closed",
        "Every 2nd Tuesday 2pm",
        "every second Tuesday, 2pm to 4pm",
    ],
)
def test_what_is_not_certain_stays_text(text: str) -> None:
    assert short(text) is None


@pytest.mark.parametrize(
    ("text", "note"),
    [
        ("Mon 9am-3pm (term time only)", "Term time only"),
        ("Mon 9am-3pm term time only", "Term time only"),
        ("Mon-Fri 9am-5pm excluding bank holidays", "Excluding bank holidays"),
        ("Drop-in Tuesdays 2-4pm", "Drop-in"),
    ],
)
def test_what_is_said_beside_the_hours_is_a_note(text: str, note: str) -> None:
    assert [row["notes"] for row in parse_opening_hours(text) or []] == [note]
