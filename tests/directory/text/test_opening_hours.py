"""Hours as people write them: read when certain, else left as text."""

import pytest

from directory.text.opening_hours import explain_unread_hours, parse_opening_hours


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
        ("April to October: Mon-Sun 10-4", f"{ALL} 10:00-16:00"),
        ("Tuesday - 10:30am to 2:30pm\nThursday - 10:30am to 2:30pm", "TU 10:30-14:30; TH 10:30-14:30"),
        ("• Mon 9-5\n• Tue 10-4", "MO 09:00-17:00; TU 10:00-16:00"),
        ("Mon 9-5 | Tue 10-4 | Wed closed", "MO 09:00-17:00; TU 10:00-16:00"),
        ("Wednesday 00:00 - 00:00", "WE"),
        ("Mon-Sun 18:00-09:00", f"{ALL} 18:00-09:00"),
        ("Tuesdays half past ten till twelve", "TU 10:30-12:00"),
        ("Thursdays, two till four", "TH 14:00-16:00"),
        ("Fridays at quarter to eleven", "FR 10:45-"),
        ("Fri 10 till late", "FR 10:00-"),
        ("Mondays, dawn till dusk", "MO"),
        ("Mondays (10am - 12pm)", "MO 10:00-12:00"),
        ("Tuesdays 10-12 (fortnightly)", "TU/2 10:00-12:00"),
        ("Tuesdays 10am-12pm, 1st and 3rd of the month", "1TU,3TU 10:00-12:00"),
        ("Mon 10am-12pm, Thurs 2pm-4pm, fortnightly", "MO/2 10:00-12:00; TH/2 14:00-16:00"),
        ("Every third week on Tuesday 2pm", "TU/3 14:00-"),
        ("alternate weeks, Tuesday 2pm", "TU/2 14:00-"),
        ("1st & 3rd Tuesdays 10-12", "1TU,3TU 10:00-12:00"),
        ("10am-12pm first Tuesday of the month", "1TU 10:00-12:00"),
        ("Tuesday: 10:00-12:00 (First Tuesday of the month only)", "1TU 10:00-12:00"),
        ("Tuesday 2-4pm\n(2nd and 4th Tuesdays)", "2TU,4TU 14:00-16:00"),
        ("Sunday closed\nMon-Sat 10am-4pm", "MO,TU,WE,TH,FR,SA 10:00-16:00"),
        ("Mo-Sa 10:00-17:00; Su,PH off", "MO,TU,WE,TH,FR,SA 10:00-17:00"),
        ("Mo-Fr off; Sa 10:00-12:00", "SA 10:00-12:00"),
        ("Apr-Oct: Sa,Su 10:00-18:00; Nov-Mar: Sa 10:00-16:00", "SA,SU 10:00-18:00; SA 10:00-16:00"),
        ("Mon-Sat 10am-5pm (closed Wed)", "MO,TU,TH,FR,SA 10:00-17:00"),
        ("Mon-Fri 9-5, Wed closed", "MO,TU,TH,FR 09:00-17:00"),
        ("Mon-Fri 9am-5pm, closed 1-2 for lunch", f"{WEEK} 09:00-17:00"),
        ("Monday evenings 7-9", "MO 19:00-21:00"),
        ("Thurs 10.00am—12.00noon", "TH 10:00-12:00"),
        ("Tues 10-12 (until 15/12)", "TU 10:00-12:00"),
        ("Friday mornings 10-12", "FR 10:00-12:00"),
        ("Mondays at 7 in the evening", "MO 19:00-"),
        ("Monday morning 9.30-11 & Thursday evening 7-8.30", "MO 09:30-11:00; TH 19:00-20:30"),
        ("Tuesdays 10-12 (we stop for August)", "TU 10:00-12:00"),
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
        "Wednesday 19:30 - 18:30",
        "Tuesday 7.30pm-6.30pm",
        "Quarter to seven, Mondays",
        "usually Tuesdays 10am",
        "Su,PH off",
        "Mo-Fr 09:00-17:00; We 10:00-12:00",
        "We meet at 10.30",
        "Open daily 10-4 (5pm in summer)",
        "Thursdays 10-12 (last Thursday of the month 2-4)",
        "Saturday mornings",
        "Every weekday morning",
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
        ("Friday 9am-3pm (closed for lunch 12.30-1)", "Closed for lunch 12.30-1"),
        ("Tuesdays 10-12 (members only)", "Members only"),
        ("Tuesdays 10-12 (monthly)", "Monthly"),
        ("Tuesdays 10-12, not in August", "Not in August"),
        ("Saturdays 10-12 except the second Saturday", "Except the second Saturday"),
        ("Wed 2-4 Nov–Mar", "Nov-Mar"),
        ("Wednesdays 10am to 12 noon, by appointment", "By appointment"),
        ("Sundays 10am weather permitting", "Weather permitting"),
        ("Tuesday 2pm - 4pm (Ring Sue first on 01632 960123)", "Ring Sue first on 01632 960123"),
        ("Mon–Fri 9–5 (closed 12–1)", "Closed 12-1"),
        ("Fri 10 till late", "Until late"),
    ],
)
def test_what_is_said_beside_the_hours_is_a_note(text: str, note: str) -> None:
    assert [row["notes"] for row in parse_opening_hours(text) or []] == [note]


