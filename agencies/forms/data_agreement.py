"""A contract under which data passes."""

from typing import Any

from django import forms

from agencies.models import Agency, DataAgreement
from config.fields import CleanCharField
from config.forms import DateField, Form, IdempotencyKey, Radios


class AgencyChoices(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple


class DataAgreementForm(Form):
    button = "Save"
    kind = Radios(
        label="What is it?", choices=DataAgreement.Kind.choices, error_messages={"required": "Choose what it is"}
    )
    name = CleanCharField(
        label="Its title, or the name of the company",
        max_length=200,
        error_messages={"required": "Enter its title, or the name of the company"},
    )
    purpose = CleanCharField(
        label="What is it for?",
        max_length=500,
        help_text="In plain words: everybody can read it on the privacy page. For example, “sends our e-mail”.",
        error_messages={"required": "Write what it is for"},
    )
    country = CleanCharField(
        label="Where does the company keep the data?", max_length=100, required=False, help_text="For example, “UK”"
    )
    parties = AgencyChoices(label="Which organisations have signed it?", queryset=Agency.objects.none(), required=False)
    signed_on = DateField(label="Signed on", past=True, error_messages={"required": "Enter when it was signed"})
    review_on = DateField(
        label="To be looked at again on", error_messages={"required": "Enter when it is looked at again"}
    )
    key = IdempotencyKey()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        taking_part = Agency.objects.filter(left_at=None, memberships__isnull=False).distinct()
        self.fields["parties"].queryset = taking_part.order_by("name", "pk")

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("kind") == DataAgreement.Kind.PROCESSOR and not said.get("country"):
            self.add_error("country", "Enter where the company keeps the data")
        if said.get("kind") == DataAgreement.Kind.SHARING and len(said.get("parties") or ()) < 2:
            self.add_error("parties", "Choose the organisations that have signed it: two at least")
        if said.get("signed_on") and said.get("review_on") and said["review_on"] <= said["signed_on"]:
            self.add_error("review_on", "Enter a date after it was signed")
        return said
