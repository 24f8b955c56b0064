"""Working days in England."""

from datetime import date

import pytest

from config.working_days import add_working_days, is_working_day, working_days_between


@pytest.mark.parametrize(
    ("start", "n", "expected"),
    [
        (date(2026, 11, 20), 1, date(2026, 11, 23)),  # Friday to Monday
        (date(2026, 11, 23), 2, date(2026, 11, 25)),
        (date(2026, 12, 24), 1, date(2026, 12, 29)),  # Boxing Day is a Saturday, its substitute Monday 28
        (date(2027, 3, 25), 1, date(2027, 3, 30)),  # Good Friday and Easter Monday
        (date(2026, 11, 21), 0, date(2026, 11, 23)),  # a Saturday, no days on: the next working day
        (date(2026, 11, 20), 0, date(2026, 11, 20)),
    ],
)
def test_working_days_skip_weekends_and_english_bank_holidays(start: date, n: int, expected: date) -> None:
    assert add_working_days(start, n) == expected


def test_scottish_holidays_are_working_days_here() -> None:
    assert is_working_day(date(2026, 11, 30))  # St Andrew's Day


def test_between_is_the_inverse_of_adding() -> None:
    start = date(2026, 12, 18)
    for n in range(1, 30):
        assert working_days_between(start, add_working_days(start, n)) == n


def test_between_is_negative_backwards() -> None:
    assert working_days_between(date(2026, 11, 25), date(2026, 11, 23)) == -2


def test_days_before_the_start_are_refused() -> None:
    with pytest.raises(ValueError, match="forward"):
        add_working_days(date(2026, 11, 20), -1)
