"""Field types that know the field's conventions: dates, NHS numbers, postcodes, phones, names, choices.

Each takes what a person would type and gives one tidy form; what it refuses, it refuses in plain English.
Import them from config.forms.
"""

import calendar
import datetime
import re
import unicodedata
import uuid
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

import phonenumbers
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from config.births import Birth, BirthPrecision
from config.http import parse_uuid
from config.postcodes import list_postcode_readings, space_postcode


def width_attrs(characters: int) -> dict[str, str]:
    """Attributes for a widget about that many characters wide: 2, 3, 4, 5, 10, 20 or 30."""
    return {"class": f"govuk-input--width-{characters}"}


MONTHS = [name.lower() for name in calendar.month_name[1:]]  # in English, as Python has them
YEAR_WORDS = "The year must have 4 numbers, for example 1951"
DATE_PARTS = {"day": "a day", "month": "a month", "year": "a year"}


class DateWidget(forms.MultiWidget):
    """Three boxes: `name_day`, `name_month`, `name_year`."""

    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(dict.fromkeys(DATE_PARTS, forms.TextInput), attrs)

    def decompress(self, value: datetime.date | None) -> list[Any]:
        return [value.day, value.month, value.year] if value else [None, None, None]


class DateField(forms.MultiValueField):
    """A date as day, month and year → datetime.date, or None when not required and left blank.

    Real dates only. A month may be a number or a name. A year has four digits: "20" is asked again, never read
    as the year 20. `past` and `future` include today; `earliest` (a date) is the first one allowed.
    `autocomplete="bday"` offers the browser's own (resident pages only).
    """

    widget = DateWidget

    def __init__(
        self,
        *,
        past: bool = False,
        future: bool = False,
        earliest: datetime.date = datetime.date(1900, 1, 1),
        autocomplete: str = "",
        **kwargs: Any,
    ) -> None:
        self.past, self.future, self.earliest, self.autocomplete = past, future, earliest, autocomplete
        parts = [forms.CharField(required=False, max_length=20) for _ in DATE_PARTS]
        super().__init__(parts, require_all_fields=False, **kwargs)

    def clean(self, value: Any) -> datetime.date | None:
        typed = dict(zip(DATE_PARTS, (str(v or "").strip() for v in value or ["", "", ""]), strict=False))
        if not any(typed.values()):
            if self.required:
                raise ValidationError(self.error_messages["required"], code="required")
            return None
        found = self._parse_date(typed)
        self._check_limits(found)
        self.run_validators(found)
        return found

    def _parse_date(self, typed: dict[str, str]) -> datetime.date:
        missing = [part for part in DATE_PARTS if not typed[part]]
        if missing:
            words = " and ".join(DATE_PARTS[part] for part in missing)
            raise ValidationError(f"The date must include {words}", code="incomplete", params={"parts": missing})
        day = int(typed["day"]) if re.fullmatch(r"[0-9]{1,2}", typed["day"]) else 0
        if not 1 <= day <= 31:
            raise ValidationError("The day must be a number from 1 to 31", code="day", params={"parts": ["day"]})
        month = parse_month(typed["month"])
        if not month:
            raise ValidationError(
                "The month must be a number from 1 to 12, or its name", code="month", params={"parts": ["month"]}
            )
        if not re.fullmatch(r"[0-9]{4}", typed["year"]) or int(typed["year"]) == 0:
            raise ValidationError(YEAR_WORDS, code="year", params={"parts": ["year"]})
        try:
            return datetime.date(int(typed["year"]), month, day)
        except ValueError:
            words = f"There is no {day} {MONTHS[month - 1].title()} {typed['year']}. Check the day and the month"
            raise ValidationError(words, code="unreal", params={"parts": ["day", "month"]}) from None

    def _check_limits(self, found: datetime.date) -> None:
        today = timezone.localdate()
        if self.past and found > today:
            raise ValidationError("The date must be today or in the past", code="past")
        if self.future and found < today:
            raise ValidationError("The date must be today or in the future", code="future")
        if found < self.earliest:
            first = f"{self.earliest.day} {MONTHS[self.earliest.month - 1].title()} {self.earliest.year}"
            raise ValidationError(f"The date must be {first} or later", code="earliest", params={"parts": ["year"]})


