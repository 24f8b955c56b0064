"""When it meets: one pattern of a listing, in plain words."""

from typing import Any

from django import forms

from config.forms import Checkboxes, DateField, Radios, TextField, width
from directory.catalogue.hours import NTH
from directory.models import Schedule
from directory.models.session import DAYS, Frequency
from directory.publishing.diff import schedule_words
from directory.publishing.forms.section import SectionForm
from directory.publishing.forms.times import DaysField, TimeField
from directory.publishing.snapshot import SCHEDULE, Data, fill, plain

NEW: Data = {"id": "", "place": "", **{name: plain(getattr(Schedule(), name)) for name in SCHEDULE}}
NTHS = [(nth, word) for nth, word in NTH.items() if nth in ("1", "2", "3", "4", "-1")]
REPEATS = [
    ("weekly", "Every week"),
    ("fortnightly", "Every two weeks"),
    ("weekday", "Once a month, on a day of the week"),
    ("date", "Once a month, on a date"),
    ("once", "Only once"),
    ("open", "No fixed times"),
]
COUNT = {"inputmode": "numeric"}


class PatternForm(SectionForm):
    """`item` is the pattern to change, NEW for another; what the form cannot say ("every 3 weeks") may stay."""

    button = "Save"
    mark_optional = False  # which are needed depends on how often it meets
    repeats = Radios(
        label="How often does it meet?",
        choices=REPEATS,
        hints={"open": "For example by arrangement, or whenever the library is open"},
        error_messages={"required": "Choose how often it meets"},
        shows={
            "weekly": ["days"],
            "fortnightly": ["fortnight_days"],
            "weekday": ["nth", "weekday"],
            "date": ["monthday"],
            "open": ["words"],
        },
    )
    days = Checkboxes(label="On which days?", choices=[*DAYS.items()], required=False)
    fortnight_days = Checkboxes(label="On which days?", choices=[*DAYS.items()], required=False)
    nth = forms.ChoiceField(label="Which one of the month?", choices=NTHS, required=False)
    weekday = forms.ChoiceField(label="Day", choices=[*DAYS.items()], required=False)
    monthday = forms.IntegerField(
        label="Date in the month, from 1 to 31",
        min_value=1,
        max_value=31,
        required=False,
        widget=forms.TextInput(attrs=width(2) | COUNT),
    )
    words = TextField(label="When can people come?", max_length=300, rows=2, required=False)
    opens_at = TimeField(label="From", required=False, help_text="For example 10:30am")
    closes_at = TimeField(label="To (optional)", required=False)
    dtstart = DateField(
        label="First date (optional)",
        required=False,
        help_text="Needed for “every two weeks” and for “only once”. Leave it empty if it runs already",
    )
    valid_to = DateField(label="Last date (optional)", required=False, help_text="Leave it empty if it goes on")
    skips = DaysField(
        label="Days off (optional)",
        required=False,
        rows=3,
        help_text="One date on each line, for example 25 December 2026",
    )
    places = forms.IntegerField(
        label="Places at each session (optional)",
        required=False,
        min_value=1,
        max_value=5000,
        widget=forms.TextInput(attrs=width(4) | COUNT),
        help_text="Leave it empty if you do not count",
    )
    at = forms.ChoiceField(label="Where", required=False)

    def __init__(self, data: Any = None, *, listing: Data, seen: str, item: Data) -> None:
        self.item = item
        super().__init__(data, listing=listing, seen=seen)
        if self.initial["repeats"] == "same":
            self.fields["repeats"].choices = [("same", f"As now: {schedule_words(item)}"), *REPEATS]
        self.fields["at"].choices = [("", "At each of its places"), *_named(listing["places"])]
        if len(listing["places"]) < 2:
            del self.fields["at"]

    def filled(self, listing: Data) -> Data:
        row = fill(Schedule(), self.item, SCHEDULE)
        found: Data = {name: getattr(row, name) for name in ("opens_at", "closes_at", "dtstart", "valid_to", "places")}
        nth, day = (row.byday[:-2], row.byday[-2:]) if row.freq == Frequency.MONTHLY else ("", "")
        return found | {
            "repeats": _repeats(row, self.item["id"] == ""),
            "skips": row.skips,
            "at": self.item["place"],
            "days": row.days,
            "fortnight_days": row.days,
            "nth": nth,
            "weekday": day,
            "monthday": row.bymonthday or None,
            "words": row.description or row.notes,
        }

    def clean(self) -> Data:
        data = super().clean() or {}
        repeats = data.get("repeats")
        lacking = {
            "weekly": ("days", "Choose at least one day"),
            "date": ("monthday", "Enter the date in the month"),
            "fortnightly": ("fortnight_days", "Choose at least one day"),
            "open": ("words", "Say when people can come"),
        }.get(repeats or "")
        if lacking and not data.get(lacking[0]) and lacking[0] not in self.errors:
            self.add_error(*lacking)
        if repeats in ("fortnightly", "once") and not data.get("dtstart") and "dtstart" not in self.errors:
            self.add_error(
                "dtstart",
                "Enter the first date, so that we know which weeks" if repeats == "fortnightly" else "Enter the date",
            )
        if repeats not in ("open", "same", None) and not data.get("opens_at") and "opens_at" not in self.errors:
            self.add_error("opens_at", "Enter the time it begins")
        first, last = data.get("dtstart"), data.get("valid_to")
        if first and last and last < first:
            self.add_error("valid_to", "The last date must be after the first")
        return data

    def made(self, listing: Data) -> Data:
        """The pattern in its place among the others, or at the end; a new one is known by the form's key."""
        new = self.item | self._rule() | self._rest() | {"id": self.item["id"] or str(self.cleaned_data["key"])}
        rows = listing["schedules"]
        if any(row["id"] == new["id"] for row in rows):
            return {"schedules": [new if row["id"] == new["id"] else row for row in rows]}
        return {"schedules": [*rows, new]}

    def _rule(self) -> Data:
        data = self.cleaned_data
        rules: dict[str, Data] = {
            "weekly": {"freq": "WEEKLY", "byday": ",".join(data["days"])},
            "fortnightly": {"freq": "WEEKLY", "interval": 2, "byday": ",".join(data["fortnight_days"])},
            "weekday": {"freq": "MONTHLY", "byday": f"{data['nth'] or 1}{data['weekday'] or 'MO'}"},
            "date": {"freq": "MONTHLY", "bymonthday": str(data["monthday"])},
            "once": {},
            "open": {"description": data["words"]},
        }
        if data["repeats"] == "same":
            return {}
        return {"freq": "", "interval": 1, "byday": "", "bymonthday": "", "description": "", "notes": ""} | rules[
            data["repeats"]
        ]

    def _rest(self) -> Data:
        data = self.cleaned_data
        names = ("opens_at", "closes_at", "dtstart", "valid_to", "places", "skips")
        return {name: plain(data[name]) for name in names} | {"place": data.get("at", self.item["place"])}


def _repeats(row: Schedule, new: bool) -> str:
    if new:
        return ""
    if row.freq == Frequency.MONTHLY and row.interval == 1:
        if row.byday[:-2] in dict(NTHS) and row.byday[-2:] in DAYS and not row.bymonthday:
            return "weekday"
        return "date" if row.bymonthday.isdecimal() and not row.byday else "same"
    if row.freq != Frequency.MONTHLY and row.days:
        return {1: "weekly", 2: "fortnightly"}.get(row.interval, "same")
    if not row.freq:
        return "once" if row.dtstart and not row.description else "open"
    return "same"


def _named(places: list[Data]) -> list[tuple[str, str]]:
    return [(place["id"], place["name"] or place["address"].partition("\n")[0] or "Online") for place in places]
