"""Tables as councils, forms, OpenStreetMap and old databases give them away: what a row becomes, what is asked."""

import csv
import datetime
import re
import time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from directory.exchange import tables
from directory.exchange.files import load_table, read_file
from directory.exchange.open_referral import ParsedService, ServiceRefused, from_oruk
from directory.exchange.open_referral.columns import flag_of, resolve_columns
from directory.exchange.open_referral.spreadsheet import read_sheet_rows
from directory.exchange.tables import TableError
from directory.models import Accessibility, Contact, CostOption, Run, Schedule, Service
from directory.text.cleaning import parse_date

Rows = list[list[Any]]


def read(*rows: list[Any]) -> dict[str, ParsedService]:
    """What the rows become, by the number and the name that the report calls them by; None for a refused one."""
    table = [[str(cell) for cell in row] for row in rows]
    found = {}
    for row in read_sheet_rows(table):
        try:
            found[row.name] = from_oruk(row.as_service(), "table")
        except ServiceRefused as refused:
            found[f"Row {row.number}"] = refused.problem
    return found


def one(heading: list[str], *cells: Any) -> ParsedService:
    return next(iter(read(heading, list(cells)).values()))


def asked(parsed: ParsedService) -> str:
    return "; ".join(problem.said for problem in parsed.problems)


def child(parsed: ParsedService, model: type) -> Any:
    return next((row for row in parsed.rows if isinstance(row, model)), None)


# --- Flags ----------------------------------------------------------------------------------------------------

FLAGS = [
    ("Approved", "Yes", "active"),
    ("Approved", "No", "inactive"),
    ("Approved?", "Pending", "inactive"),
    ("Approved (Y/N)", "n", "inactive"),
    ("Visible", "TRUE", "active"),
    ("Visible on website", "FALSE", "inactive"),
    ("Published", "0", "inactive"),
    ("Show online", "Y", "active"),
    ("Do you consent to publish this?", "No", "inactive"),
    ("Live", "-1", "active"),
    ("Hidden", "Yes", "inactive"),
    ("Hidden", "No", "active"),
    ("is_hidden", "1", "inactive"),
    ("Archived", "x", "inactive"),
    ("Deleted", "True", "inactive"),
    ("Draft", "N", "active"),
    ("Do not publish", "Yes", "inactive"),
    ("Staff only", "✓", "inactive"),
    ("Temporarily closed", "Yes", "temporarily closed"),
    ("Temporarily Closed?", "since May", "temporarily closed"),
    ("Closed", "No", "active"),
    ("Permanently closed", "Yes", "inactive"),
    ("Status", "On hold", "temporarily closed"),
    ("Status", "Awaiting approval", "inactive"),
    ("Active", "0", "inactive"),
    ("End date", "01/02/2020", "inactive"),
    ("IsActive", "0", "inactive"),
    ("Still running?", "N", "inactive"),
    ("DeletedFlag", "-1", "inactive"),
    ("Can we share this publicly?", "Yes please!", "active"),
    ("Can we share this publicly?", "No thanks", "inactive"),
    ("Date", "4/9/19", "inactive"),
    ("Date", "4/9/90", "active"),
    ("Notes", "closed til further notice", "temporarily closed"),
    ("End date", "01/02/2090", "active"),
    ("Publish_to_Directory__c", "false", "inactive"),
    ("Show in directory", "N", "inactive"),
    ("Status__c", "Dormant", "inactive"),
    ("Registration Status", "Suspended", "temporarily closed"),
    ("Consent Withheld", "Y", "inactive"),
    ("Suppressed from web", "Yes", "inactive"),
    ("Display until", "31/12/2025", "inactive"),
    ("Status", "Do not publish", "inactive"),
    ("Status", "Temporarily unavailable", "temporarily closed"),
    ("charity_registration_status", "Removed", "inactive"),
    ("charity_registration_status", "Registered", "active"),
]


