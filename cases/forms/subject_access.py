"""What is left out of a copy and why; and giving it out."""

from typing import Any

from django import forms

from cases.models.subject_access import RedactionReason
from cases.subject_access import CopyItem
from config.fields import CleanCharField
from config.forms import Checkboxes, Form, Radios


class RedactForm(Form):
    button = "Leave out what is ticked"
    items = Checkboxes(label="What is left out", error_messages={"required": "Tick what is left out"})
    reason = Radios(
        label="Why is it left out?",
        choices=RedactionReason.choices,
        error_messages={"required": "Choose why it is left out"},
    )
    passage = CleanCharField(
        label="Only these words of it",
        max_length=500,
        required=False,
        help_text="Copy them exactly, with one entry ticked. They are left out wherever they stand in the copy. "
        "Leave it empty to leave out the whole entry",
    )
    opinion = CleanCharField(
        label="Who says that it could cause serious harm?",
        max_length=300,
        required=False,
        help_text="A doctor, nurse or social worker who knows the person, and when (for that reason alone)",
    )

    def __init__(self, *args: Any, items: dict[str, CopyItem], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.copy = items
        self.fields["items"].choices = [(pk, item.title) for pk, item in items.items()]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        ticked, passage = data.get("items", []), data.get("passage", "")
        if passage and len(ticked) > 1:
            self.add_error("passage", "Tick only the one entry that has these words")
        elif passage and ticked and not self.copy[ticked[0]].has_words(passage):
            self.add_error("passage", "These words do not stand in that entry. Copy them exactly")
        elif passage and ticked:  # a referral's answer stands in the story, too
            data["items"] = [pk for pk, item in self.copy.items() if item.has_words(passage)]
        if data.get("reason") == RedactionReason.SERIOUS_HARM and not data.get("opinion"):
            self.add_error(
                "opinion", "Serious harm is for a health or social work professional to say. Write who, and when"
            )
        return data


class ReleaseForm(Form):
    button = "Make the copy"
    read = forms.BooleanField(
        label="I have read all of it. What is about somebody else, or could do serious harm, is left out",
        error_messages={"required": "Read all of it first, and tick that you have"},
    )
    seen = forms.CharField(widget=forms.HiddenInput, max_length=64)
    key = forms.UUIDField(widget=forms.HiddenInput)
