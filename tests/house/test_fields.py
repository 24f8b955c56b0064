"""Field types: what each reads, and what it refuses with which words."""

import datetime
from typing import Any

import pytest
from django import forms
from django.utils import timezone

from config.fields import parse_month
from config.forms import (
    Checkboxes,
    DateField,
    NameField,
    NHSNumberField,
    PhoneField,
    PostcodeField,
    TextField,
    is_valid_nhs_number,
)


def clean(field: forms.Field, value: Any) -> Any:
    return field.clean(value)


def refusal(field: forms.Field, value: Any) -> str:
    with pytest.raises(forms.ValidationError) as caught:
        field.clean(value)
    return caught.value.messages[0]


# --- Dates ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "date"),
    [
        (["27", "3", "1951"], datetime.date(1951, 3, 27)),
        ([" 07 ", "03", "1951"], datetime.date(1951, 3, 7)),
        (["29", "2", "2024"], datetime.date(2024, 2, 29)),
        (["1", "March", "2026"], datetime.date(2026, 3, 1)),
        (["1", "sept", "2026"], datetime.date(2026, 9, 1)),
        (["1", "DEC.", "2026"], datetime.date(2026, 12, 1)),
    ],
)
def test_a_real_date_is_read(typed: list[str], date: datetime.date) -> None:
    assert clean(DateField(), typed) == date


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (["1", "1", "20"], "The year must have 4 numbers, for example 1951"),
        (["31", "2", "2026"], "There is no 31 February 2026. Check the day and the month"),
        (["29", "2", "2023"], "There is no 29 February 2023. Check the day and the month"),
        (["32", "1", "2026"], "The day must be a number from 1 to 31"),
        (["x", "1", "2026"], "The day must be a number from 1 to 31"),
        (["1", "13", "2026"], "The month must be a number from 1 to 12, or its name"),
        (["1", "ma", "2026"], "The month must be a number from 1 to 12, or its name"),
        (["1", "", "2026"], "The date must include a month"),
        (["", "", "2026"], "The date must include a day and a month"),
        (["1", "1", "0000"], "The year must have 4 numbers, for example 1951"),
        (["1", "1", "1850"], "The date must be 1 January 1900 or later"),
        (["١", "1", "1951"], "The day must be a number from 1 to 31"),
        (["1\x00", "1", "1951"], "The day must be a number from 1 to 31"),
    ],
)
def test_a_date_that_is_none_is_refused_kindly(typed: list[str], words: str) -> None:
    assert refusal(DateField(), typed) == words


def test_a_blank_date_is_none_or_asked_for() -> None:
    assert clean(DateField(required=False), ["", "", ""]) is None
    assert clean(DateField(required=False), None) is None
    assert refusal(DateField(error_messages={"required": "Enter it"}), ["", " ", ""]) == "Enter it"


def test_limits_include_today() -> None:
    today = timezone.localdate()
    later = today + datetime.timedelta(days=1)
    typed = [str(today.day), str(today.month), str(today.year)]
    assert clean(DateField(past=True), typed) == clean(DateField(future=True), typed) == today
    assert "past" in refusal(DateField(past=True), [str(later.day), str(later.month), str(later.year)])
    assert "future" in refusal(DateField(future=True), ["1", "1", "2020"])


@pytest.mark.parametrize(("typed", "number"), [("3", 3), ("12", 12), ("0", 0), ("mar", 3), ("ju", 0), ("x", 0)])
def test_months_by_number_or_name(typed: str, number: int) -> None:
    assert parse_month(typed) == number


# --- Numbers, postcodes, phones, names ---------------------------------------------------------------


@pytest.mark.parametrize("typed", ["9990000018", "999 000 0018", "999-000-0018", " 999 0000 018 "])
def test_an_nhs_number_is_read_with_any_spacing(typed: str) -> None:
    assert clean(NHSNumberField(), typed) == "9990000018"


@pytest.mark.parametrize("typed", ["9990000019", "0000000000", "1111111111", "123", "99900000180", "999000001x"])
def test_what_is_no_nhs_number_is_refused(typed: str) -> None:
    assert refusal(NHSNumberField(), typed)


def test_exactly_one_check_digit_or_none_is_right() -> None:
    """NHS Data Dictionary: a sum that gives 10 has no valid number; 943 476 5919 is the published example."""
    assert is_valid_nhs_number("9434765919")
    for start in range(400_000_000, 400_000_200):
        assert sum(is_valid_nhs_number(f"{start}{digit}") for digit in range(10)) <= 1


@pytest.mark.parametrize(
    ("typed", "tidy"),
    [("bn112aa", "BN11 2AA"), (" BN11  2AA ", "BN11 2AA"), ("w1a-0ax", "W1A 0AX"), ("M1 1AE", "M1 1AE")],
)
def test_a_postcode_in_any_shape_becomes_tidy(typed: str, tidy: str) -> None:
    assert clean(PostcodeField(), typed) == tidy


