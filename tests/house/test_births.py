"""A date of birth as people know it: to the day, the month, the year, about, by an age, or not at all."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from config.births import NOT_KNOWN, Birth, BirthPrecision
from config.forms import BirthField
from config.template_tags import birth_age, born

ROUGH = [  # day, month, year as typed, how it is read back
    ("8", "3", "1951", "8 March 1951"),
    ("8", "mar", "1951", "8 March 1951"),
    ("", "3", "1951", "about March 1951"),
    ("?", "March", "1951", "about March 1951"),
    ("xx", "Mar.", "1951", "about March 1951"),
    ("00", "03", "1951", "about March 1951"),
    ("", "", "1951", "about 1951"),
    ("?", "?", "1951", "about 1951"),
    ("not known", "unknown", "1951", "about 1951"),
    ("", "", "about 1948", "about 1948"),
    ("", "", "c1948", "about 1948"),
    ("", "", "c. 1948", "about 1948"),
    ("", "", "circa 1948", "about 1948"),
    ("", "", "~1948", "about 1948"),
    ("", "", "1948?", "about 1948"),
    ("", "", "", ""),
    ("?", "?", "?", ""),
]


@pytest.mark.parametrize(("day", "month", "year", "words"), ROUGH)
def test_what_is_known_is_taken_and_said(day: str, month: str, year: str, words: str) -> None:
    birth = BirthField(required=False).clean([day, month, year])
    assert born(birth) == words
    # what the form shows of it is read back as the same
    shown = BirthField(required=False).widget.decompress(birth)
    assert BirthField(required=False).clean([str(part or "") for part in shown]) == birth


WRONG = [
    ("8", "", "1951", "must include a month"),
    ("8", "3", "", "must include a year"),
    ("", "13", "1951", "The month must be a number"),
    ("31", "2", "1951", "no 31 February"),
    ("", "", "51", "The year must have 4 numbers"),
    ("", "", "1851", "1 January 1900 or later"),
    ("", "3", "2999", "today or in the past"),
    ("", "", "about", "4 numbers"),
]


@pytest.mark.parametrize(("day", "month", "year", "words"), WRONG)
def test_what_is_no_date_is_asked_again(day: str, month: str, year: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        BirthField(required=False).clean([day, month, year])


def test_a_child_of_this_year_is_taken() -> None:
    assert BirthField().clean(["", "", str(timezone.localdate().year)]).on


@pytest.mark.parametrize("years", [0, 1, 17, 18, 64, 65, 78, 103])
@pytest.mark.parametrize("today", [datetime.date(2026, 1, 1), datetime.date(2026, 6, 30), datetime.date(2026, 11, 28)])
def test_an_age_is_a_year_that_fits_it(years: int, today: datetime.date) -> None:
    birth = Birth.from_age(years, today)
    assert birth.on
    assert birth.precision == BirthPrecision.ABOUT
    days = (today - birth.on).days
    assert years * 365.25 - 1 <= days <= (years + 1) * 365.25 + 1


def test_an_age_is_said_as_about() -> None:
    today = timezone.localdate()
    assert birth_age(Birth.from_age(78, today)) == "about 78"
    assert birth_age(Birth(today.replace(day=1, year=today.year - 78))) == "78"
    assert birth_age(NOT_KNOWN) == ""


def test_what_is_told_roughly_may_be_what_is_known() -> None:
    known = Birth(datetime.date(1948, 3, 8))
    assert Birth.in_year(1948).may_be(known)
    assert Birth.in_month(1948, 3).may_be(known)
    assert Birth.in_year(1946, BirthPrecision.ABOUT).may_be(known)
    assert not Birth.in_year(1949).may_be(known)
    assert not known.may_be(Birth.in_year(1948))
    assert not NOT_KNOWN.may_be(known)
