"""docs/security.md has all sixty points, and what it and docs/assurance/ claim is shown by something that is there."""

import ast
import re
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from agencies import assurance
from agencies.assurance import Row, find_faults, list_claims, list_documents, read_rows

ROOT = Path(settings.BASE_DIR)
TABLE = ROOT / "docs/security.md"


OWED = (
    "dpia",
    "dtac",
    "hazard-log",
    "identity-verification",
    "mfa",
    "not-a-medical-device",
    "safety-case",
    "software-security-code-of-practice",
)


def rows_of_points() -> dict[int, Row]:
    rows = [row for row in read_rows(TABLE) if row.cells.get("point", "").isdigit()]
    twice = [point for point, n in Counter(row.cells["point"] for row in rows).items() if n > 1]
    assert twice == []
    return {int(row.cells["point"]): row for row in rows}


def list_tests_by_point() -> dict[int, set[str]]:
    """The tests that name a point: `test_point_07_…`."""
    found: dict[int, set[str]] = {}
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and (match := re.search(r"point_(\d+)", node.name)):
                found.setdefault(int(match[1]), set()).add(f"{path.relative_to(ROOT)}::{node.name}")
    return found


def test_each_of_the_sixty_points_is_there_once() -> None:
    assert sorted(rows_of_points()) == list(range(1, 61))


def test_each_row_says_what_is_done_and_what_shows_it() -> None:
    for point, row in rows_of_points().items():
        assert row.cells["what is done"], point
        assert row.cells[assurance.COLUMN], point


def test_each_test_that_names_a_point_stands_in_its_row() -> None:
    rows = rows_of_points()
    missing = {
        name: point
        for point, names in list_tests_by_point().items()
        for name in names
        if f"`{name}`" not in rows[point].cells[assurance.COLUMN]
    }
    assert missing == {}


@pytest.mark.parametrize("document", list_documents(), ids=lambda path: path.name)
def test_each_claim_is_shown_by_something_that_is_there(document: Path) -> None:
    assert [str(fault) for fault in find_faults(document)] == []


@pytest.mark.parametrize("name", OWED)
def test_each_document_that_is_asked_for_is_there_and_claims_something(name: str) -> None:
    assert list_claims(ROOT / f"docs/assurance/{name}.md")


def test_each_risk_is_what_the_matrix_says() -> None:
    """Severity × likelihood in the hazard log, by the matrix at its top; and no hazard is left at 4 or 5."""
    rows = list(read_rows(ROOT / "docs/assurance/hazard-log.md"))
    matrix = {row.cells["likelihood"]: row.cells for row in rows if "likelihood" in row.cells}
    hazards = [row for row in rows if "hazard" in row.cells]
    assert len({row.cells["no"] for row in hazards}) == len(hazards) == 23
    for row in hazards:
        for rated in ("initial", "residual"):
            severity, likelihood, risk = re.split(" [×=] ", row.cells[rated])
            assert matrix[likelihood][severity] == risk, f"{row.cells['no']} {rated}"
        assert row.cells["residual"][-1] in "123", row.cells["no"]


# --- A claim that is broken is seen -------------------------------------------------------------------------

HEAD = "| claim | shown by |\n|---|---|\n"


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("`tests/house/test_security_table.py::test_that_nobody_wrote`", "there is no test"),
        ("`tests/house/test_of_nothing.py::test_that_nobody_wrote`", "there is no test"),
        ("`tests/house/test_security_table.py::rows_of_points`", "there is no test"),
        ("`cases:page_of_nothing`", "there is no page"),
        ("`manage.py do_nothing`", "there is no command"),
        ("`cases/nothing.py`", "there is no file"),
        ("[nothing](nothing.md)", "there is no document"),
        ("we are sure of it", "nothing shows this"),
        ("", "nothing shows this"),
    ],
)
def test_a_broken_claim_is_named_by_file_and_line(
    cell: str, why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = tmp_path / "claims.md"
    document.write_text(f"# Claims\n\n{HEAD}| all is well | {cell} |\n")
    monkeypatch.setattr("agencies.management.commands.assurance.list_documents", lambda: [document])
    with pytest.raises(CommandError, match=re.escape(f"{document}:5: {why}")):
        call_command("assurance")


@pytest.mark.parametrize(
    "cell",
    [
        "`tests/house/test_security_table.py::test_each_of_the_sixty_points_is_there_once`",
        "`cases:sharing`, `account_login`",
        "`manage.py verify_history`",
        "[the rules](../agencies/access.py), `agencies/access.py`",
        "Operator: a named Clinical Safety Officer",
        "Not done: nobody has looked",
    ],
)
def test_a_claim_that_holds_is_counted(cell: str, tmp_path: Path) -> None:
    document = ROOT / "docs" / "claims.md"  # never written: links are looked up from there
    assert assurance.check_claim(Row(document, 1, {assurance.COLUMN: cell})) == []


def test_what_is_named_in_a_sentence_has_to_be_there_too(tmp_path: Path) -> None:
    document = tmp_path / "prose.md"
    document.write_text("As `tests/house/test_security_table.py::test_gone` and `cases:gone` show, not `text:plain`.\n")
    assert [fault.why for fault in find_faults(document)] == [
        "there is no page cases:gone",
        "there is no test tests/house/test_security_table.py::test_gone",
    ]


def test_the_command_says_how_many(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("assurance")
    assert re.search(r"^docs/security\.md: \d+ claims shown, \d+ said to be", capsys.readouterr().out, re.M)


@pytest.mark.parametrize("row", ["| no cell is left for it |", "| a | `manage.py check` | `cases:nothing` |"])
def test_a_row_of_another_width_hides_nothing(row: str, tmp_path: Path) -> None:
    document = tmp_path / "ragged.md"
    document.write_text(f"{HEAD}{row}\n")
    assert len(find_faults(document)) == 1


def test_where_there_are_no_tests_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agencies.management.commands.assurance.ROOT", tmp_path)
    with pytest.raises(CommandError, match="The folder tests/ is not here"):
        call_command("assurance")


def test_make_check_asks_it() -> None:
    assert "manage.py assurance" in (ROOT / "Makefile").read_text()