@pytest.mark.parametrize(("column", "cell", "status"), FLAGS)
def test_a_flag_decides_and_what_it_decides_is_said(column: str, cell: str, status: str) -> None:
    found = one(["Name", "Postcode", column], "Tea club", "BN11 1EE", cell)
    assert found.service.status == status
    assert status == "active" or "status" in column.lower() or column == "Active" or asked(found)


def test_a_flag_that_others_have_and_this_row_does_not_is_asked_about() -> None:
    found = read(["Name", "Postcode", "Approved"], ["A", "BN11 1EE", "Yes"], ["B", "BN11 1EE", ""])
    assert (found["A"].service.status, found["B"].service.status) == ("active", "inactive")
    assert "is it to be shown?" in asked(found["B"])
    found = read(["Name", "Postcode", "Approved"], ["A", "BN11 1EE", ""])
    assert found["A"].service.status == "active"


@pytest.mark.parametrize(
    "column", ["Mask address", "Hide Address", "Confidential address", "address_hidden", "Secret location"]
)
def test_a_masked_address_leaves_nothing_that_tells_where_it_is(column: str) -> None:
    found = one(
        ["Name", "Venue", "Address", "Town", "Postcode", "Lat", "Lon", "Description", column],
        *("Refuge", "Oak House", "5 Hidden Lane", "Worthing", "BN11 2AA", "50.81", "-0.37"),
        *("We are at 5 Hidden Lane, BN11 2AA, called Oak House", "Yes"),
    )
    (place,) = found.locations
    assert (place.name, place.address, place.postcode, place.latitude, place.city) == ("", "", "", None, "Worthing")
    assert not any(word in found.service.description for word in ("Hidden Lane", "BN11", "Oak House"))
    assert "the address is kept back" in asked(found)


@pytest.mark.parametrize(
    "column",
    [
        "Are you happy for this to be public?",
        "Is it OK / okay to make this public",
        "Can we put this on the website?",
        "May we share your details?",
        "Do you agree to being listed?",
        "Permission to go online",
        "Do you allow us to list you?",
    ],
)
def test_a_no_to_being_shown_is_heard_however_it_is_asked(column: str) -> None:
    found = one(["Name", "Place", column], "Dad's group", "Family Hub", "No")
    assert found.service.status == "inactive"
    assert "it is not shown" in asked(found)


@pytest.mark.parametrize("venue", ["BN11 IEE", "Family Hub, bn11 lEE", "Family Hub, High St, BN11 IEE "])
def test_a_postcode_with_a_mistaken_sign_is_found_in_the_venue(venue: str) -> None:
    (place,) = one(["Name", "Venue"], "Craft", venue).locations
    assert (place.postcode, "EE" in place.name + place.address) == ("BN11 1EE", False)


def test_a_flag_that_is_used_is_matched_for_the_steward_to_see() -> None:
    names = ["Name", "Temp closed?", "Happy to be public?"]
    assert resolve_columns(names, [], {}) == {"Name": "name", "Temp closed?": "closed", "Happy to be public?": "shown"}


def test_headings_that_only_look_like_flags_are_none() -> None:
    names = [
        "Open to the public?",
        "Can the public attend?",
        "Can you join online?",
        "Content of the session",
        "Happy hour",
        "Name",
        "Website",
        "Public transport",
        "Current members",
        "Closing time",
        "Live music",
        "Location",
        "Address",
    ]
    assert [name for name in names if flag_of(name)] == []


