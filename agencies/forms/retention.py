"""Whether an old record is kept longer or erased; and the periods of the place."""

import datetime
from typing import Any

from django.utils import timezone

from agencies.hooks import PlacePeriod
from agencies.models import RetentionReview
from config.fields import WholeNumberField
from config.forms import DateField, Form, Radios, TextField

MAX_KEPT_LONGER = datetime.timedelta(days=20 * 366)
MAX_LENGTH = {"years": 100, "days": 3650, "working days": 125}  # 6 months to answer a complaint


class ReviewForm(Form):
    button = "Decide"
    decision = Radios(
        label="What is to become of it?",
        choices=RetentionReview.Decision.choices,
        hints={RetentionReview.Decision.ERASE: "It cannot be brought back."},
        error_messages={"required": "Choose what is to become of it"},
    )
    keep_until = DateField(label="If longer, until when?", future=True, required=False)
    reason = TextField(
        label="Why?",
        max_length=1000,
        rows=3,
        help_text="Without anybody’s name: this stays when the record is gone.",
        error_messages={"required": "Write why"},
    )

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        until = said.get("keep_until")
        if said.get("decision") == RetentionReview.Decision.KEEP and "keep_until" not in self.errors:
            if not until:
                self.add_error("keep_until", "Enter until when")
            elif until > timezone.localdate() + MAX_KEPT_LONGER:
                self.add_error("keep_until", "Enter a date within the next 20 years: it is looked at again then")
        return said


class PeriodsForm(Form):
    """A number for each period, by its code."""

    button = "Save"

    def __init__(self, *args: Any, periods: list[PlacePeriod], lengths: dict[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for period in periods:
            self.fields[period.code] = WholeNumberField(
                label=f"{period.label}: {period.unit} from {period.since}",
                initial=lengths.get(period.code, period.default),
                min_value=period.least,
                max_value=MAX_LENGTH[period.unit],
                width=4,
                help_text=f"{period.default} unless you set another. {period.source}",
            )
