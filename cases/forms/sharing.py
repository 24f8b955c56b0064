"""What the person agrees to, noted, narrowed and taken back."""

from typing import Any

from agencies.access import LAYERS_OF_PURPOSE, Layer, Purpose
from cases.forms.onward import AgreementWayField
from cases.models import Agreement
from config.forms import Checkboxes, Form, IdempotencyKey, Radios, TextField


def describe_layers(purpose: Purpose) -> str:
    """ "Sees: how to reach them, money and housing"."""
    shown = [layer.label.lower() for layer in Layer if layer in LAYERS_OF_PURPOSE[purpose] and layer != Layer.UNSORTED]
    return f"Sees: {', '.join(shown)}" + ("; older entries too" if Layer.UNSORTED in LAYERS_OF_PURPOSE[purpose] else "")


class AgreementForm(Form):
    """The person's own yes, asked for by the team that a referral was passed on to."""

    button = "Note that they agree"
    how_agreed = AgreementWayField()
    key = IdempotencyKey()


class PurposeForm(Form):
    """What an agency of the circle is there for: the layers it sees follow from it."""

    button = "Save"
    purpose = Radios(
        label="What are they here for?",
        choices=[(purpose.value, purpose.label) for purpose in Purpose if purpose != Purpose.WORKS_WITH],
        hints={purpose.value: describe_layers(purpose) for purpose in Purpose},
        error_messages={"required": "Choose what they are here for"},
    )
    words = TextField(
        label="Why does this change?",
        max_length=500,
        rows=3,
        required=False,
        help_text="For the case history. The person can read it.",
    )
    key = IdempotencyKey()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """What stands from before is offered to those alone who have it: nobody is given all any more."""
        super().__init__(*args, **kwargs)
        if self.initial.get("purpose") != Purpose.AS_BEFORE:
            self.fields["purpose"].choices = [c for c in self.fields["purpose"].choices if c[0] != Purpose.AS_BEFORE]


class TakeBackAgreementForm(Form):
    """Taking back an agreement."""

    button = "Take back the agreement"
    words = TextField(
        label="What did they say?",
        max_length=500,
        rows=3,
        required=False,
        help_text="For the case history. The group does not see it.",
    )


class NarrowAgreementForm(Form):
    """Keeping parts back, of an agreement that goes on."""

    button = "Share less"
    parts = Checkboxes(
        label="What should they not see any more?",
        choices=Agreement.Part.choices,
        error_messages={"required": "Choose what they should not see any more"},
    )
    words = TextField(
        label="What did they say?",
        max_length=500,
        rows=3,
        required=False,
        help_text="For the case history. The group does not see it.",
    )
    key = IdempotencyKey()

    def __init__(self, *args: Any, agreement: Agreement, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        left = [choice for choice in Agreement.Part.choices if choice[0] not in agreement.kept_back]
        self.fields["parts"].choices = left
