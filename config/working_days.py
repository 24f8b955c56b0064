"""Working days where the place is: Monday to Friday without the bank holidays of its nation.

Bank holidays come from the `holidays` library, which follows gov.uk/bank-holidays: ENG, WLS (the same), SCT, NIR.
"""

from datetime import date, timedelta
from functools import cache

from django.conf import settings
from holidays import country_holidays
from holidays.holiday_base import HolidayBase


@cache
def bank_holidays(nation: str) -> HolidayBase:
    """Its bank holidays; the library adds each year when it is first asked about."""
    return country_holidays("GB", subdiv=nation)


@cache
def bank_holiday_name(day: date, nation: str) -> str:
    """ "Christmas Day", also when it falls on a Sunday, and for the day kept in its stead; "" for any other day."""
    return str(bank_holidays(nation).get(day, "")).replace(" (observed)", "")


def is_working_day(day: date) -> bool:
    return day.weekday() < 5 and day not in bank_holidays(settings.PLACE["nation"])


def add_working_days(day: date, n: int) -> date:
    """The n-th working day after `day` (n ≥ 0); with 0, `day` itself or the first working day after it."""
    if n < 0:
        raise ValueError("Count working days forward from the earlier date.")
    while n > 0:
        day += timedelta(days=1)
        n -= is_working_day(day)
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def working_days_between(a: date, b: date) -> int:
    """How many working days come after `a`, up to and including `b`; negative when `b` is before `a`."""
    if b < a:
        return -working_days_between(b, a)
    return sum(is_working_day(a + timedelta(days=n)) for n in range(1, (b - a).days + 1))
