"""Numbers of charities and companies, as people type them."""

import pytest
from django.core.exceptions import ValidationError

from directory.publishing.registers import (
    CharityNumberField,
    CompanyNumberField,
    charity_register_url,
    company_register_url,
)

CHARITY, COMPANY = CharityNumberField(required=False), CompanyNumberField(required=False)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("1234567", "1234567"),
        ("123456", "123456"),
        (" 1 234 567 ", "1234567"),
        ("1234567-1", "1234567-1"),
        ("1234567–12", "1234567-12"),
        ("sc012345", "SC012345"),
        ("Charity no. 1234567", "1234567"),
        ("Registered charity number: SC 012345", "SC012345"),
        ("100280", "100280"),
        ("nic100280", "NIC100280"),
        ("", ""),
    ],
)
def test_charity_numbers_that_are_fine(typed: str, kept: str) -> None:
    assert CHARITY.clean(typed) == kept


@pytest.mark.parametrize("typed", ["12345", "SC12345", "NIC200280", "ABC", "1234567-123", "١٢٣٤٥٦٧"])
def test_charity_numbers_that_are_asked_again(typed: str) -> None:
    with pytest.raises(ValidationError, match="6 or 7 numbers"):
        CHARITY.clean(typed)


def test_a_company_number_in_the_wrong_box_is_named_so() -> None:
    with pytest.raises(ValidationError, match="next box"):
        CHARITY.clean("01234567")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("01234567", "01234567"),
        ("1234567", "01234567"),
        ("sc123456", "SC123456"),
        ("SC 12345", "SC012345"),
        ("NI012345", "NI012345"),
        ("OC301234", "OC301234"),
        ("Company number 01234567", "01234567"),
        ("R0000123", "R0000123"),
        ("CE012345", "CE012345"),
        ("", ""),
    ],
)
def test_company_numbers_that_are_fine(typed: str, kept: str) -> None:
    assert COMPANY.clean(typed) == kept


@pytest.mark.parametrize("typed", ["12345", "123456789", "XX123456", "SC1234567", "hello", "\0", "🎈" * 9])
def test_company_numbers_that_are_asked_again(typed: str) -> None:
    if typed == "\0":
        assert COMPANY.clean(typed) == ""
        return
    with pytest.raises(ValidationError, match="8 numbers"):
        COMPANY.clean(typed)


def test_each_number_leads_to_its_own_register() -> None:
    assert charity_register_url("1234567-1").endswith("/1234567")
    assert "oscr.org.uk" in charity_register_url("SC012345")
    assert charity_register_url("NIC100280").endswith("100280")
    assert company_register_url("SC123456").endswith("/SC123456")
    assert (charity_register_url(""), company_register_url("")) == ("", "")