@pytest.mark.parametrize(
    ("field", "words", "closed"),
    [
        ("Description", "CLOSED since March 2024", True),
        ("Name", "Tea club (permanently closed)", True),
        ("Description", "We are no longer meeting.", True),
        ("Hours", "Closed until further notice", True),
        ("Hours", "Mondays 7pm CANCELLED until further notice", True),
        ("Name", "Rhymetime (Suspended)", True),
        ("Name", "Stroke club - currently closed", True),
        ("Name", "Stroke club (closed group)", False),
        ("Description", "A closed group for carers", False),
        ("Hours", "Mon 9-5, Tuesday CLOSED", False),
        ("Description", "The hall is closed on Sundays", False),
    ],
)
def test_what_says_that_it_is_closed_is_asked_about(field: str, words: str, closed: bool) -> None:
    heading = ["Name", "Postcode", field] if field != "Name" else ["Name", "Postcode"]
    cells = ["Tea club", "BN11 1EE", words] if field != "Name" else [words, "BN11 1EE"]
    found = one(heading, *cells)
    assert (found.service.status == "temporarily closed", "is it still on?" in asked(found)) == (closed, closed)
    fed = from_oruk({"id": "1", "name": "Tea club", field.lower(): words}, "feed")
    if field != "Hours":
        assert (fed.service.status == "temporarily closed", "is it still on?" in asked(fed)) == (closed, closed)
    fed = from_oruk({"id": "1", "name": "Tea club", "description": words, "status": "active"}, "feed")
    assert fed.service.status == "active"


# --- Rows -----------------------------------------------------------------------------------------------------


def test_a_row_that_names_its_parent_is_a_place_of_it() -> None:
    found = read(
        ["Id", "Name", "Address", "Postcode", "Hours", "Parent"],
        ["2", "Advice, Lancing", "9 Sea Road", "BN15 8AB", "Tuesdays 10am-12pm", "Advice"],
        ["1", "Advice", "1 High Street", "BN11 2AA", "Mondays 10am-12pm", ""],
        ["3", "Lost", "1 Low Street", "BN11 2AA", "", "Nobody here"],
    )
    assert [*found] == ["Advice", "Lost"]
    places = {place.pk: place.postcode for place in found["Advice"].locations}
    assert sorted(places.values()) == ["BN11 2AA", "BN15 8AB"]
    hours = [row.byday for row in found["Advice"].rows if isinstance(row, Schedule) and row.at_location_id]
    assert sorted(hours) == ["MO", "TU"]
    assert "not in this table" in asked(found["Lost"])


def test_a_day_that_stands_as_a_heading_holds_for_the_rows_below() -> None:
    found = read(
        ["Group", "Venue", "Day", "Time", "Cost"],
        *(["MONDAY"], ["Knitting", "Hall", "", "10am-12pm", "2"], ["Tuesday:"], ["Chess", "Hall", "", "2pm", ""]),
    )
    assert {name: child(one, Schedule).byday for name, one in found.items()} == {"Knitting": "MO", "Chess": "TU"}


