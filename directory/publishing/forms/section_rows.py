"""Sections that ask the same of each place, or of each pattern."""

from typing import Any

from django import forms

from config.forms import Checkboxes, TextField, width_attrs
from directory.catalogue.facets import ACCESS
from directory.publishing.diff import format_schedule_line
from directory.publishing.forms.section import SectionForm
from directory.publishing.snapshot import ListingData


class AccessForm(SectionForm):
    """One question for each place."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = [place for place in self.listing["places"] if place["location_type"] == "physical"]
        for number, place in enumerate(self.places):
            said = [row["description"] or row["details"] for row in place["access"]]
            name = place["name"] or place["address"].partition("\n")[0] or place["postcode"]
            self.fields[f"access_{number}"] = Checkboxes(
                label=name,
                required=False,
                choices=[(label, label) for label in ACCESS.values()],
                initial=[label for label in said if label in ACCESS.values()],
            )
            self.fields[f"more_{number}"] = TextField(
                label=f"More about getting in and round at {name}",
                max_length=500,
                rows=2,
                required=False,
                initial="\n".join(line for line in said if line not in ACCESS.values()),
                help_text="Also what is not there: “Two steps at the door, and no lift”",
            )

    def build_changes(self, listing: ListingData) -> ListingData:
        by_id = {place["id"]: self._build_access_rows(number, place) for number, place in enumerate(self.places)}
        return {"places": [place | {"access": by_id.get(place["id"], place["access"])} for place in listing["places"]]}

    def _build_access_rows(self, number: int, place: ListingData) -> list[ListingData]:
        known = {row["description"] or row["details"]: row for row in place["access"]}
        said = [*self.cleaned_data[f"access_{number}"], *self.cleaned_data[f"more_{number}"].split("\n")]
        lines = dict.fromkeys(line.strip() for line in said)
        rows = [known.get(line, {"description": line, "details": "", "url": ""}) for line in lines if line]
        return sorted(rows, key=lambda row: row["description"])


class SessionPlacesForm(SectionForm):
    """How many there is room for at each session of each pattern, and whether places are booked here."""

    COLUMNS = ("bookable",)
    bookable = forms.BooleanField(
        label="People can book a place here",
        required=False,
        help_text="Places are counted, nobody is overbooked, and there is a waiting list in order",
    )
    offer_hours = forms.TypedChoiceField(
        label="When a place comes free, how long is it held for the next on the waiting list?",
        coerce=int,
        choices=[(4, "4 hours"), (12, "12 hours"), (24, "1 day"), (48, "2 days"), (72, "3 days"), (168, "1 week")],
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = self.listing["offer_hours"]
        choices = self.fields["offer_hours"].choices
        if kept not in dict(choices):
            self.fields["offer_hours"].choices = [*choices, (kept, f"{kept} hours")]
        self.initial["offer_hours"] = kept
        for number, row in enumerate(self.listing["schedules"]):
            when = format_schedule_line(row | {"places": None})
            self.fields[f"places_{number}"] = forms.IntegerField(
                label=f"Places at each session: {when}",
                required=False,
                min_value=1,
                max_value=5000,
                widget=forms.TextInput(attrs=width_attrs(4) | {"inputmode": "numeric"}),
                initial=row["places"],
                help_text="Leave it empty if you do not count",
            )
        self.order_fields([*(name for name in self.fields if name.startswith("places_")), "bookable", "offer_hours"])

    def clean(self) -> ListingData:
        data = super().clean() or {}
        counted = any(data.get(f"places_{n}") for n in range(len(self.listing["schedules"])))
        if data.get("bookable") and not counted and not self.errors:
            self.add_error("bookable", "Say how many places there are at each session, so that they can be booked")
        return data

    def build_changes(self, listing: ListingData) -> ListingData:
        rows = listing["schedules"]
        return {
            "offer_hours": self.cleaned_data["offer_hours"],
            "schedules": [row | {"places": self.cleaned_data.get(f"places_{n}")} for n, row in enumerate(rows)],
        }
