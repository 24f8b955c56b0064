"""What feeds send: every value is made fit for its column, or refused in plain English; twice is as once."""

import csv
import datetime
import io
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.spreadsheets import FORMULA_STARTS, escape_formula
from directory.models.session import Frequency
from directory.text import cleaning
from directory.text.cleaning import TruncatedError
from directory.text.encoding import fix_encoding
from tests.properties.strategies import JSON_VALUES, awkward_text

CLEANERS = [
    cleaning.clean_text,
    cleaning.clean_line,
    cleaning.clean_email,
    cleaning.clean_url,
    cleaning.parse_date,
    cleaning.parse_datetime,
    cleaning.parse_time,
    cleaning.parse_age,
    cleaning.parse_price,
    cleaning.parse_count,
    cleaning.parse_capacity,
    cleaning.parse_degrees,
    cleaning.parse_weekdays,
    cleaning.parse_month_days,
    cleaning.choice_parser(Frequency),
]
RAW = JSON_VALUES | awkward_text(
    [
        *("<p>Tea &amp; cake</p>", "<script>alert(1)</script>", "a\r\nb", "mailto:ann@example.org", "www.example.org"),
        *("javascript:alert(1)", "2026-03-29T01:30:00", "27/03/2026", "9.30am", "25:00", "TU,TH", "2TU", "-1"),
        *("£1,000", "1e400", "1e999999", "nan", "weekly", "http://[", "\x85", "n/a"),
    ],
    most=4,
)


def outcome(clean: Any, raw: Any) -> tuple[Any, str | None]:
    """What is kept, and what is said against it."""
    try:
        return clean(raw), None
    except TruncatedError as cut:
        return cut.kept, str(cut)
    except ValueError as error:
        return None, str(error)


@pytest.mark.parametrize("clean", CLEANERS, ids=lambda clean: clean.__name__)
@given(raw=RAW)
def test_a_value_is_fit_for_its_column_or_refused_and_twice_is_as_once(clean: Any, raw: Any) -> None:
    found, said = outcome(clean, raw)
    assert (said is None) or said, "a reason in words"
    if isinstance(found, str):
        assert "\0" not in found
        assert found.encode() is not None
        assert clean(found) == found or fix_encoding(found) != found
    elif isinstance(found, datetime.datetime):
        assert cleaning.parse_datetime(found.astimezone(datetime.UTC).isoformat()) == found
    elif found is not None:
        assert clean(str(found)) == found


@given(RAW)
def test_a_received_document_can_be_stored(raw: Any) -> None:
    kept = cleaning.clean_json(raw)
    text = json.dumps(kept, allow_nan=False)
    assert "\\u0000" not in text
    assert json.dumps(kept, ensure_ascii=False).encode()


CELLS = st.one_of(
    st.none(), st.integers(), awkward_text(["=HYPERLINK(1)", "+44", "-1", "@SUM(A1)", "\t=1", "  =1", "\r\n", "Tea"], 3)
)


@given(st.lists(CELLS, min_size=1, max_size=4))
def test_no_cell_of_a_file_begins_like_a_formula(cells: list[Any]) -> None:
    out = io.StringIO()
    csv.writer(out).writerow([escape_formula(cell) for cell in cells])
    (read,) = csv.reader(io.StringIO(out.getvalue(), newline=""))
    for cell, sent in zip(read, cells, strict=True):
        assert isinstance(sent, int) or not cell.lstrip().startswith(FORMULA_STARTS)
        assert cell.removeprefix("'") == ("" if sent is None else str(sent).removeprefix("'"))
