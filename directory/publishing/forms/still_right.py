"""What a group says about a listing from a link in its e-mail."""

from config.forms import Form, IdempotencyKey, NameField, TextField


class ChangedForm(Form):
    button = "Send"

    words = TextField(
        label="What has changed?",
        max_length=2000,
        help_text="For example, “We now meet on Thursdays at 2pm”. In your own words: we put it in.",
        error_messages={"required": "Write what has changed"},
    )
    name = NameField(label="Your name", required=False, help_text="So that we know whom to ask")
    key = IdempotencyKey()
