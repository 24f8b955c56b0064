"""Reporting a data breach, and what is done about it."""

import datetime
from typing import Any

from django import forms
from django.utils import timezone

from agencies.models import BreachStep
from config.fields import CleanCharField, WholeNumberField, width_attrs
from config.forms import DateField, Form, IdempotencyKey, Radios, TextField


class ReportBreachForm(Form):
    button = "Report it"

    what = TextField(
        label="What happened?",
        max_length=3000,
        rows=5,
        help_text="For example, “A letter about one person went to another person”. Do not write anybody’s name.",
        error_messages={"required": "Write what happened"},
    )
    whose = CleanCharField(
        label="Whose data is it?",
        max_length=300,
        help_text="For example, “people on our waiting list”. No names.",
        error_messages={"required": "Write whose data it is"},
    )
    how_many = WholeNumberField(
        label="How many people?",
        required=False,
        min_value=0,
        max_value=1_000_000,
        width=6,
        help_text="Your best guess. Leave it empty if you do not know.",
    )
    happened_on = DateField(label="When did it happen?", past=True, required=False)
    known_on = DateField(
        label="When did you first know?", past=True, error_messages={"required": "Enter the day you first knew"}
    )
    known_time = forms.TimeField(
        label="At what time?",
        input_formats=["%H:%M", "%H.%M", "%I:%M%p", "%I.%M%p", "%I%p", "%I:%M %p", "%I %p"],
        widget=forms.TextInput(attrs=width_attrs(10)),
        help_text="For example, 2:30pm. The law counts 72 hours from then.",
        error_messages={"required": "Enter the time", "invalid": "Enter a time, for example 2:30pm"},
    )
    key = IdempotencyKey()

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        day, time = said.pop("known_on", None), said.pop("known_time", None)
        if day and time is not None:
            said["known_at"] = timezone.make_aware(datetime.datetime.combine(day, time))
            if said["known_at"] > timezone.now():
                self.add_error("known_time", "That is still to come. Enter when you first knew")
        if day and said.get("happened_on") and said["happened_on"] > day:
            self.add_error("happened_on", "It cannot have happened after you knew of it")
        return said


class BreachStepForm(Form):
    button = "Write it down"

    kind = Radios(
        label="What is there to note?",
        choices=BreachStep.Kind.choices,
        hints={
            BreachStep.Kind.ICO_TOLD: "Within 72 hours, unless a risk is unlikely. Write the reference you got.",
            BreachStep.Kind.ICO_NOT_TOLD: "Write why a risk to people is unlikely.",
            BreachStep.Kind.PEOPLE_TOLD: "They must be, and soon, when the risk to them is high. Write how and when.",
            BreachStep.Kind.PEOPLE_NOT_TOLD: "Write why the risk to them is not high.",
            BreachStep.Kind.CLOSED: "Write what was learned.",
        },
        error_messages={"required": "Choose what there is to note"},
    )
    words = TextField(
        label="What was done, or why",
        max_length=3000,
        help_text="Do not write anybody’s name.",
        error_messages={"required": "Write what was done, or why"},
    )
    key = IdempotencyKey()