UNKNOWN_PART = re.compile(r"[?xX\-–_.0 ]+|(?:not )?known|unknown|unk|n/?k|n/?a", re.IGNORECASE)
ABOUT_YEAR = re.compile(r"(?:about|abt|approx\.?|around|circa|ca?\.?|~)?\s*([0-9]{4})\s*\??", re.IGNORECASE)


class BirthWidget(DateWidget):
    """The three boxes, blank where the date is not known so exactly."""

    def decompress(self, value: Birth | datetime.date | None) -> list[Any]:
        on, precision = value if isinstance(value, Birth) else (value, BirthPrecision.DAY)
        if on is None or precision == BirthPrecision.DAY:
            return super().decompress(on)
        month = on.month if precision == BirthPrecision.MONTH else None
        return [None, month, f"about {on.year}" if precision == BirthPrecision.ABOUT else on.year]


class BirthField(DateField):
    """A date of birth → Birth, also where only the month and year are known, or the year, or about which ("c. 1948").

    A box with "?", "xx" or "not known" is as a blank one. Left blank altogether it is a Birth of nothing.
    """

    widget = BirthWidget
    year_width = 10  # characters: "about 1948"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(past=True, **kwargs)

    def clean(self, value: Any) -> Any:
        typed = [str(v or "").strip() for v in value or ["", "", ""]]
        day, month, year = ("" if UNKNOWN_PART.fullmatch(part) else part for part in typed)
        rough = ABOUT_YEAR.fullmatch(year)
        if year and not (day or month or rough):
            raise ValidationError(YEAR_WORDS, code="year", params={"parts": ["year"]})
        if not rough or int(rough[1]) == 0 or (day and rough[1] == year):
            found = super().clean([day, month, year])
            return Birth(found) if isinstance(found, datetime.date) else Birth()
        birth = read_rough_birth(month, int(rough[1]), is_guess=rough[1] != year)
        this_year = birth.on is not None and birth.on.year == timezone.localdate().year
        if birth.on and not this_year:
            self._check_limits(birth.on)
        return birth


def read_rough_birth(month: str, year: int, *, is_guess: bool) -> Birth:
    """Raises ValidationError for a month that is none."""
    if is_guess or not month:
        return Birth.in_year(year, BirthPrecision.ABOUT if is_guess else BirthPrecision.YEAR)
    number = parse_month(month)
    if not number:
        words = "The month must be a number from 1 to 12, or its name"
        raise ValidationError(words, code="month", params={"parts": ["month"]})
    return Birth.in_month(year, number)


def parse_month(typed: str) -> int:
    """ "3", "03", "mar" or "March" → 3; 0 when it is no month."""
    if re.fullmatch(r"[0-9]{1,2}", typed):
        return int(typed) if 1 <= int(typed) <= 12 else 0
    name = typed.lower().rstrip(".")
    return next((n for n, month in enumerate(MONTHS, 1) if len(name) >= 3 and month.startswith(name)), 0)


class CleanCharField(forms.CharField):
    """Text without control characters; a message for people in place of "Null characters are not allowed"."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "max_length": "Use %(limit_value)d characters or fewer. You have %(show_value)d"
    }

    def to_python(self, value: Any) -> str:
        text = ("" if value is None else str(value)).replace("\r\n", "\n").replace("\r", "\n")
        kept = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) != "Cc")
        return str(super().to_python(kept) or "")  # which strips: a space before a control character too


class TextField(CleanCharField):
    """Several lines of text; with `max_length` the box says how many characters are left, and cuts nothing."""

    widget = forms.Textarea

    def __init__(self, *, rows: int = 5, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.Textarea(attrs={"rows": rows}))
        super().__init__(**kwargs)
        self.widget.attrs.pop("maxlength", None)  # browsers would cut a pasted text without a word


class NameField(CleanCharField):
    """A person's name in any script, on one line. Marks that reorder text are dropped: they can hide a name."""

    def __init__(self, *, max_length: int = 120, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"spellcheck": "false"}))
        super().__init__(max_length=max_length, **kwargs)

    def to_python(self, value: Any) -> str:
        text = re.sub("[\u202a-\u202e\u2066-\u2069]", "", super().to_python(value))
        return " ".join(text.split())


