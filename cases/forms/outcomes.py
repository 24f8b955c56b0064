"""The steward's words for why a case is closed and for what has changed, each with its code."""

from typing import Any

from django import forms

from cases.models import ClosingReason, Outcome
from config.fields import CleanCharField, validate_sctid, width_attrs
from config.forms import Form
from referrals.letters import REFERRAL_CODE


class OutcomeForm(Form):
    """`row` is the reason or outcome that is changed; a new one is an outcome."""

    button = "Save"
    text = CleanCharField(
        label="Words", max_length=200, error_messages={"required": "Enter the words that connectors choose"}
    )
    snomed = CleanCharField(
        label="SNOMED CT code",
        required=False,
        help_text="It goes with the answer to the practice. Leave it blank if there is none. Never the code of the "
        "referral itself: that comes with the first contact.",
        validators=[validate_sctid],
        widget=forms.TextInput(attrs=width_attrs(20) | {"inputmode": "numeric", "spellcheck": "false"}),
    )
    snomed_term = CleanCharField(label="What the code is called", max_length=200, required=False)
    retired = forms.BooleanField(label="No longer offered", required=False)

    def __init__(self, *args: Any, row: ClosingReason | Outcome | None, **kwargs: Any) -> None:
        self.row = row
        if row:
            kwargs["initial"] = {
                "text": row.text,
                "snomed": row.snomed,
                "snomed_term": row.snomed_term,
                "retired": row.retired_at is not None,
            }
        super().__init__(*args, **kwargs)

    def clean_snomed(self) -> str:
        code = str(self.cleaned_data["snomed"])
        if code == REFERRAL_CODE["code"]:
            raise forms.ValidationError("This is the code of the referral. It comes with the first contact alone")
        return code

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or self.cleaned_data
        if said.get("snomed") and not said.get("snomed_term"):
            self.add_error("snomed_term", "Enter what the code is called")
        if said.get("snomed_term") and not said.get("snomed") and "snomed" not in self.errors:
            self.add_error("snomed", "Enter the code, or clear what it is called")
        return said
