"""What the steward, or a group, answers to what waits for them."""

from typing import Any

from django import forms

from config.forms import Form, Radios, TextField


class ClaimForm(Form):
    """Yes or no to a group that asks to take part. Boxes as the steward would most often leave them."""

    button = "Answer"

    decision = Radios(
        label="Your answer", choices=[("yes", "Yes, invite them"), ("no", "No")],
        error_messages={"required": "Choose yes or no"},
    )  # fmt: skip
    verify = forms.BooleanField(
        label="We know this group", required=False, initial=True,
        help_text="Their listings change at once. Otherwise each edit waits for you to look at it.",
    )  # fmt: skip
    hand_over = forms.BooleanField(label="Hand over", required=False, initial=True)
    words = TextField(
        label="Words to them", required=False, max_length=1000, rows=4,
        help_text="With a no, say why. They read it in our e-mail.",
    )  # fmt: skip

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
