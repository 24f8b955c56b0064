"""One form for each section of a listing: filled from the listing's data, and giving it back changed."""

from typing import Any

from django import forms

from config.fields import CleanCharField
from config.forms import Checkboxes, PhoneField, Radios, TextField, width_attrs
from directory.catalogue.facets import LANGUAGES
from directory.models import TaxonomyTerm
from directory.models.service import ConfirmationInterval
from directory.publishing.forms.section import SectionForm
from directory.publishing.forms.section_rows import AccessForm, SessionPlacesForm
from directory.publishing.snapshot import ListingData

URL_ERRORS = {"invalid": "Enter an address that starts with https://, for example https://group.example.org"}
EMAIL_ERRORS = {"invalid": "Enter an e-mail address such as name@example.org"}


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
        return {"terms": sorted(chosen + others, key=lambda term: _find_position(term, listing["terms"]))}


def _find_position(item: ListingData, before: list[ListingData]) -> int:
    """Where it stood, so that what was not changed is not seen as changed; new ones last."""
    return next((number for number, row in enumerate(before) if row["id"] == item["id"]), len(before))


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
            return {"costs": before if same else [_build_price("0.00", "")]}
        if data["free"] == "said":
            return {"costs": []}
        wanted = [(data[f"amount_{n}"], data[f"option_{n}"]) for n in range(self.MAX_PRICES)]
        rows = [
            (before[n] if n < len(before) else _build_price("", "")) | {"amount": f"{amount:.2f}", "option": option}
            for n, (amount, option) in enumerate(wanted)
            if amount is not None
        ]
        return {"costs": rows + before[self.MAX_PRICES :]}


def _build_price(amount: str, option: str) -> ListingData:
    return {"option": option, "amount": amount, "amount_description": "", "valid_from": None, "valid_to": None}


class ContactForm(SectionForm):
    COLUMNS = ("phone", "email", "url", "application", "referral_email")
    phone = PhoneField(label="Phone", required=False)
    email = forms.EmailField(label="E-mail", required=False, max_length=254, error_messages=EMAIL_ERRORS)
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
    referral_email = forms.EmailField(
        label="Where referrals go, if not to the e-mail above",
        required=False,
        max_length=254,
        error_messages=EMAIL_ERRORS,
        help_text="Not shown to the public",
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
    minimum_age = forms.IntegerField(
        label="From age",
        required=False,
        min_value=0,
        max_value=120,
        widget=forms.TextInput(attrs=width_attrs(3) | {"inputmode": "numeric"}),
    )
    maximum_age = forms.IntegerField(
        label="Up to age",
        required=False,
        min_value=0,
        max_value=120,
        widget=forms.TextInput(attrs=width_attrs(3) | {"inputmode": "numeric"}),
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
