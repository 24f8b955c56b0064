"""One small form for each key fact; its fields are columns of the person or of the case."""

import datetime
from typing import Any

from django import forms

from cases.facts import KeyFact
from cases.models import Case
from config.births import Birth, BirthPrecision
from config.fields import CleanCharField
from config.forms import (
    BirthField,
    EmailField,
    Form,
    IdempotencyKey,
    NameField,
    NHSNumberField,
    PhoneField,
    PostcodeField,
    Radios,
    TextField,
)
from directory.geography.doubtful import PostcodeRightField, ask_about_postcode
from referrals.models import ContactBy

UNSAVED_FIELDS = {"seen", "key", "postcode_right"}


class FactForm(Form):
    """`seen` is the fact as it was shown: saving tells whether somebody changed it meanwhile."""

    mark_optional = False
    box_takes_focus = False  # where the first answer is a choice; a field of text takes the focus itself
    seen = forms.CharField(widget=forms.HiddenInput, max_length=16)
    key = IdempotencyKey()

    @property
    def values(self) -> dict[str, Any]:
        """Column → value, once the form is valid."""
        return {name: value for name, value in self.cleaned_data.items() if name not in UNSAVED_FIELDS}


class BestTimeForm(FactForm):
    best_time = CleanCharField(label="Best time to call", max_length=200, required=False)


class LeaveMessageForm(FactForm):
    leave_message = CleanCharField(
        label="Safe to leave a message", max_length=200, required=False, help_text="Whether, and on which phone"
    )


class WhatMattersForm(FactForm):
    what_matters = TextField(
        label="What matters to me", max_length=2000, rows=4, required=False, help_text="In the person's own words"
    )


class ContactForm(FactForm):
    box_takes_focus = True
    contact_by = Radios(label="How to reach me", choices=ContactBy.choices)
    contact_avoid = CleanCharField(label="What to avoid", max_length=300, required=False)


class SafetyForm(FactForm):
    safety_note = TextField(
        label="Visit safely",
        max_length=2000,
        rows=3,
        required=False,
        help_text="What whoever calls round must know. Everyone helping can read it",
    )


class PhoneForm(FactForm):
    phone = PhoneField(label="Phone", required=False)


class EmailForm(FactForm):
    email = EmailField(label="E-mail", required=False)


class AddressForm(FactForm):
    address = TextField(label="Address", max_length=500, rows=3, required=False)
    postcode = PostcodeField(label="Postcode", max_length=8, required=False)
    postcode_right = PostcodeRightField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.is_bound:
            del self.fields["postcode_right"]

    def clean(self) -> dict[str, Any]:
        """A postcode that stood before is not asked about again."""
        given = super().clean() or self.cleaned_data
        typed = given.get("postcode", "")
        ask_about_postcode(self, "" if typed == self.initial.get("postcode") else typed)
        return given


class KnownAsForm(FactForm):
    preferred_name = NameField(label="Likes to be called", required=False)


class IdentityForm(FactForm):
    name = NameField(label="Full name", error_messages={"required": "Enter the full name"})
    date_of_birth = BirthField(
        label="Date of birth",
        required=False,
        help_text="Leave blank what is not known. A year may be “about 1948”",
    )
    nhs_number = NHSNumberField(label="NHS number", required=False)

    def __init__(self, *args: Any, initial: dict[str, Any], **kwargs: Any) -> None:
        """`initial` has the columns; a referral's are text (cases/actions/opening.py)."""
        on, precision = initial.get("date_of_birth"), initial.pop("birth_precision", BirthPrecision.DAY)
        birth = Birth(datetime.date.fromisoformat(on) if isinstance(on, str) and on else on or None, precision)
        super().__init__(*args, initial=initial | {"date_of_birth": birth}, **kwargs)

    @property
    def values(self) -> dict[str, Any]:
        birth = self.cleaned_data["date_of_birth"]
        return super().values | {"date_of_birth": birth.on, "birth_precision": birth.precision}


FACT_FORMS: dict[str, type[FactForm]] = {
    "best-time": BestTimeForm,
    "message": LeaveMessageForm,
    "matters": WhatMattersForm,
    "contact": ContactForm,
    "safety": SafetyForm,
    "phone": PhoneForm,
    "email": EmailForm,
    "address": AddressForm,
    "known-as": KnownAsForm,
    "identity": IdentityForm,
}


def build_fact_form(fact: KeyFact, case: Case, data: Any = None, said: dict[str, Any] | None = None) -> FactForm:
    """The form of that fact, filled with what stands, or with what a referral `said`."""
    initial = {**fact.read_values(case), **(said or {}), "seen": fact.fingerprint(case)}
    form = FACT_FORMS[fact.name](data, initial=initial, auto_id="fact_%s")
    form.fields[fact.fields[0]].widget.attrs["autofocus"] = True  # htmx moves the focus into what it has put in
    return form
