"""What a person types into a box gives one tidy form, which typed again gives itself, or a sentence."""

import datetime

from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from config.fields import (
    MONTHS,
    CleanCharField,
    DateField,
    NameField,
    NHSNumberField,
    PostcodeField,
    is_valid_nhs_number,
)
from config.postcodes import AREAS, INWARD_LETTERS
from directory.geography.postcodes import normalise_postcode
from tests.properties.strategies import awkward_text

TYPED = awkward_text(["BN11 2AA", "999 000 0018", "sw1a 1aa", "Zoë O'Hara-Smith", "31", "Feb", "2024", "\r\n", "\t"])


@given(TYPED, st.sampled_from([CleanCharField, NameField, NHSNumberField, PostcodeField]))
def test_what_is_tidied_once_stays_as_it_is(typed: str, kind: type[CleanCharField]) -> None:
    field = kind(required=False)
    try:
        tidy = field.clean(typed)
    except ValidationError:
        return
    assert field.clean(tidy) == tidy
    assert "\0" not in tidy


@given(st.dates(datetime.date(1900, 1, 1), datetime.date(2100, 12, 31)), st.sampled_from(["number", "name", "short"]))
def test_every_real_date_is_read_however_its_month_is_written(day: datetime.date, style: str) -> None:
    name = MONTHS[day.month - 1]
    month = {"number": str(day.month), "name": name.title(), "short": name[:3].upper()}[style]
    assert DateField().clean([f" {day.day}", month, str(day.year)]) == day


@given(st.lists(TYPED | st.integers(0, 99).map(str), min_size=3, max_size=3))
def test_anything_else_in_the_boxes_of_a_date_gives_a_date_or_a_sentence(parts: list[str]) -> None:
    try:
        found = DateField(required=False).clean(parts)
    except ValidationError:
        return
    assert (found is None) == (not any(part.strip() for part in parts))


def make_nhs_number(nine: int) -> str | None:
    """Nine digits and the check digit that the NHS Data Dictionary's table asks for; None where it gives 10."""
    digits = [int(digit) for digit in f"{nine:09}"]
    check = 11 - sum(weight * digit for weight, digit in zip((10, 9, 8, 7, 6, 5, 4, 3, 2), digits, strict=True)) % 11
    return None if check == 10 else f"{nine:09}{0 if check == 11 else check}"


@given(st.integers(0, 999_999_999).map(make_nhs_number).filter(bool), st.data())
def test_an_nhs_number_bears_no_wrong_digit_and_no_two_swapped(number: str, data: st.DataObject) -> None:
    if len(set(number)) == 1:
        assert not is_valid_nhs_number(number)
        return
    assert is_valid_nhs_number(number)
    assert NHSNumberField().clean(f"{number[:3]} {number[3:6]}-{number[6:]}") == number
    at = data.draw(st.integers(0, 9))
    other = data.draw(st.sampled_from([digit for digit in "0123456789" if digit != number[at]]))
    assert not is_valid_nhs_number(number[:at] + other + number[at + 1 :])
    if at < 9 and number[at] != number[at + 1]:
        assert not is_valid_nhs_number(number[:at] + number[at + 1] + number[at] + number[at + 2 :])


POSTCODES = st.builds(
    "{}{} {}".format,
    st.sampled_from(sorted(AREAS)),
    st.from_regex(r"[0-9][0-9]?", fullmatch=True),
    st.from_regex(f"[0-9][{''.join(sorted(INWARD_LETTERS))}]{{2}}", fullmatch=True),
)


@given(POSTCODES, st.sampled_from([" ", "", "-", "  ", "\t"]), st.booleans())
def test_a_postcode_is_one_however_it_is_written(postcode: str, gap: str, small: bool) -> None:
    typed = postcode.replace(" ", gap)
    typed = typed.lower() if small else typed
    assert PostcodeField().clean(typed) == postcode
    assert normalise_postcode(typed) == postcode.replace(" ", "")


@given(TYPED)
def test_what_is_no_postcode_is_none(typed: str) -> None:
    code = normalise_postcode(typed)
    assert code == "" or PostcodeField().clean(code).replace(" ", "") == code
