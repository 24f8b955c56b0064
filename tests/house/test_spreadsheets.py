"""No cell of a file for a spreadsheet is taken for a formula."""

import pytest

from config.spreadsheets import escape_formula

FORMULAS = ["=1+1", "+44 1632", "-2", "@SUM(A1)", "\t=1", "\r=1", "  =HYPERLINK(1)", " +1", "  -1", " @SUM(A1)"]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_looks_like_a_formula_gets_an_apostrophe(text: str) -> None:
    assert escape_formula(text) == f"'{text}"


@pytest.mark.parametrize("cell", ["Tea = 2", "a@example.org", "'=1", "", 0, -0.37, True])
def test_anything_else_stays_as_it_is(cell: object) -> None:
    assert escape_formula(cell) == cell


def test_nothing_is_an_empty_cell() -> None:
    assert escape_formula(None) == ""