def is_valid_nhs_number(digits: str) -> bool:
    """Whether ten digits are an NHS number by its check digit.

    NHS Data Dictionary, NHS NUMBER: weights 10 to 2, modulus 11; a sum that gives 10 fits no digit. Ten
    times the same digit passes the sum but is never issued. 999 000 0000 to 999 999 9999 are for tests.
    """
    if not re.fullmatch(r"[0-9]{10}", digits) or len(set(digits)) == 1:
        return False
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False))
    return (11 - total % 11) % 11 == int(digits[9])


VERHOEFF_PERMUTATION = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)
INVALID_SCTID_MESSAGE = "This is not a SNOMED CT code. Check each digit"


def validate_sctid(value: str) -> None:
    """Raises ValidationError for what is no SNOMED CT identifier: 6 to 18 digits, the last a Verhoeff check digit
    (SNOMED CT Technical Implementation Guide, "Check-digit")."""
    if not re.fullmatch(r"[1-9][0-9]{5,17}", value):
        raise ValidationError(INVALID_SCTID_MESSAGE, code="sctid")
    check = 0
    for position, digit in enumerate(map(int, reversed(value))):
        for _ in range(position % 8):
            digit = VERHOEFF_PERMUTATION[digit]
        check = multiply_dihedral(check, digit)
    if check:
        raise ValidationError(INVALID_SCTID_MESSAGE, code="sctid")


def multiply_dihedral(a: int, b: int) -> int:
    """The product in the group of the symmetries of a pentagon, on which Verhoeff's check digit stands."""
    if a < 5:
        return (a + b) % 5 + (5 if b >= 5 else 0)
    return (a - b) % 5 + (5 if b < 5 else 0)


class NHSNumberField(CleanCharField):
    """An NHS number with or without spaces or hyphens → ten digits ("" when blank and not required)."""

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"inputmode": "numeric", "spellcheck": "false", "autocomplete": "off"} | width_attrs(10)
        kwargs.setdefault("widget", forms.TextInput(attrs=attrs))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        return re.sub(r"[\s\-\u2010-\u2015]", "", super().to_python(value))

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not re.fullmatch(r"[0-9]{10}", value):
            raise ValidationError("An NHS number has 10 digits, for example 999 000 0018", code="length")
        if value and not is_valid_nhs_number(value):
            raise ValidationError("This is not an NHS number. Check each digit", code="check_digit")

    def prepare_value(self, value: Any) -> Any:
        digits = str(value or "")
        spaced = f"{digits[:3]} {digits[3:6]} {digits[6:]}"
        return spaced if re.fullmatch(r"[0-9]{10}", digits) else value


