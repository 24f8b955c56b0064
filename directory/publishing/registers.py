"""Numbers of the registers that groups stand in, tidied and checked, and where each can be looked up."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from config.fields import CleanCharField, width_attrs

CHARITY_COMMISSION_URL = "https://register-of-charities.charitycommission.gov.uk/charity-search/-/charity-details/"
OSCR_URL = "https://www.oscr.org.uk/about-charities/search-the-register/charity-details?number="
CCNI_URL = "https://www.charitycommissionni.org.uk/charity-details/?regId="
COMPANIES_HOUSE_URL = "https://find-and-update.company-information.service.gov.uk/company/"

# Companies House, "Company number prefixes": England and Wales, Scotland, Northern Ireland, and other registers.
COMPANY_NUMBER_PREFIXES = (
    "SC NI OC SO NC CE CS FC SF NF LP SL NL IP SP NP RC SR NR RS ZC SZ NZ AC SA NA IC SI NV GE GS GN NO PC ES SE SG"
)


class CharityNumberField(CleanCharField):
    """A charity's number → "1234567", "1234567-1" (a linked charity), "SC012345" or "NIC100123"; "" when blank.

    Charity Commission for England and Wales: 6 or 7 numbers. OSCR: SC and 6. Charity Commission for Northern
    Ireland: 6 numbers that begin with 1, as people write them with or without NIC.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"spellcheck": "false"} | width_attrs(10)))
        super().__init__(**kwargs)

    def to_python(self, value: object) -> str:
        return normalise_register_number(super().to_python(value), "charity", "-")

    def validate(self, value: str) -> None:
        super().validate(value)
        if not value or re.fullmatch(r"\d{6,7}(-\d{1,2})?|SC\d{6}|NIC1\d{5}", value, re.ASCII):
            return
        if re.fullmatch(r"\d{8}", value, re.ASCII):
            raise ValidationError("This looks like a company number. Put it in the next box", code="company")
        raise ValidationError(
            "A charity number has 6 or 7 numbers, such as 1234567. In Scotland it begins with SC, such as SC012345",
            code="shape",
        )


class CompanyNumberField(CleanCharField):
    """A company's number → 8 characters: "01234567", "SC123456", "OC301234"; "" when blank. Zeros that people
    leave out in front are put back (Companies House, "Company number")."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"spellcheck": "false"} | width_attrs(10)))
        super().__init__(**kwargs)

    def to_python(self, value: object) -> str:
        found = normalise_register_number(super().to_python(value), "company", "")
        if re.fullmatch(r"\d{6,7}", found, re.ASCII):
            return found.zfill(8)
        read = re.fullmatch(r"([A-Z]{2})(\d{4,6})", found, re.ASCII)
        return f"{read[1]}{read[2].zfill(6)}" if read else found

    def validate(self, value: str) -> None:
        super().validate(value)
        read = re.fullmatch(r"(?:\d{8}|R\d{7}|([A-Z]{2})\d{6})", value, re.ASCII)
        if value and not (read and (read[1] is None or read[1] in COMPANY_NUMBER_PREFIXES.split())):
            raise ValidationError(
                "A company number has 8 numbers, such as 01234567, or 2 letters and 6 numbers, such as SC123456",
                code="shape",
            )


def normalise_register_number(typed: str, word: str, keep: str) -> str:
    """ "Charity no. sc 012 345" → "SC012345". What holds no such character stays as typed, to be refused."""
    bare = re.sub(rf"^\W*(registered\s+)?({word}\s*)?(number|no)?\b[.:\s]*", "", typed, flags=re.IGNORECASE)
    bare = re.sub(r"[\u2010-\u2015]", "-", bare)
    return re.sub(rf"[^A-Z0-9{keep}]", "", bare.upper()) or typed.strip()


def charity_register_url(number: str) -> str:
    """Where the number can be looked up; "" for none."""
    if number.startswith("SC"):
        return f"{OSCR_URL}{number}"
    if number.startswith("NIC"):
        return f"{CCNI_URL}{number.removeprefix('NIC')}"
    return f"{CHARITY_COMMISSION_URL}{number.partition('-')[0]}" if number else ""


def company_register_url(number: str) -> str:
    return f"{COMPANIES_HOUSE_URL}{number}" if number else ""
