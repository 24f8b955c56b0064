"""manage.py import_practices: the ODS file, in both shapes."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from agencies.models import Agency, AgencyKind
from agencies.ods import proper_case
from tests.factories import AgencyFactory

HEADER = (
    "ods_code,name,high_level_health_geography,address_1,address_2,address_3,address_4,address_5,"
    "postcode,open_date,commissioner,telephone"
)
DENSHAM = (
    "A81001,THE DENSHAM SURGERY,QHM,THE HEALTH CENTRE,LAWSON STREET,STOCKTON ON TEES,,,TS18 1HU,"
    "19740401,16C,01632 960011"
)
REAL = Path(__file__).parents[3] / "shared/data/gp-practices/gp_practices_active.csv"


def epraccur(code: str, name: str, status: str = "A", setting: str = "4") -> str:
    """One line of the official file: 27 columns, no header."""
    row = [f'"{code}"', f'"{name}"', "Y54", "QHM", "1 HIGH STREET", "", "WORTHING", "", "", "BN11 1AA", "19740401", ""]
    row += [status, "B", "16C", "20130401", "", "01632 960012", "", "", "", "0", "", "U1", "", setting, ""]
    assert len(row) == 27
    return ",".join(row)


def run(tmp_path: Path, *lines: str) -> tuple[str, str]:
    file, out, err = tmp_path / "practices.csv", io.StringIO(), io.StringIO()
    file.write_text("\n".join(lines) + "\n")
    call_command("import_practices", str(file), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_an_extract_with_a_header_is_taken_over(tmp_path: Path) -> None:
    out, err = run(tmp_path, HEADER, DENSHAM)
    agency = Agency.objects.get()
    assert (agency.name, agency.kind, agency.ods_code) == ("The Densham Surgery", AgencyKind.PRACTICE, "A81001")
    assert agency.address == "The Health Centre\nLawson Street\nStockton on Tees"
    assert (agency.postcode, agency.phone, agency.source) == ("TS18 1HU", "01632 960011", "ODS")
    assert agency.received == {
        "open_date": "19740401",
        "commissioner": "16C",
        "high_level_health_geography": "QHM",
    }
    assert "1 new, 0 changed, 0 unchanged" in out
    assert err == ""


def test_of_the_official_file_only_open_gp_practices_are_taken(tmp_path: Path) -> None:
    _, err = run(
        tmp_path,
        epraccur("A81001", "THE DENSHAM SURGERY"),
        epraccur("A81002", "CLOSED SURGERY", status="C"),
        epraccur("Y00001", "COUNTY PRISON", setting="12"),
    )
    assert [a.name for a in Agency.objects.all()] == ["The Densham Surgery"]
    assert Agency.objects.get().phone == "01632 960012"
    assert err == ""


def test_a_second_run_changes_nothing_and_says_so(tmp_path: Path) -> None:
    run(tmp_path, HEADER, DENSHAM)
    before = Agency.objects.values().get()
    out, _ = run(tmp_path, HEADER, DENSHAM)
    assert out.startswith("Nothing changed.")
    assert Agency.objects.values().get() == before


def test_a_changed_practice_is_renewed_and_keeps_what_is_the_places_own(tmp_path: Path) -> None:
    run(tmp_path, HEADER, DENSHAM)
    team = AgencyFactory(kind=AgencyKind.CONNECTORS)
    Agency.objects.filter(ods_code="A81001").update(refers_to=team, answer_days=4)
    out, _ = run(tmp_path, HEADER, DENSHAM.replace("01632 960011", "01632 960099"))
    agency = Agency.objects.get(ods_code="A81001")
    assert (agency.phone, agency.refers_to, agency.answer_days) == ("01632 960099", team, 4)
    assert "1 changed" in out


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("8100,NO LETTER,,,,,,,TS18 1HU,,,", "Line 3, 8100: An ODS code of a practice"),
        ("A81009,,,,,,,,TS18 1HU,,,", "Line 3, A81009: It has no name."),
        ("A81009,NAME,,,,,,,NOWHERE,,,", "Line 3, A81009: “NOWHERE” is not a postcode."),
        (DENSHAM, "Line 3, A81001: This practice is on line 2 already."),
        (",NAME,,,,,,,,,,", "Line 3, no ODS code"),
    ],
)
def test_what_is_wrong_is_said_by_line_and_code_and_the_rest_goes_in(tmp_path: Path, line: str, words: str) -> None:
    out, err = run(tmp_path, HEADER, DENSHAM, line, DENSHAM.replace("A81001", "A81003"))
    assert words in err
    assert sorted(Agency.objects.values_list("ods_code", flat=True)) == ["A81001", "A81003"]
    assert "1 row with a problem" in out


def test_a_row_cut_short_is_a_problem_of_that_row(tmp_path: Path) -> None:
    _, err = run(tmp_path, epraccur("A81001", "THE DENSHAM SURGERY"), "A81002,HALF A ROW")
    assert "Line 2, A81002: It has 2 columns; the ODS file has 27." in err
    assert Agency.objects.count() == 1


def test_the_code_of_another_kind_of_agency_is_left_alone(tmp_path: Path) -> None:
    trust = AgencyFactory(kind=AgencyKind.TRUST, ods_code="A81001", name="A Trust")
    out, _ = run(tmp_path, HEADER, DENSHAM)
    trust.refresh_from_db()
    assert trust.name == "A Trust"
    assert "1 with the ODS code of another kind of agency" in out


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("import_practices", str(tmp_path / "nothing.csv"))


@pytest.mark.parametrize(
    ("shouted", "said"),
    [
        ("THE DENSHAM SURGERY", "The Densham Surgery"),
        ("ST JOHN'S GP SURGERY", "St John's GP Surgery"),
        ("NHS WALK IN CENTRE (WEST)", "NHS Walk in Centre (West)"),
        ("STATION ROAD PMS PRACTICE", "Station Road PMS Practice"),
        ("DR MCDONALD & PARTNERS", "Dr McDonald & Partners"),
        ("O'NEILL-SMITH MEDICAL CTR", "O'Neill-Smith Medical CTR"),
        ("HOUSE OF THE GOOD SHEPHERD", "House of the Good Shepherd"),
        ("Already Written Well", "Already Written Well"),
        ("BMC  SURGERY", "BMC Surgery"),
    ],
)
def test_names_are_not_shouted(shouted: str, said: str) -> None:
    assert proper_case(shouted) == said


@pytest.mark.skipif(not REAL.exists(), reason="the real file is not beside the project")
def test_the_real_file_goes_in_whole_and_once() -> None:
    out, err = io.StringIO(), io.StringIO()
    call_command("import_practices", str(REAL), stdout=out, stderr=err)
    assert "6,750 new" in out.getvalue()
    assert err.getvalue() == ""
    again = io.StringIO()
    call_command("import_practices", str(REAL), stdout=again)
    assert again.getvalue().startswith("Nothing changed.")
