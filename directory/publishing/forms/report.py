"""A reader says what is wrong with a listing."""

from django import forms

from config.forms import Form, IdempotencyKey, Radios, TextField
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
