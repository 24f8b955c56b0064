"""A legal hold: placed, looked at again, ended."""

import datetime
from typing import Any

from django.utils import timezone

from config.forms import DateField, Form, IdempotencyKey, Radios, TextField

MAX_HELD = datetime.timedelta(days=2 * 366)  # then somebody looks at it again


def check_review_date(form: Form, until: datetime.date | None) -> None:
    if until and until > timezone.localdate() + MAX_HELD:
        form.add_error("review_on", "Enter a date within the next two years: it is looked at again then")


class HoldForm(Form):
    button = "Hold this record"
    reason = TextField(
        label="Why must it be kept?",
        max_length=1000,
        rows=3,
        help_text="For example, an inquiry, a claim, a complaint, a coroner. Only your team reads it.",
        error_messages={"required": "Write why it must be kept"},
    )
    review_on = DateField(
        label="When will you look at this again?",
        future=True,
        error_messages={"required": "Enter when you look at this again"},
    )
    key = IdempotencyKey()

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        check_review_date(self, said.get("review_on"))
        return said


class ReviewHoldForm(Form):
    button = "Write it down"
    goes_on = Radios(
        label="Is it still needed?",
        choices=[("yes", "Yes, it goes on"), ("no", "No, it ends")],
        error_messages={"required": "Choose whether it is still needed"},
    )
    review_on = DateField(label="If so, when will you look again?", future=True, required=False)
    words = TextField(label="Why?", max_length=1000, rows=3, error_messages={"required": "Write why"})

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        if said.get("goes_on") == "no":
            said["review_on"] = None
        elif said.get("goes_on") == "yes" and not said.get("review_on") and "review_on" not in self.errors:
            self.add_error("review_on", "Enter when you look again")
        check_review_date(self, said.get("review_on"))
        said.pop("goes_on", None)
        return said
