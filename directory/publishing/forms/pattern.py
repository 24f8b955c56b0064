"""When it meets: one pattern of a listing, in plain words."""

from typing import Any

from django import forms

from config.fields import CleanCharField, WholeNumberField
from config.forms import Checkboxes, DateField, Radios, TextField
from directory.catalogue.hours import ORDINAL_WORDS
from directory.models import Schedule
from directory.models.session import DAY_NAMES, Frequency
from directory.publishing.diff import format_schedule_line
from directory.publishing.forms.section import ItemForm
from directory.publishing.forms.times import DaysField, TimeField
from directory.publishing.snapshot import SCHEDULE_COLUMNS, ListingData, set_columns, to_json_value

NEW_PATTERN: ListingData = {
    "id": "",
    "place": "",
    **{name: to_json_value(getattr(Schedule(), name)) for name in SCHEDULE_COLUMNS},
}
NO_RULE: ListingData = dict.fromkeys(("freq", "byday", "bymonthday", "description"), "") | {"interval": 1}
WEEK_OF_MONTH_CHOICES = [(nth, word) for nth, word in ORDINAL_WORDS.items() if nth in ("1", "2", "3", "4", "-1")]
REPEAT_CHOICES = [
    ("weekly", "Every week"),
    ("fortnightly", "Every two weeks"),
    ("weekday", "Once a month, on a day of the week"),
    ("date", "Once a month, on a date"),
    ("once", "Only once"),
    ("open", "No fixed times"),
]


class PatternForm(ItemForm):
    """`item` is the pattern to change, NEW_PATTERN for another; what it cannot say ("every 3 weeks") may stay."""

    ROWS = "schedules"
    repeats = Radios(
        label="How often does it meet?",
        choices=REPEAT_CHOICES,
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
    days = Checkboxes(label="On which days?", choices=[*DAY_NAMES.items()], required=False)
    fortnight_days = Checkboxes(label="On which days?", choices=[*DAY_NAMES.items()], required=False)
    nth = forms.ChoiceField(label="Which one of the month?", choices=WEEK_OF_MONTH_CHOICES, required=False)
    weekday = forms.ChoiceField(label="Day", choices=[*DAY_NAMES.items()], required=False)
    monthday = WholeNumberField(
        label="Date in the month, from 1 to 31",
        min_value=1,
        max_value=31,
        required=False,
        width=2,
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
    notes = CleanCharField(
        label="What people should know about the dates (optional)",
        max_length=160,
        required=False,
        help_text="For example: “term time only”, “not in August”, “except bank holidays”",
    )
    places = WholeNumberField(
        label="Places at each session (optional)",
        required=False,
        min_value=1,
        max_value=5000,
        width=4,
        help_text="Leave it empty if you do not count",
    )
    at = forms.ChoiceField(label="Where", required=False)

    def __init__(self, data: Any = None, *, listing: ListingData, seen: str, item: ListingData) -> None:
        super().__init__(data, listing=listing, seen=seen, item=item)
        if self.initial["repeats"] == "same":
            self.fields["repeats"].choices = [("same", f"As now: {format_schedule_line(item)}"), *REPEAT_CHOICES]
        named = [(row["id"], row["name"] or row["address"].partition("\n")[0] or "Online") for row in listing["places"]]
        self.fields["at"].choices = [("", "At each of its places"), *named]
        if len(listing["places"]) < 2:
            del self.fields["at"]

    def build_initial(self, listing: ListingData) -> ListingData:
        row = set_columns(Schedule(), self.item, SCHEDULE_COLUMNS)
        found: ListingData = {
            name: getattr(row, name) for name in ("opens_at", "closes_at", "dtstart", "valid_to", "places")
        }
        nth, day = (row.byday[:-2], row.byday[-2:]) if row.freq == Frequency.MONTHLY else ("", "")
        return found | {
            "repeats": _detect_repeat(row, self.item["id"] == ""),
            "skips": row.skips,
            "at": self.item["place"],
            "days": row.days,
            "fortnight_days": row.days,
            "nth": nth,
            "weekday": day,
            "monthday": row.bymonthday or None,
            "words": row.description,
            "notes": row.notes or ("" if _detect_repeat(row, new=False) == "open" else row.description),
        }

    def clean(self) -> ListingData:
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

    def build_item(self) -> ListingData:
        data = self.cleaned_data
        names = ("opens_at", "closes_at", "dtstart", "valid_to", "places", "skips", "notes")
        times = {name: to_json_value(data[name]) for name in names} | {"place": data.get("at", self.item["place"])}
        if data["repeats"] == "same":
            return times
        rules: dict[str, ListingData] = {
            "weekly": {"freq": "WEEKLY", "byday": ",".join(data["days"])},
            "fortnightly": {"freq": "WEEKLY", "interval": 2, "byday": ",".join(data["fortnight_days"])},
            "weekday": {"freq": "MONTHLY", "byday": f"{data['nth'] or 1}{data['weekday'] or 'MO'}"},
            "date": {"freq": "MONTHLY", "bymonthday": str(data["monthday"])},
            "once": {},
            "open": {"description": data["words"]},
        }
        return times | NO_RULE | rules[data["repeats"]]


def _detect_repeat(row: Schedule, new: bool) -> str:
    if new:
        return ""
    if row.freq == Frequency.MONTHLY and row.interval == 1:
        if row.byday[:-2] in dict(WEEK_OF_MONTH_CHOICES) and row.byday[-2:] in DAY_NAMES and not row.bymonthday:
            return "weekday"
        return "date" if row.bymonthday.isdecimal() and not row.byday else "same"
    if row.freq != Frequency.MONTHLY and row.days:
        return {1: "weekly", 2: "fortnightly"}.get(row.interval, "same")
    if not row.freq:
        return "once" if row.dtstart and not row.description else "open"
    return "same"
