from config.forms import Form, TextField


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
