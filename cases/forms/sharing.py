"""What the person agrees to, noted, narrowed and taken back."""

from typing import Any

from cases.forms.onward import AgreementWayField
from cases.models import Agreement
from config.forms import Checkboxes, Form, IdempotencyKey, TextField


class AgreementForm(Form):
    """The person's own yes, asked for by the team that a referral was passed on to."""

    button = "Note that they agree"
    how_agreed = AgreementWayField()
    key = IdempotencyKey()


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
