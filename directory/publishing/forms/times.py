"""Times of day and lists of days, as people write them."""

import datetime
import re
from contextlib import suppress
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from config.fields import CleanCharField, TextField, parse_month, width_attrs
from config.template_tags import date_words, time_words

NAMED_TIMES = {"midday": datetime.time(12), "noon": datetime.time(12), "midnight": datetime.time(0)}
TIME_PATTERN = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?(am|pm)?|(\d{2})(\d{2})")
DATE_PATTERN = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?(?:of)?[ /.-]*([a-z]+|\d{1,2})[ /.,-]*(\d{4})")


class TimeField(CleanCharField):
    """ "10:30", "10.30am", "2pm", "1400", "midday" → datetime.time; None when blank and not required.

    From 1 to 7 without am or pm is asked again: "2:30" is nearly always an afternoon, and never surely so.
    """

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TextInput(attrs=width_attrs(10)))
        super().__init__(max_length=20, **kwargs)

    def clean(self, value: Any) -> Any:
        text = re.sub(r"\s", "", super().clean(value).lower()).replace("a.m.", "am").replace("p.m.", "pm")
        return self._parse_value(text) if text else None

    def _parse_value(self, text: str) -> datetime.time:
        found = TIME_PATTERN.fullmatch(text)
        if text in NAMED_TIMES:
            return NAMED_TIMES[text]
        if not found:
            raise ValidationError("Enter a time, for example 10:30am or 2pm", code="shape")
        hour, minute = int(found[1] or found[4]), int(found[2] or found[5] or 0)
        if found[3] and 1 <= hour <= 12:
            hour = hour % 12 + (12 if found[3] == "pm" else 0)
        elif found[3] or hour > 23:
            raise ValidationError("Enter a time, for example 10:30am or 2pm", code="shape")
        elif found[1] and 1 <= hour <= 7 and not found[1].startswith("0"):
            raise ValidationError(f"Say whether {text} is in the morning or afternoon: add am or pm", code="half")
        if minute > 59:
            raise ValidationError("The minutes must be from 00 to 59", code="minutes")
        return datetime.time(hour, minute)

    def prepare_value(self, value: Any) -> Any:
        return time_words(value) if isinstance(value, datetime.time) else value


class DaysField(TextField):
    """Dates, one on each line ("25 December 2026", "1/1/2027") → sorted list of datetime.date."""

    MAX_DAYS = 100

    def clean(self, value: Any) -> Any:
        lines = [line.strip() for line in super().clean(value).split("\n")]
        days = sorted({self._parse_value(line) for line in lines if line})
        if len(days) > self.MAX_DAYS:
            raise ValidationError(f"Give {self.MAX_DAYS} dates or fewer", code="most")
        return days

    def _parse_value(self, line: str) -> datetime.date:
        found = DATE_PATTERN.fullmatch(re.sub(r"^[a-z]*day\b,?\s*", "", line.lower()))
        with suppress(ValueError):
            if found:
                return datetime.date(int(found[3]), parse_month(found[2]), int(found[1]))
        words = f"“{line[:40]}” is no date. Write each on a line of its own, for example 25 December 2026"
        raise ValidationError(words, code="shape")

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(map(date_words, value)) if isinstance(value, list) else value
