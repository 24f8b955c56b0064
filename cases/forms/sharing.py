"""What the person agrees to, noted and taken back."""

from cases.forms.onward import AGREEMENT_WAYS
from config.forms import Form, IdempotencyKey, Radios, TextField


class AgreementForm(Form):
    """The person's own yes, asked for by the team that a referral was passed on to."""

    button = "Note that they agree"
    how_agreed = Radios(
        label="How was it agreed?",
        choices=[(how, how) for how in AGREEMENT_WAYS],
        error_messages={"required": "Choose how it was agreed"},
    )
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