class PostcodeField(CleanCharField):
    """A full postcode in any case and spacing ("bn112aa") → "BN11 2AA". The shape only; not that it exists. O for 0,
    I for 1 and the like are put right where only one reading is left, and asked about otherwise."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs={"spellcheck": "false"} | width_attrs(10)))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        packed = re.sub(r"[^A-Z0-9]", "", super().to_python(value).upper())
        readings = list_postcode_readings(packed)
        if len(readings) > 1:
            meant = " or ".join(map(space_postcode, readings))
            raise ValidationError(f"Check each letter and number. Is it {meant}?", code="reading")
        packed = readings[0] if readings else packed
        return space_postcode(packed) if len(packed) > 3 else packed

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not re.fullmatch(r"[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}", value):
            raise ValidationError("Enter a full postcode, for example BN11 2AA", code="shape")


MAX_PHONE_LENGTH = 30  # of the columns that phone numbers are kept in


class EmailField(forms.EmailField):
    """An e-mail address of up to 254 characters; `own`: the browser may offer that of whoever fills the form in."""

    default_error_messages = {"invalid": "Enter an e-mail address like name@example.org"}

    def __init__(self, *, own: bool = False, width: int = 0, **kwargs: Any) -> None:
        attrs = {"spellcheck": "false"} | ({"autocomplete": "email"} if own else {})
        widget = forms.EmailInput(attrs | (width_attrs(width) if width else {}))
        super().__init__(max_length=254, widget=widget, **kwargs)


class PhoneField(CleanCharField):
    """A UK phone number as people write it, with its extension → as it is usually grouped ("07700 900123").

    Its shape only: `is_valid_number` would refuse Ofcom's drama numbers, and what was allotted since the library's
    release. The library writes a 0 before the numbers of the plan alone (01, 02, 03, 05, 07, 08 and 09).
    """

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"type": "tel", "spellcheck": "false"} | width_attrs(20)
        kwargs.setdefault("widget", forms.TextInput(attrs=attrs))
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> str:
        typed = super().to_python(value)
        bare = typed.strip(" .,;-")
        if re.fullmatch(r"\([^()]*\)", bare):
            bare = bare[1:-1]
        found = find_phone_number(bare)
        if found and found.raw_string == bare and found.number.country_code == 44:
            tidy = phonenumbers.format_number(found.number, phonenumbers.PhoneNumberFormat.NATIONAL)
            if tidy[0] == "0" and len(tidy) <= MAX_PHONE_LENGTH:
                return tidy
        if typed:
            raise ValidationError("Enter a UK phone number, for example 01632 960001 or 07700 900123", code="shape")
        return ""


def find_phone_number(text: str) -> phonenumbers.PhoneNumberMatch | None:
    """The first phone number of nine digits or more, as it is dialled in the UK, in a text of up to 100 characters."""
    found = phonenumbers.PhoneNumberMatcher(text[:100], "GB", phonenumbers.Leniency.POSSIBLE)
    return next((match for match in found if (match.number.national_number or 0) >= 10**8), None)


class WholeNumberField(forms.IntegerField):
    """A whole number in a text box about `width` characters wide: browsers' number boxes change when one scrolls."""

    def __init__(self, *, width: int, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs=width_attrs(width) | {"inputmode": "numeric"}), **kwargs)


class Radios(forms.ChoiceField):
    """One of a few. `hints` {value: text under it}; `inline` side by side (for two short answers).

    `shows` {value: (names of this form's fields,)} draws those under that answer, for staff pages only: a
    screen reader is told badly that they appear, so residents are asked on the next page instead.
    """

    widget = forms.RadioSelect

    def __init__(
        self,
        *,
        hints: Mapping[str, str] | None = None,
        inline: bool = False,
        shows: Mapping[str, Iterable[str]] | None = None,
        **kwargs: Any,
    ) -> None:
        self.hints, self.inline, self.shows = dict(hints or {}), inline, dict(shows or {})
        super().__init__(**kwargs)


class Checkboxes(forms.MultipleChoiceField):
    """Any of several. `alone` is the value of the answer that excludes the others ("None of these")."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self, *, hints: Mapping[str, str] | None = None, alone: str | None = None, **kwargs: Any) -> None:
        self.hints, self.alone = dict(hints or {}), alone
        super().__init__(**kwargs)

    def validate(self, value: list[str]) -> None:
        super().validate(value)
        if self.alone in value and len(value) > 1:
            words = next((label for key, label in self.widget.choices if key == self.alone), self.alone)
            raise ValidationError(f"Choose “{words}” or the others, not both", code="alone")


class IdempotencyKey(forms.UUIDField):
    """Drawn once with each form (hidden): the same post sent twice carries the same key, and is answered once."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.HiddenInput)
        kwargs.setdefault("initial", uuid.uuid4)
        super().__init__(**kwargs)
        words = "We could not tell whether this was sent before. Check it and send it again"
        self.error_messages |= {"required": words, "invalid": words}

    def bound_data(self, data: Any, initial: Any) -> Any:
        """A key that cannot be read is replaced on the page, so that sending again works."""
        key = parse_uuid(data)
        return str(key) if key else initial
