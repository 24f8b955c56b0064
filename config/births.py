"""Dates of birth that are known to the day, or only to the month or the year, or guessed from an age.

Kept as a date and how exact it is (FHIR's partial dates: 1948-03, 1948). A date that is not exact stands in the middle
of what it may be, so that an age worked out from it is out by as little as can be; what people read says "about".
"""

import calendar
import datetime
from typing import NamedTuple

from django.db import models

GUESSED_YEARS = 3  # a birthday guessed from an age, or said to be "about 1948", may be out by so much


class BirthPrecision(models.TextChoices):
    DAY = "day", "To the day"
    MONTH = "month", "To the month"
    YEAR = "year", "To the year"
    ABOUT = "about", "About the year"


class Birth(NamedTuple):
    """`on` is None when nothing is known."""

    on: datetime.date | None = None
    precision: str = BirthPrecision.DAY

    @property
    def span(self) -> tuple[datetime.date, datetime.date] | None:
        """The first and the last day that it may be."""
        if self.on is None or self.precision == BirthPrecision.DAY:
            return (self.on, self.on) if self.on else None
        if self.precision == BirthPrecision.MONTH:
            last = calendar.monthrange(self.on.year, self.on.month)[1]
            return self.on.replace(day=1), self.on.replace(day=last)
        years = GUESSED_YEARS if self.precision == BirthPrecision.ABOUT else 0
        return datetime.date(self.on.year - years, 1, 1), datetime.date(self.on.year + years, 12, 31)

    def may_be(self, known: "Birth") -> bool:
        """Whether this, told less exactly, may be the birth that is known."""
        ours, theirs = self.span, known.span
        rough = self.precision != BirthPrecision.DAY
        return rough and bool(ours and theirs and ours[0] <= theirs[0] and theirs[1] <= ours[1])

    @classmethod
    def in_month(cls, year: int, month: int) -> "Birth":
        return cls(datetime.date(year, month, 15), BirthPrecision.MONTH)

    @classmethod
    def in_year(cls, year: int, precision: BirthPrecision = BirthPrecision.YEAR) -> "Birth":
        return cls(datetime.date(year, 7, 1), precision)

    @classmethod
    def from_age(cls, years: int, today: datetime.date) -> "Birth":
        """Who is 78 was born in one of two years: the likelier, by how much of this year has passed."""
        return cls.in_year(today.year - years - (today.month < 7), BirthPrecision.ABOUT)


NOT_KNOWN = Birth()


class WithBirth:
    """A model with `date_of_birth` and `birth_precision`."""

    date_of_birth: datetime.date | None
    birth_precision: str

    @property
    def birth(self) -> Birth:
        return Birth(self.date_of_birth, self.birth_precision)
