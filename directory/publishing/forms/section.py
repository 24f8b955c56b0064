"""One form for each section of a listing: filled from the listing's data, and giving it back changed.

What the sections are, and when one is done: directory/publishing/sections.py.
"""

from typing import Any, ClassVar

from django import forms

from config.fields import CleanCharField, WholeNumberField
from config.forms import Checkboxes, EmailField, Form, IdempotencyKey, PhoneField, Radios, TextField, width_attrs
from directory.catalogue.facets import ACCESS, LANGUAGES
from directory.models import TaxonomyTerm
from directory.models.service import ConfirmationInterval
from directory.publishing.diff import format_schedule_line
from directory.publishing.snapshot import ListingData

URL_ERRORS = {"invalid": "Enter an address that starts with https://, for example https://group.example.org"}


class SectionForm(Form):
    """`seen` is the section as it was shown: saving tells whether somebody changed it meanwhile."""

    button = "Save and continue"
    COLUMNS: ClassVar[tuple[str, ...]] = ()  # fields whose names are the data's own
    seen = forms.CharField(widget=forms.HiddenInput, max_length=16)
    key = IdempotencyKey()

    def __init__(self, data: Any = None, *, listing: ListingData, seen: str) -> None:
        self.listing = listing
        initial = {name: listing.get(name) for name in self.COLUMNS} | self.build_initial(listing) | {"seen": seen}
        super().__init__(data, initial=initial)

    def build_initial(self, listing: ListingData) -> ListingData:
        """What the fields begin with, beyond COLUMNS."""
        return {}

    def apply_to_listing(self, listing: ListingData) -> ListingData:
        """The listing with this section as it was written, once the form is valid."""
        return listing | {name: self.cleaned_data[name] for name in self.COLUMNS} | self.build_changes(listing)

    def build_changes(self, listing: ListingData) -> ListingData:
        """What the fields make of the listing, beyond COLUMNS."""
        return {}


class ItemForm(SectionForm):
    """One row of a section that is a list (`ROWS`, its key in the data). `item` is the row to change, or a new one."""

    button = "Save"
    mark_optional = False  # which fields are needed depends on the answer above them
    ROWS = ""

    def __init__(self, data: Any = None, *, listing: ListingData, seen: str, item: ListingData) -> None:
        self.item = item
        super().__init__(data, listing=listing, seen=seen)

    def build_changes(self, listing: ListingData) -> ListingData:
        """The row in its place among the others, or at the end; a new one is known by the form's key."""
        new = self.item | {"id": self.item["id"] or str(self.cleaned_data["key"])} | self.build_item()
        rows = listing[self.ROWS]
        if any(row["id"] == new["id"] for row in rows):
            return {self.ROWS: [new if row["id"] == new["id"] else row for row in rows]}
        return {self.ROWS: [*rows, new]}

    def build_item(self) -> ListingData:
        """What was written of the row; with an `id` where it is another row than `item`."""
        raise NotImplementedError


