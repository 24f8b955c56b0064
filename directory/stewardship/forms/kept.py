"""A form that adds a row to a list of the steward's, or changes one. Two stewards at once lose nothing unseen."""

import hashlib
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import QueryDict

from agencies.models import Membership
from config.forms import Form

CHANGED_MEANWHILE = (
    "Somebody else has saved this since you opened it. Open it once more beside this page to see what they wrote, "
    "or save to put yours in its place"
)


class KeptForm(Form):
    """With `kept` it changes that one. `seen` is the row as it was shown: who saves is told that it has changed."""

    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=16)

    def __init__(self, *args: Any, member: Membership, kept: Model | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member, self.kept = member, kept
        self.button = "Save" if kept else "Add"
        if kept:
            self.initial = self.read_kept(kept)
            self.initial["seen"] = hashlib.sha256(repr(sorted(self.initial.items())).encode()).hexdigest()[:16]

    def read_kept(self, kept: Model) -> dict[str, Any]:
        """Field → what the row has."""
        return {name: getattr(kept, name) for name in self.fields if name != "seen"}

    def clean_seen(self) -> str:
        """The next press of the button may replace what somebody else wrote: by then it was said that they did."""
        seen: str = self.cleaned_data["seen"]
        if self.kept and seen and seen != self.initial["seen"]:
            sent = cast(QueryDict, self.data).copy()
            sent["seen"] = self.initial["seen"]
            self.data = sent
            raise ValidationError(CHANGED_MEANWHILE, code="meanwhile")
        return seen

    def read_values(self) -> dict[str, Any]:
        """Field → what is to be kept, once the form is valid."""
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}