def test_each_line_has_its_own_conditions_unless_one_stands_by_itself() -> None:
    def notes(text: str) -> list[str]:
        return [row.get("notes", "") for row in parse_opening_hours(text) or []]

    assert notes("Tuesday 10-12 (term time)\nThursday 2pm-4pm") == ["Term time", ""]
    assert notes("Tuesday 10-12\nThursday 2pm-4pm\nTerm time only") == ["Term time only", "Term time only"]
    assert notes("Tuesdays 10-12, Thursdays 2-4 (term time)") == ["Term time", "Term time"]


def test_fortnightly_from_another_day_of_the_week_cannot_be_counted() -> None:
    (row,) = parse_opening_hours("Thursdays fortnightly from 8 Jan 2027, 10am-12pm") or []
    assert (row["interval"], "valid_from" in row) == (2, False)


def test_days_with_their_year_are_the_limits_of_the_pattern() -> None:
    (row,) = parse_opening_hours("Tuesdays 10am - 12pm from 5 Jan 2027 to 20 March 2027") or []
    assert (row["valid_from"], row["valid_to"]) == ("2027-01-05", "2027-03-20")
    (row,) = parse_opening_hours("Tuesdays 10am - 12pm until 1 March 2024") or []
    assert row["valid_to"] == "2024-03-01"


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("Wednesday 19:30 - 18:30", "end before they begin"),
        ("Tuesday 7.30pm-6.30pm", "end before they begin"),
        ("Wednesday 00:00 - 00:00", "is no time"),
        ("Friday 22:00-06:00", ""),
        ("ring for times", ""),
        ("Mon 9-5", ""),
    ],
)
def test_what_cannot_be_so_is_asked_about(text: str, asked: str) -> None:
    said = explain_unread_hours(text)
    assert asked in said if asked else not said


@pytest.mark.parametrize(
    ("text", "day", "note"),
    [
        ("Sa[1] 10:00-13:00", "1SA", ""),
        ("Sa[1,3] 10:00-13:00", "1SA,3SA", ""),
        ("Su[-1] 10:00-13:00", "-1SU", ""),
        ('Mo,We 10:00-13:00 "term time"', "MO,WE", "Term time"),
        ('Tu 10:00-13:00 "members only"', "TU", "Members only"),
        ("Tu 10:00-13:00; SH off", "TU", "Not in school holidays"),
    ],
)
def test_the_signs_of_a_map_are_read(text: str, day: str, note: str) -> None:
    (found,) = parse_opening_hours(text) or [{}]
    assert (found.get("byday"), found.get("opens_at"), found.get("notes", "")) == (day, "10:00", note)