def test_merged_cells_repeat_and_rows_have_the_files_own_numbers(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (
        ["Activities of the town"],
        [],
        ["Organisation", "Activity", "Venue", "Day", "Start time", "End time", "Price"],
        ["Age Well", "Yoga", "Hall", "Monday", datetime.time(10), datetime.time(12), 5],
        [None, "Chair yoga", None, "Tuesday", 0.5625, 0.625, 2.5],
        [],
        [None, None, "Village hall", "Friday", None, None, 1],
    ):
        sheet.append(row)
    for area in ("A1:G1", "A4:A5", "C4:C5"):
        sheet.merge_cells(area)
    book.save(tmp_path / "book.xlsx")
    rows = list(read_sheet_rows(load_table(tmp_path / "book.xlsx") or []))
    assert [(row.number, row.name) for row in rows] == [(4, "Yoga"), (5, "Chair yoga"), (7, "")]
    chair = from_oruk(rows[1].as_service(), "table")
    assert (chair.agency.name, chair.locations[0].name) == ("Age Well", "Hall")
    assert child(chair, Schedule).opens_at == datetime.time(13, 30)
    assert child(chair, CostOption).amount == 2.5
    with pytest.raises(ServiceRefused, match="no name"):
        from_oruk(rows[2].as_service(), "table")


def test_each_sheet_of_a_workbook_is_read_and_what_is_not_is_named(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "READ ME"
    for n in range(20):
        book.active.append([f"Note {n} for staff"])
    for area in ("Adur", "Arun", "Old"):
        sheet = book.create_sheet(area)
        sheet.append(["Offers", "", "Where", "", "When", ""])
        sheet.append(["Service", "ID", "Venue", "Postcode", "Day", "From"])
        sheet.append([f"{area} lunch", 1, "Hall", "BN11 1EE", "Monday", datetime.time(12)])
    book["Adur"]["A3"].hyperlink = "https://lunch.example.org"
    book["Old"].sheet_state = "hidden"
    book.save(tmp_path / "book.xlsx")
    *rows, notice = list(read_file(tmp_path / "book.xlsx"))
    assert "READ ME" in rows.pop(0).said
    assert "Old" in notice.said
    found = [from_oruk(row.as_service(), "table") for row in rows]
    assert [one.service.name for one in found] == ["Adur lunch", "Arun lunch"]
    assert found[0].service.pk != found[1].service.pk
    assert found[0].service.url == "https://lunch.example.org"
    assert child(found[0], Schedule).opens_at == datetime.time(12)
    assert rows[1].label == "“Arun” row 3, Arun lunch"


def test_a_quotation_mark_that_is_not_closed_swallows_no_row(tmp_path: Path) -> None:
    rows = [
        "Name,About,Postcode",
        'Tea,"Tea and chat,BN11 1EE',
        'Shed,Wood "n" tools,BN11 2AA',
        'Art,"Two\nlines",BN11 3AA',
    ]
    (tmp_path / "a.csv").write_text("\n".join(rows))
    found = [from_oruk(row.as_service(), "table") for row in read_file(tmp_path / "a.csv")]
    assert [one.locations[0].postcode for one in found] == ["BN11 1EE", "BN11 2AA", "BN11 3AA"]
    assert ["not closed" in asked(one) for one in found] == [True, False, False]


def test_row_numbers_of_a_csv_count_its_empty_rows(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('Name,Postcode\n\n"Two\nlines",BN11 1EE\n,\nChess,BN11 1EE\n')
    rows = read_sheet_rows(load_table(tmp_path / "a.csv") or [])
    assert [row.number for row in rows] == [3, 5]


def test_the_same_row_twice_is_noticed_under_another_id_too() -> None:
    found = read(["Id", "Name", "Postcode"], ["1", "Chess", "BN11 1EE"], ["2", "chess", "bn11  1ee"])
    assert "the same as row 2" in asked(found["chess"])
    found = read(
        ["Name", "Postcode", "Day"],
        ["Chess", "BN11 1EE", "Monday"],
        ["chess", "BN11 1EE", "Friday"],
        ["Go", "", "Friday"],
    )
    assert "the same as row 2 but for when it is" in asked(found["chess"])
    assert asked(found["Go"]) == ""


def test_a_row_without_a_name_is_refused_though_it_has_a_venue() -> None:
    found = read(["Name", "Venue", "Postcode"], ["", "Town Hall", "BN11 1EE"], ["TBC", "Hall", "BN11 1EE"])
    assert [problem.said for problem in found.values()] == ["there is no name", "there is no name"]


@pytest.mark.django_db
@pytest.mark.parametrize("said", ["", "Unknown", "N/A", "-"])
def test_an_unknown_organisation_stays_empty(tmp_path: Path, client: Client, said: str) -> None:
    with (tmp_path / "a.csv").open("w") as file:
        csv.writer(file).writerows([["Name", "Venue", "Organisation"], ["Chess", "Town Hall", said]])
    call_command("import_services", str(tmp_path / "a.csv"), verbosity=0)
    page = client.get(reverse("directory:service", args=[Service.objects.get().pk])).text
    assert "Run by" not in page
    assert Service.objects.get().agency.name != "Town Hall"
    assert Run.objects.get().refused == 0


def test_an_organisation_without_a_name_is_not_that_of_the_first_service_of_its_id() -> None:
    first, second = (
        from_oruk({"id": key, "name": name, "organization_id": "5"}, "feed")
        for key, name in (("1", "Tea"), ("2", "Chess"))
    )
    assert first.agency.pk != second.agency.pk
    assert (first.agency.name, second.agency.name) == ("Tea", "Chess")


# --- Cells ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("filler", ["Unknown", "N/A", "TBC", "-", "n/k", "???", "#REF!", "Redacted", "nan"])
def test_fillers_are_nothing(filler: str) -> None:
    names = ["Name", "Description", "Venue", "Postcode", "Phone", "Email", "Website", "Contact", "Hours", "Cost"]
    found = one(names, "Chess", *[filler] * 9)
    assert (found.service.description, found.service.phone, found.service.fees) == ("", "", "")
    assert (found.locations, found.rows, asked(found)) == ([], [], "")


@pytest.mark.parametrize(
    ("said", "phone"),
    [
        ("1632960001", "01632 960001"),
        ("1632 960001", "01632 960001"),
        ("7700900001", "07700 900001"),
        ("2079460001", "020 7946 0001"),
        ("447700900001", "07700 900001"),
        ("+44 (0)1632 960001", "01632 960001"),
        ("01632-960-001", "01632 960001"),
        ("01632 960001", "01632 960001"),
        ("(206) 555-0100", "(206) 555-0100"),
        ("999", "999"),
        ("116 123", "116 123"),
    ],
)
def test_a_number_gets_back_the_nought_that_a_spreadsheet_took(said: str, phone: str) -> None:
    assert one(["Name", "Telephone"], "Chess", said).service.phone == phone


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-12", (2026, 3, 12)),
        ("12/03/2026 00:00:00", (2026, 3, 12)),
        ("2026/03/12 10:22:33", (2026, 3, 12)),
        ("12-Mar-26", (2026, 3, 12)),
        ("12th March 2026", (2026, 3, 12)),
        ("Thursday 12 March 2026", (2026, 3, 12)),
        ("12.3.2026", (2026, 3, 12)),
        ("12/3/26", (2026, 3, 12)),
        ("12.3.26", (2026, 3, 12)),
        ("Thurs 12/03/26", (2026, 3, 12)),
        ("the 12th of March '26", (2026, 3, 12)),
        ("March 12th, 2026", (2026, 3, 12)),
    ],
)
def test_dates_as_people_and_programs_write_them(text: str, day: tuple[int, int, int]) -> None:
    assert parse_date(text) == datetime.date(*day)


def test_a_date_that_is_not_read_is_shown_and_no_half_of_the_day_is_guessed() -> None:
    names = ["Event", "Date", "Start"]
    assert child(one(names, "Quiz", "Sept 2090", ""), Schedule).description == "Sept 2090"
    quiz = child(one(names, "Quiz", "5.9.90", "7.30"), Schedule)
    assert (quiz.dtstart, quiz.opens_at, quiz.notes) == (datetime.date(2090, 9, 5), None, "7.30")


def test_a_list_of_days_has_the_time_beside_it() -> None:
    found = one(["Name", "Day", "Start", "End"], "Chat", "Mon\nWed", "10am", "12pm")
    assert (child(found, Schedule).byday, child(found, Schedule).opens_at) == ("MO,WE", datetime.time(10))


def test_a_pattern_ends_on_its_last_date() -> None:
    names = ["Event", "Day", "Start", "Date from", "Last date"]
    row = child(one(names, "Rhymetime", "Monday", "10:30", "2090-09-04", "2090-12-18 00:00:00"), Schedule)
    assert (row.byday, row.valid_to) == ("MO", datetime.date(2090, 12, 18))


def test_a_serial_date_is_a_date() -> None:
    assert one(["Name", "Last checked"], "Chess", "45292").service.assured_date == datetime.date(2024, 1, 1)


@pytest.mark.parametrize(
    ("column", "said", "amount"),
    [
        *(("Cost", said, 0) for said in ("0", "Free", "Nothing", "no charge", "Free - donations welcome", "No")),
        *(("Cost", said, 3.5) for said in ("3.5", "£3.50", "£3.50 per session, first one free", "£3.50 incl. tea")),
        *(("How much?", said, 0.5) for said in ("50p", "50p entry", "£0.50 pp")),
        *(("fee", "no", 0), ("Is it free?", "Yes", 0), ("Is there a charge?", "N", 0)),
        *(
            ("Cost", said, None)
            for said in ("£2 members, £4 others", "donation", "from £3", "£5 under 16s", "£30 a term")
        ),
        *(("fee", "yes", None), ("Is it free?", "No", None)),
    ],
)
def test_a_cost_is_a_price_when_it_is_everybodys(column: str, said: str, amount: float | None) -> None:
    found = one(["Name", column], "Chess", said)
    option = child(found, CostOption)
    assert (option and option.amount) == amount
    assert option or found.service.fees


@pytest.mark.parametrize(
    ("said", "ages"),
    [
        *(("50+", (50, None)), ("over 18s", (18, None)), ("60 and over", (60, None)), ("Adults (18+)", (18, None))),
        *(("0-4yrs", (0, 4)), ("5 to 12 years", (5, 12)), ("Ages 8-18", (8, 18)), ("under 5s", (None, 4))),
        *(("All ages welcome", (None, None)), ("Adults", (None, None)), ("up to 25", (None, 25)), ("No", (None, None))),
    ],
)
def test_ages_in_words(said: str, ages: tuple[int | None, int | None]) -> None:
    service = one(["Name", "Is there an age limit?"], "Chess", said).service
    assert (service.minimum_age, service.maximum_age) == ages
    assert any(ages) or said == "No" or service.eligibility == said, "what is no age is not lost"


def test_a_heading_says_in_what_its_numbers_count() -> None:
    found = one(["Name", "Min Age (months)", "Max Age (years)", "Cost per hour"], "Otters", "42", "5", "5.75")
    assert (found.service.minimum_age, found.service.maximum_age) == (3, 5)
    assert (child(found, CostOption).amount, child(found, CostOption).amount_description) == (5.75, "per hour")


def test_two_numbers_in_a_cell_are_two_and_words_among_the_phones_are_told() -> None:
    found = one(["Name", "Tel"], "Chess", "01632 960001 / 07700900001")
    assert (found.service.phone, child(found, Contact).phone) == ("01632 960001", "07700 900001")
    assert one(["Name", "Tel"], "Chess", "see the vicar").service.application == "see the vicar"
    assert "no area code" in asked(one(["Name", "Tel"], "Chess", "960001"))


def test_a_second_column_of_phones_and_other_words_of_a_status_are_kept() -> None:
    found = one(["Name", "Tel No", "Mobile", "Status"], "Latin", "01632 960001", "7700900001", "Full - waiting list")
    assert (found.service.phone, child(found, Contact).phone) == ("01632 960001", "07700 900001")
    assert (found.service.status, found.service.application) == ("active", "Full - waiting list")
    assert "is kept as words" in asked(found)


def test_a_table_without_a_heading_is_refused_as_one() -> None:
    with pytest.raises(TableError, match="no names of columns"):
        read(["Tea club", "Hall", "BN11 1EE"], ["Art", "Hall", "BN11 1EE"])


def test_what_is_no_activity_is_refused_with_its_reason() -> None:
    heading = ["Name", "Address", "Postcode", "Phone"]
    rows = [["NORTH"], ["Shed", "1 Oak Lane", "BN11 1EE", "01632 960001"], heading, ["Subtotal", "1"], ["* ring us"]]
    found = read(heading, *([*row, *[""] * (4 - len(row))] for row in rows))
    said = {name: getattr(one, "said", "") for name, one in found.items()}
    assert said == {
        "Row 2": "“NORTH” is all there is in this row: a heading, or a note?",
        "Shed": "",
        "Row 4": "the headings of the table again",
        "Row 5": "“Subtotal” is a total, no activity",
        "Row 6": "“* ring us” is all there is in this row: a heading, or a note?",
    }


def test_a_timetable_of_days_and_times_is_taken_apart() -> None:
    found = read(
        ["Time", "Monday", "Tuesday", "Wednesday"],
        *(["9:00-10:00", "Yoga", "Pilates", "Yoga"], ["18:00-19:00", "", "", "Spin"]),
    )
    days = {name: [row.byday for row in one.rows if isinstance(row, Schedule)] for name, one in found.items()}
    assert days == {"Yoga": ["MO", "WE"], "Pilates": ["TU"], "Spin": ["WE"]}


def test_what_stands_in_another_column_is_read_there() -> None:
    found = one(
        ["Name", "Venue", "Contact", "Description", "Email"],
        *("Chess", "St Mary's Hall, 2 Dock Road, Worthing BN11 1EE", "Jean Marsh (1632 960001)"),
        *("Come along. See www.chess.example.org or write to chess@example.org", "01632 960002"),
    )
    (place,) = found.locations
    assert (place.name, place.address, place.postcode) == ("St Mary's Hall", "2 Dock Road, Worthing", "BN11 1EE")
    service = found.service
    assert (service.phone, service.email, service.url) == (
        "01632 960002",
        "chess@example.org",
        "https://www.chess.example.org",
    )
    assert child(found, Contact).name == "Jean Marsh"


def test_notes_on_dates_belong_to_the_hours() -> None:
    found = one(["Name", "Hours", "Notes"], "Chess", "Tuesdays 10am-12pm", "Term time only. Bring a board")
    assert child(found, Schedule).notes == "Term time only"
    assert "Bring a board" in found.service.description


@pytest.mark.parametrize(
    ("heading", "fields"),
    [
        (
            ["Group", "What is it", "Where", "Day", "Time", "source", "How often"],
            ["name", "description", "place", "days", "hours", "", "frequency"],
        ),
        (["osm_id", "name", "opening_hours_osm", "contact:website", "@type"], ["id", "name", "hours", "website", ""]),
        (
            ["Timestamp", "Email Address", "Name of your group", "Where do you meet?", "Contact email", "Your name"],
            ["checked", "", "name", "place", "email", ""],
        ),
        (
            ["ID", "Start time", "Completion time", "Email", "Name", "Name of activity", "Days and times"],
            ["", "", "", "", "", "name", "hours"],
        ),
        (
            ["ServiceName", "OrgName", "Add1", "Add2", "Add3", "PCode", "Tel", "Contact_Forename", "Contact_Surname"],
            ["name", "organisation", "address", "address_2", "address_3", "postcode", "phone", "contact", "surname"],
        ),
        (["Program Name", "Agency Name", "Hours of Operation"], ["name", "organisation", "hours"]),
        (["Setting", "Setting Name", "Places", "Funded places", "Town"], ["", "name", "", "", "city"]),
        (["Library", "Event", "Day", "Service_Days__c", "Phone__c"], ["place", "name", "days", "", "phone"]),
        (["Name", "Mon", "Tues", "Weds", "Thurs"], ["name", "monday", "tuesday", "wednesday", "thursday"]),
        (["name", "eligibility_min_age", "venue_line1", "venue_town"], ["name", "minimum_age", "address", "city"]),
        (["Name", "Capacity", "Ethnicity"], ["name", "", ""]),
        (["Class", "Price (member)", "Price (non-member)", "Ends"], ["name", "", "cost", "closes"]),
        (
            ["organisation_number", "charity_name", "charity_contact_web", "date_of_removal"],
            ["", "name", "website", "ended"],
        ),
        (["Organisation ID", "Organisation Name", "What is your group called?"], ["", "organisation", "name"]),
        (
            ["name", "schedules_opens_at", "schedules_closes_at", "schedules_weekday", "cost_amount", "cost_type"],
            ["name", "opens", "closes", "days", "cost", ""],
        ),
    ],
)
def test_headings_in_other_words(heading: list[str], fields: list[str]) -> None:
    found = resolve_columns(heading, [], {})
    assert [found.get(name, "") for name in heading] == fields


def test_a_first_column_of_short_words_is_the_name_and_not_the_hall() -> None:
    found = read(
        ["What's on", "When", "Where", "Who to ring"],
        *(["Coffee morning", "Thursdays 10.30am-12pm", "Church Hall", "Margaret, 01632 961101"],),
        *(["Line dancing", "Mondays 7pm", "Church Hall", "see Joan"],),
    )
    assert [*found] == ["Coffee morning", "Line dancing"]
    coffee = found["Coffee morning"]
    assert (coffee.service.phone, child(coffee, Contact).name) == ("01632 961101", "Margaret")


def test_several_addresses_in_a_cell_are_several_places() -> None:
    said = "Bonnygate, Cupar, KY15 4BY|Town Hall, Newport, DD6 8AA"
    found = one(["Name", "Locations", "Hours", "Tags"], "Shed", said, "Tue 10-4", "community_centre;Walking")
    assert [(place.name, place.postcode) for place in found.locations] == [
        ("Bonnygate", "KY15 4BY"),
        ("Town Hall", "DD6 8AA"),
    ]
    assert [row.byday for row in found.rows if isinstance(row, Schedule)] == ["TU", "TU"]
    assert [term.name for term in found.terms] == ["Community centre", "Walking"]


@pytest.mark.parametrize(
    ("said", "words", "step_free"),
    [
        ("yes", "Wheelchair access", True),
        ("designated", "Wheelchair access", True),
        ("limited", "Not all of it can be reached in a wheelchair", False),
        ("no", "No wheelchair access", False),
        ("Ramp at the side", "Ramp at the side", True),
    ],
)
def test_what_is_said_of_wheelchairs_is_said_in_words(said: str, words: str, step_free: bool) -> None:
    found = one(["name", "addr:street", "wheelchair"], "Hall", "High St", said)
    assert child(found, Accessibility).description == words
    plain = not re.search(r"\b(not|no)\b", words.lower())
    assert plain == step_free


@pytest.mark.django_db
def test_a_postcode_that_nobody_has_is_asked_about(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.csv").write_text("Name,Postcode\nTea,BN11 1EE\nChess,BN11 1ZZ\nTea,BN11 1EE\n")
    call_command("import_services", str(tmp_path / "a.csv"))
    out, err = capsys.readouterr()
    assert "BN11 1ZZ is not among the postcodes in use" in out
    assert "BN11 1EE is not" not in out
    assert "in the list twice" in out
    assert "--source says who the list is from" in err


def test_points_without_an_address_are_places_of_their_own() -> None:
    found = read(["Name", "Lat", "Lon"], ["A", "50.81", "-0.37"], ["B", "50.82", "-0.38"])
    assert found["A"].locations[0].pk != found["B"].locations[0].pk


def test_a_date_by_itself_is_met_once_and_how_often_makes_it_a_pattern() -> None:
    names = ["Event", "Date", "Start", "Finish", "Frequency"]
    fete = child(one(names, "Fete", "05/06/2027", "11:00", "15:00", ""), Schedule)
    assert (fete.dtstart, fete.byday, fete.opens_at) == (datetime.date(2027, 6, 5), "", datetime.time(11))
    choir = child(one(names, "Choir", "12/01/2027", "19:30", "21:00", "Fortnightly"), Schedule)
    assert (choir.dtstart, choir.byday, choir.interval) == (datetime.date(2027, 1, 12), "TU", 2)


def test_a_postcode_with_signs_mistaken_is_read_and_said_or_asked_about() -> None:
    found = one(["Name", "Postcode"], "Chess", "BN1I IEE")
    assert found.locations[0].postcode == "BN11 1EE"
    assert "“BN1I IEE” is read as BN11 1EE" in asked(found)
    found = one(["Name", "Postcode"], "Chess", "BN11 2A0")
    assert "is it BN11 2AQ or BN11 2AD?" in asked(found)
    assert asked(one(["Name", "Postcode"], "Chess", "BN11 1EE")) == ""


def test_cells_merged_over_and_over_hold_no_worker() -> None:
    rows, began = [[str(n), ""] for n in range(3_000)], time.process_time()
    tables._repeat_merged(rows, [(0, 0, 0, 2_999)] * tables.MAX_MARKED_CELLS)
    assert time.process_time() - began < 2
    assert {row[0] for row in rows} == {"0"}
