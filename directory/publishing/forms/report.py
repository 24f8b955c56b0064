"""What is wrong with a listing, said by a reader, or by its group from a link in an e-mail."""

from django import forms

from config.forms import Form, IdempotencyKey, NameField, Radios, TextField
from directory.models import ReportReason


class ReaderReportForm(Form):
    button = "Send"

    reason = Radios(
        label="What is wrong?", choices=ReportReason.choices, error_messages={"required": "Choose what is wrong"}
    )
    words = TextField(
        label="What should it say?",
        required=False,
        max_length=1000,
        rows=3,
        help_text="For example, it now starts at 11am. Do not write your name or anything about your health.",
    )
    website = forms.CharField(required=False)  # hidden from people: only a machine fills it in
    key = IdempotencyKey()

    @property
    def is_machine(self) -> bool:
        return bool(self.data.get("website"))


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
