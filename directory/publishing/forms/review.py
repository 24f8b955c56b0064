"""What the steward, or a group, answers to what waits for them."""

from typing import Any

from django import forms

from config.forms import Checkboxes, Form, Radios, TextField
from directory.publishing.review import EditChange


class ClaimForm(Form):
    """Yes or no to a group that asks to take part. Nobody is vouched for but by the steward's own tick."""

    button = "Answer"

    decision = Radios(
        label="Your answer",
        choices=[("yes", "Yes, invite them"), ("no", "No")],
        error_messages={"required": "Choose yes or no"},
    )
    verify = forms.BooleanField(
        label="We know this group",
        required=False,
        help_text="Their listings change at once. Otherwise each edit waits for you to look at it.",
    )
    hand_over = forms.BooleanField(label="Hand over", required=False, initial=True)
    words = TextField(
        label="Words to them",
        required=False,
        max_length=1000,
        rows=4,
        help_text="With a no, say why. They read it in our e-mail.",
    )

    def __init__(self, *args: Any, listings: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        few = "the listing" if listings == 1 else f"the {listings} listings"
        self.fields["hand_over"].label = f"Hand over {few} that a file once brought"
        self.fields["hand_over"].help_text = "They keep it from now on. It no longer comes from that file."
        if not listings:
            del self.fields["hand_over"]

    def clean(self) -> None:
        if self.cleaned_data.get("decision") == "no" and not self.cleaned_data.get("words"):
            self.add_error("words", "Say why, so that they know what to do")


class EditForm(Form):
    """What of a group's edit goes in. Fields that others have changed meanwhile are not ticked beforehand."""

    button = "Answer"

    chosen = Checkboxes(label="Put in", choices=[], required=False)
    decision = Radios(
        label="Your answer",
        choices=[("yes", "Put in what is ticked"), ("no", "Leave the listing as it is")],
        error_messages={"required": "Choose what to do"},
    )
    words = TextField(
        label="Words to the group",
        required=False,
        max_length=1000,
        rows=4,
        help_text="If you leave something out, say why. They read it in our e-mail.",
    )
    verify = forms.BooleanField(
        label="We know this group now",
        required=False,
        help_text="With a yes: from now on its listings change at once, and nothing of theirs waits for you.",
    )
    shown = forms.CharField(widget=forms.HiddenInput, max_length=100)

    def __init__(self, *args: Any, changes: list[EditChange], shown: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.changes = changes
        self.fields["chosen"].choices = [(change.field, change.label) for change in changes]
        self.initial = {"chosen": [c.field for c in changes if not c.conflict], "shown": shown}

    def clean(self) -> None:
        said = self.cleaned_data
        if said.get("decision") == "yes" and "chosen" in said and not said["chosen"]:
            self.add_error("chosen", "Tick what to put in, or leave the listing as it is")
        if said.get("decision") == "no" and not said.get("words"):
            self.add_error("words", "Say why, so that they know what to do")


class ReportForm(Form):
    """The steward's answer to what a reader, or a group by link, has said."""

    button = "Answer"

    decision = Radios(
        label="What did you do?",
        error_messages={"required": "Choose what you did"},
        choices=[
            ("mended", "It has been put right"),
            ("right", "It is right as it is"),
            ("close", "It no longer runs"),
        ],
        hints={"close": "Nobody finds it any more. Its group is told."},
    )
    words = TextField(
        label="A note",
        required=False,
        max_length=1000,
        rows=3,
        help_text="The group reads it, not the reader: we do not know who it was",
    )


class OwnReportForm(Form):
    """A group's answer to a report about its own listing."""

    button = "Answer"

    decision = Radios(
        label="Your answer",
        choices=[("mended", "We have put it right"), ("right", "It is right as it is")],
        error_messages={"required": "Choose your answer"},
    )
    words = TextField(label="A note for the steward", required=False, max_length=1000, rows=3)
