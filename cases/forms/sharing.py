"""What the person agrees to, noted and taken back."""

from cases.forms.onward import AgreementWayField
from config.forms import Form, IdempotencyKey, TextField


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