class AboutForm(SectionForm):
    COLUMNS = ("name", "description")
    name = CleanCharField(
        label="Name",
        max_length=100,
        error_messages={"required": "Give it a name"},
        help_text="As people call it: “Harbour walking group”",
    )
    description = TextField(
        label="What happens",
        max_length=3000,
        rows=7,
        error_messages={"required": "Say what happens there, in two or three sentences"},
        help_text="In plain words, to somebody who has never been. What do you do? How many come? What is it like?",
    )
    terms = Checkboxes(
        label="What it helps with", required=False, help_text="Choose those that people come for: usually one to three"
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.needs = {str(term.pk): term.name for term in TaxonomyTerm.needs()}
        self.fields["terms"].choices = list(self.needs.items())
        self.initial["terms"] = [term["id"] for term in self.listing["terms"]]

    def build_changes(self, listing: ListingData) -> ListingData:
        """Words of other lists stay as they are."""
        others = [term for term in listing["terms"] if term["id"] not in self.needs]
        chosen = [{"id": key, "name": self.needs[key]} for key in self.cleaned_data["terms"]]
        stood = {term["id"]: number for number, term in enumerate(listing["terms"])}
        # in the order in which they stood, so that what was not changed is not seen as changed; new ones last
        return {"terms": sorted(chosen + others, key=lambda term: stood.get(term["id"], len(stood)))}


class CostForm(SectionForm):
    COLUMNS = ("fees",)
    MAX_PRICES = 4
    free = Radios(
        label="Does it cost anything?",
        choices=[("free", "It is free"), ("paid", "People pay"), ("said", "It depends, or people give what they can")],
        hints={"said": "Say more in the box below"},
        error_messages={"required": "Choose whether it is free"},
    )
    fees = TextField(
        label="More about the cost",
        max_length=500,
        rows=3,
        required=False,
        help_text="Such as “Your first time is free” or “Bring £1 for tea”",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        money = {"invalid": "Enter the price in pounds, for example 3 or 2.50"}
        rows = self.listing["costs"]
        paid = [] if self.initial["free"] == "free" else rows
        for number in range(self.MAX_PRICES):
            row = paid[number] if number < len(paid) else {"amount": None, "option": ""}
            self.fields[f"amount_{number}"] = forms.DecimalField(
                label=f"Price {number + 1}, in pounds",
                required=False,
                min_value=0,
                max_digits=7,
                decimal_places=2,
                localize=False,
                initial=row["amount"],
                error_messages=money,
                widget=forms.TextInput(attrs=width_attrs(5)),
            )
            self.fields[f"option_{number}"] = CleanCharField(
                label="Who pays it, and for what",
                max_length=100,
                required=False,
                initial=row["option"],
                help_text="For example: a session, or over 60s" if not number else "",
            )
        prices = tuple(f"{name}_{number}" for number in range(self.MAX_PRICES) for name in ("amount", "option"))
        self.fields["free"].shows = {"paid": prices}

    def build_initial(self, listing: ListingData) -> ListingData:
        costs = [row["amount"] for row in listing["costs"] if row["amount"] is not None]
        free = "free" if costs and not any(map(float, costs)) else "paid" if costs else ""
        return {"free": free or ("said" if listing["fees"] else "")}

    def clean(self) -> ListingData:
        data = super().clean() or {}
        free, amounts = data.get("free"), [data.get(f"amount_{n}") for n in range(self.MAX_PRICES)]
        if free == "paid" and all(amount is None for amount in amounts) and not self.errors:
            self.add_error("amount_0", "Enter the price, for example 3 or 2.50")
        if free == "said" and not data.get("fees"):
            self.add_error("fees", "Say what people pay")
        return data

    def build_changes(self, listing: ListingData) -> ListingData:
        data, before = self.cleaned_data, listing["costs"]
        if data["free"] == "free":
            same = before and self.build_initial(listing)["free"] == "free"
            return {"costs": before if same else [build_price("0.00", "")]}
        if data["free"] == "said":
            return {"costs": []}
        wanted = [(data[f"amount_{n}"], data[f"option_{n}"]) for n in range(self.MAX_PRICES)]
        rows = [
            (before[n] if n < len(before) else build_price("", "")) | {"amount": f"{amount:.2f}", "option": option}
            for n, (amount, option) in enumerate(wanted)
            if amount is not None
        ]
        return {"costs": rows + before[self.MAX_PRICES :]}


def build_price(amount: str, option: str) -> ListingData:
    return {"option": option, "amount": amount, "amount_description": "", "valid_from": None, "valid_to": None}


class ContactForm(SectionForm):
    COLUMNS = ("phone", "email", "url", "application", "referral_email")
    phone = PhoneField(label="Phone", required=False)
    email = EmailField(label="E-mail", required=False)
    url = forms.URLField(
        label="Website", required=False, max_length=2000, assume_scheme="https", error_messages=URL_ERRORS
    )
    contact = CleanCharField(
        label="Who to ask for",
        max_length=100,
        required=False,
        help_text="A first name is enough. Everybody can read it: ask them first",
    )
    application = TextField(
        label="How to join",
        max_length=500,
        rows=3,
        required=False,
        help_text="For example: “Just come along” or “Ring Joan before your first time”",
    )
    referral_email = EmailField(
        label="Where referrals go, if not to the e-mail above", required=False, help_text="Not shown to the public"
    )

    def build_initial(self, listing: ListingData) -> ListingData:
        return {"contact": listing["contacts"][0]["name"] if listing["contacts"] else ""}

    def clean(self) -> ListingData:
        data = super().clean() or {}
        if not self.errors and not (data.get("phone") or data.get("email")):
            self.add_error("phone", "Enter a phone number or an e-mail address: there must be somebody to ask")
        return data

    def build_changes(self, listing: ListingData) -> ListingData:
        name, rows = self.cleaned_data["contact"], listing["contacts"]
        if not name:
            return {"contacts": rows[1:]}
        first = rows[0] if rows else {"name": "", "title": "", "email": "", "phone": ""}
        return {"contacts": [first | {"name": name}, *rows[1:]]}


class WhoForm(SectionForm):
    COLUMNS = ("eligibility", "minimum_age", "maximum_age")
    eligibility = TextField(
        label="Who it is for",
        max_length=1000,
        rows=3,
        required=False,
        help_text="For example: “Anyone who feels alone. You do not need a referral.”",
    )
    minimum_age = WholeNumberField(
        label="From age",
        required=False,
        min_value=0,
        max_value=120,
        width=3,
    )
    maximum_age = WholeNumberField(
        label="Up to age",
        required=False,
        min_value=0,
        max_value=120,
        width=3,
    )
    areas = TextField(
        label="Only for people who live in",
        max_length=500,
        rows=2,
        required=False,
        help_text="One place on each line. Leave empty if anybody may come",
    )

    def build_initial(self, listing: ListingData) -> ListingData:
        return {"areas": "\n".join(row["name"] for row in listing["areas"])}

    def clean(self) -> ListingData:
        data = super().clean() or {}
        low, high = data.get("minimum_age"), data.get("maximum_age")
        if low is not None and high is not None and low > high:
            self.add_error("maximum_age", f"This must be {low} or more")
        return data

    def build_changes(self, listing: ListingData) -> ListingData:
        known = {row["name"]: row for row in listing["areas"]}
        names = dict.fromkeys(" ".join(line.split()) for line in self.cleaned_data["areas"].split("\n"))
        new = {"extent": "", "extent_type": "", "uri": ""}
        return {"areas": [known.get(name, new | {"name": name}) for name in names if name]}


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


class FirstTimeForm(SectionForm):
    COLUMNS = ("first_time", "meets_you")
    first_time = TextField(
        label="What to expect the first time",
        max_length=1500,
        rows=5,
        required=False,
        help_text="Which door? Who says hello? What should people bring? May they just watch, or bring a friend?",
    )
    meets_you = forms.BooleanField(label="Someone can meet a newcomer and go in with them", required=False)


class LanguagesForm(SectionForm):
    languages = Checkboxes(
        label="Spoken there besides English",
        required=False,
        choices=[(code, name) for code, name in LANGUAGES.items() if code != "en"],
    )
    others = CleanCharField(label="Others", max_length=200, required=False, help_text="Separated by commas")

    def build_initial(self, listing: ListingData) -> ListingData:
        rows = listing["languages"]
        others = [row["name"] for row in rows if row["code"] not in LANGUAGES]
        return {"languages": [row["code"] for row in rows if row["code"] in LANGUAGES], "others": ", ".join(others)}

    def build_changes(self, listing: ListingData) -> ListingData:
        known = {(row["code"] or row["name"]).lower(): row for row in listing["languages"]}
        kept = [known[code] for code in ("en",) if code in known]
        kept += [known.get(code, _build_language(code, LANGUAGES[code])) for code in self.cleaned_data["languages"]]
        names = dict.fromkeys(" ".join(name.split()) for name in self.cleaned_data["others"].split(","))
        kept += [known.get(name.lower(), _build_language("", name[:100])) for name in names if name]
        order = list(known.values())
        return {"languages": sorted(kept, key=lambda row: order.index(row) if row in order else len(order))}


def _build_language(code: str, name: str) -> ListingData:
    return {"code": code, "name": name, "note": ""}


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
            self.fields[f"places_{number}"] = WholeNumberField(
                label=f"Places at each session: {when}",
                required=False,
                min_value=1,
                max_value=5000,
                width=4,
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


class ConfirmationForm(SectionForm):
    confirm_every = forms.TypedChoiceField(
        label="How often shall we ask you whether this is still right?",
        coerce=int,
        choices=ConfirmationInterval.choices,
        widget=forms.RadioSelect,
        help_text="We send an e-mail with one button. If nobody answers twice, the listing is hidden until you do",
    )
    COLUMNS = ("confirm_every",)


SECTION_FORMS: dict[str, type[SectionForm]] = {
    "about": AboutForm,
    "cost": CostForm,
    "contact": ContactForm,
    "who": WhoForm,
    "access": AccessForm,
    "first-time": FirstTimeForm,
    "languages": LanguagesForm,
    "places": SessionPlacesForm,
    "asked": ConfirmationForm,
}