@pytest.mark.parametrize(
    ("typed", "tidy"),
    [
        ("BN1I 1EE", "BN11 1EE"),
        ("BN11 lEE", "BN11 1EE"),
        ("bnii iee", "BN11 1EE"),
        ("8N11 1EE", "BN11 1EE"),
        ("BN43 SDD", "BN43 5DD"),
        ("BN11 1E8", "BN11 1EB"),
        ("BN11 2A1", "BN11 2AL"),
        ("5W1A 1AA", "SW1A 1AA"),
        ("ECIA IBB", "EC1A 1BB"),
        ("W1A OAX", "W1A 0AX"),
        ("S014 0AA", "SO14 0AA"),
        ("0X1 1AA", "OX1 1AA"),
        ("Y03I 2HX", "YO31 2HX"),
        ("G3l 4DA", "G31 4DA"),
        ("BN11 ZGG", "BN11 2GG"),
        ("6L1 1AA", "GL1 1AA"),
    ],
)
def test_a_postcode_with_signs_mistaken_is_read_by_their_position(typed: str, tidy: str) -> None:
    assert clean(PostcodeField(), typed) == tidy


@pytest.mark.parametrize(
    ("typed", "one", "other"), [("BN11 2A0", "BN11 2AQ", "BN11 2AD"), ("LIO1AA", "L10 1AA", "LL0 1AA")]
)
def test_where_two_postcodes_may_be_meant_it_is_asked(typed: str, one: str, other: str) -> None:
    said = refusal(PostcodeField(), typed)
    assert one in said
    assert other in said


@pytest.mark.parametrize(
    "typed", ["ZZ99 3CZ", "OX1 1AA", "SO14 0AA", "E1W 1AA", "L1 8JQ", "B8 2ZZ", "SS0 0AA", "IG1 1AA"]
)
def test_a_right_postcode_stays_as_it_is(typed: str) -> None:
    assert clean(PostcodeField(), typed) == typed


@pytest.mark.parametrize("typed", ["BN11", "112AA", "BN112A", "BN11 2A", "somewhere", "<script>", "12345", "98101"])
def test_half_a_postcode_is_asked_again(typed: str) -> None:
    assert refusal(PostcodeField(), typed) == "Enter a full postcode, for example BN11 2AA"


@pytest.mark.parametrize(
    ("typed", "tidy"),
    [
        ("07700900123", "07700 900123"),
        ("+44 7700 900123", "07700 900123"),
        ("+44 (0)7700 900 123", "07700 900123"),
        ("0044 1632 960001", "01632 960001"),
        ("(01632) 960-001", "01632 960001"),
        ("020 7946 0001", "020 7946 0001"),
        ("02079460001", "020 7946 0001"),
        ("0808 157 0123", "0808 157 0123"),
        ("03069990123", "0306 999 0123"),
        ("01632 960001 ext. 12", "01632 960001 x12"),
        ("01632 960001 x12", "01632 960001 x12"),
        ("01632 960001 ext. 1234567890123456", "01632 960001 x1234567890123456"),
        ("07700 900123.", "07700 900123"),
        ("(07700 900123)", "07700 900123"),
        ("-07700 900123", "07700 900123"),
    ],
)
def test_a_uk_phone_number_becomes_tidy(typed: str, tidy: str) -> None:
    assert clean(PhoneField(), typed) == tidy


@pytest.mark.parametrize(
    "typed",
    [
        "12345",
        "call me",
        "+33 1 23 45 67 89",
        "0412345678",
        "077009001234",
        "0770090012",
        "999",
        "0900",
        "Mary 07700 900123",
        "07700 900123 or 01632 960001",
        "01632 960001 ext. 12345678901234567890",  # longer than the columns
        "0" * 100_000,
    ],
)
def test_no_phone_number_is_asked_again(typed: str) -> None:
    assert "UK phone number" in refusal(PhoneField(), typed)


@pytest.mark.parametrize(
    ("typed", "tidy"),
    [
        ("  Rhian   Prŷs ", "Rhian Prŷs"),
        ("O’Brien-D'Arcy", "O’Brien-D'Arcy"),
        ("فاطمة الزهراء", "فاطمة الزهراء"),
        ("Łódź\x00\x07", "Łódź"),
        ("Ann\u202eevil", "Annevil"),
        ("😀 Joy", "😀 Joy"),
        ("Joan\r\nWhit", "Joan Whit"),
    ],
)
def test_names_of_any_script_are_kept_and_tricks_are_not(typed: str, tidy: str) -> None:
    assert clean(NameField(), typed) == tidy


def test_a_name_is_not_longer_than_its_column() -> None:
    assert refusal(NameField(max_length=5), "abcdef")


def test_text_keeps_its_lines_and_counts_as_the_browser_does() -> None:
    field = TextField(max_length=5)
    assert clean(field, "ab\r\ncd") == "ab\ncd"
    assert clean(field, "abc \x07 ") == "abc"
    assert refusal(field, "abcdefg") == "Use 5 characters or fewer. You have 7"
    assert "maxlength" not in field.widget.attrs


def test_none_of_these_excludes_the_others() -> None:
    field = Checkboxes(choices=[("a", "A"), ("none", "None of these")], alone="none")
    assert clean(field, ["none"]) == ["none"]
    assert refusal(field, ["a", "none"]) == "Choose “None of these” or the others, not both"


def test_a_stock_field_refuses_nul_in_words() -> None:
    assert refusal(forms.CharField(), "a\x00b")
