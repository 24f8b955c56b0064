"""The composer, and its small sister for corrections."""

import datetime
from typing import Any

from django import forms
from django.utils import timezone

from agencies.access import USUAL_LAYER, Layer
from agencies.models import Draft
from cases.actions.notes import TRY_AGAIN, NextStep, plan_next_try
from cases.forms.restriction import DespiteField
from cases.models import Audience, Case, Kind
from cases.models.case import Seat
from cases.models.entry import DEFAULT_LAYER, LAYER_OF_KIND
from config.fields import CleanCharField
from config.forms import DateField, Form, IdempotencyKey, Radios, TextField
from config.template_tags import date_words
from config.working_days import add_working_days

NOTE_KIND_CHOICES = [
    (kind.value, kind.label) for kind in (Kind.PHONE, Kind.NO_ANSWER, Kind.VISIT, Kind.NOTE, Kind.CALL, Kind.ARRANGED)
]
TIME_INPUT_FORMATS = ["%H:%M", "%H:%M:%S", "%H.%M", "%I:%M%p", "%I.%M%p", "%I%p", "%I:%M %p", "%I.%M %p", "%I %p"]
MAX_ENTRY_LENGTH = 5000  # characters of one entry


class NoteForm(Form):
    """What happened, when, who can read it, and what comes next by when, in one post."""

    button = "Add to the story"
    mark_optional = False
    drawn_once = ("kind", "text", "when")
    kind = Radios(
        label="What happened?", choices=NOTE_KIND_CHOICES, error_messages={"required": "Choose what happened"}
    )
    text = TextField(label="In your words", max_length=MAX_ENTRY_LENGTH, rows=4, required=False)
    when = Radios(
        label="When?",
        choices=[("now", "Now"), ("earlier", "Earlier")],
        initial="now",
        shows={"earlier": ("on", "at")},
    )
    on = DateField(label="On which day?", past=True, earliest=datetime.date(2000, 1, 1), required=False)
    at = forms.TimeField(
        label="At what time?",
        required=False,
        input_formats=TIME_INPUT_FORMATS,
        help_text="For example, 14:30",
        widget=forms.TimeInput(attrs={"type": "time", "class": "govuk-input--width-5"}, format="%H:%M"),
        error_messages={"invalid": "Enter a time such as 14:30 or 2:30pm"},
    )
    audience = Radios(label="Who can read it?", choices=Audience.choices, initial=Audience.CIRCLE.value)
    layer = Radios(label="What is it about?", choices=[], required=False)
    next_words = CleanCharField(label="Next step", max_length=200, required=False)
    next_when = Radios(label="By when?", choices=[], initial="keep", shows={"date": ("next_on",)})
    next_on = DateField(label="By which day?", future=True, required=False)
    key = IdempotencyKey()

    def __init__(
        self, *args: Any, case: Case, ours: bool, circle: list[Seat], despite: bool = False, **kwargs: Any
    ) -> None:
        """`ours`: the member's team owns the case; others of the `circle` add to its story only. `despite`: the case
        is restricted, and the member may say why they write in it."""
        super().__init__(*args, **kwargs)
        self.case, self.today = case, timezone.localdate()
        audience = {
            "circle": f"Everyone helping who needs it: {', '.join(seat.name for seat in circle)}",
            "team": f"Only {case.agency.name}",
            "person": f"Everyone helping, and {case.person.known_as} too",
        }
        self.set_choices("audience", [(v, words) for v, words in audience.items() if ours or v != "team"])
        self.others = circle[1:]
        if self.others:
            self.set_choices("layer", [(str(layer), self.describe_layer(layer)) for layer in self.offered_layers])
            usual = USUAL_LAYER.get(case.seen_for, DEFAULT_LAYER).label
            self.fields["layer"].help_text = f"If you choose none: {usual[0].lower()}{usual[1:]}"
        else:
            del self.fields["layer"]
        if despite:
            self.fields["despite"] = DespiteField()
        if ours and case.is_open and not despite:
            self.set_choices("next_when", self.next_step_choices())
            if case.next_action:
                self.fields["next_words"].help_text = f"Now: {case.next_action}, by {date_words(case.next_action_on)}"
        else:
            for name in ("next_words", "next_when", "next_on"):
                del self.fields[name]

    def set_choices(self, name: str, choices: list[tuple[str, str]]) -> None:
        self.fields[name].choices = choices

    @property
    def offered_layers(self) -> list[Layer]:
        """Those that the writer sees too."""
        return [layer for layer in Layer if layer in self.case.layers and layer != Layer.UNSORTED]

    def describe_layer(self, layer: Layer) -> str:
        """With who else sees it: "Health (Harbour Surgery)"."""
        return f"{layer.label} ({', '.join(seat.name for seat in self.others if layer in seat.layers) or 'only us'})"

    def choose_layer(self, data: dict[str, Any]) -> Layer:
        """The one that was tapped; else the usual one, which is nobody else's while the team helps alone."""
        if data.get("layer"):
            return Layer(data["layer"])
        if data.get("kind") in LAYER_OF_KIND:
            return LAYER_OF_KIND[data["kind"]]
        if not self.others:
            return Layer.UNSORTED
        return USUAL_LAYER.get(self.case.seen_for, DEFAULT_LAYER)

    def next_step_choices(self) -> list[tuple[str, str]]:
        """The quick dates with the day each one means, none on a day off."""
        tomorrow = self.quick_date("tomorrow")
        near = "Tomorrow" if tomorrow == self.today + datetime.timedelta(days=1) else "Next working day"
        keep, again = "Leave it" if self.case.next_action else "No next step", plan_next_try(self.case)
        found = [
            ("keep", f"{keep}; after no answer: {format_short_day(again.on)}" if again and again.on else keep),
            ("tomorrow", f"{near}, {format_short_day(tomorrow)}"),
            ("week", f"In a week, {format_short_day(self.quick_date('week'))}"),
            ("two_weeks", f"In 2 weeks, {format_short_day(self.quick_date('two_weeks'))}"),
        ]
        done = [("none", "Done, nothing next")] if self.case.next_action else []
        return [*found, *done, ("date", "Another day")]

    def quick_date(self, name: str) -> datetime.date:
        if name == "tomorrow":
            return add_working_days(self.today, 1)
        return add_working_days(self.today + datetime.timedelta(days=7 if name == "week" else 14), 0)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") not in (None, "", Kind.NO_ANSWER) and not data.get("text", "x").strip():
            self.add_error("text", "Write what happened")
        data["layer"] = self.choose_layer(data)
        data["happened_at"] = self.parse_happened_at(data)
        if "next_when" in self.fields:
            data["next_step"] = self.parse_next_step(data)
        elif not self.case.is_open and (lost := self.data.get("next_words", "").strip()):
            words = "This case was closed meanwhile and has no next step. If it still matters, write it in your words"
            self.add_error(None, f"{words}: “{lost[:200]}”")
        return data

    def parse_happened_at(self, data: dict[str, Any]) -> datetime.datetime | None:
        """The moment in London; None for now. Without a time it is midday, or now if that is still to come."""
        if data.get("when") != "earlier" or "on" in self.errors or "at" in self.errors:
            return None
        if not data.get("on"):
            self.add_error("on", "Enter the day it happened")
            return None
        moment = timezone.make_aware(datetime.datetime.combine(data["on"], data.get("at") or datetime.time(12)))
        if moment > timezone.now() and data.get("at"):
            self.add_error("at", "The time must be in the past")
        return min(moment, timezone.now())

    def parse_next_step(self, data: dict[str, Any]) -> NextStep | None:
        """None: leave it as it is. A day without words moves the step that stands."""
        words, when = data.get("next_words", "").strip(), data.get("next_when")
        if when == "none":
            return NextStep("", None)
        if when in (None, "keep"):
            if words and when:
                self.add_error("next_when", "Choose by when the next step is to be done")
            return None
        words = words or self.case.next_action or (TRY_AGAIN if data.get("kind") == Kind.NO_ANSWER else "")
        if not words:
            self.add_error("next_words", "Write what the next step is")
        if when == "date" and not data.get("next_on") and "next_on" not in self.errors:
            self.add_error("next_on", "Enter the day the next step is to be done by")
        return NextStep(words, data.get("next_on") if when == "date" else self.quick_date(when))

    @property
    def more_is_open(self) -> bool:
        """Whether the part with "when" and "who can read it" must be seen: something there is not as usual."""
        usual = self["when"].value() == "now" and self["audience"].value() == Audience.CIRCLE
        return not usual or any(name in self.errors for name in ("when", "on", "at", "audience"))


def format_short_day(day: datetime.date) -> str:
    """Mon 23 Nov"""
    return f"{day:%a} {day.day} {day:%b}"


def draft_to_initial(form: type[Form], draft: Draft) -> dict[str, Any]:
    """What a draft holds, as the initial values of an unbound form: half-typed dates included."""
    data, fields = draft.as_posted(), form.base_fields.items()
    return {
        name: field.widget.value_from_datadict(data, {}, name)
        for name, field in fields
        if name in draft.data or any(f"{name}_{part}" in draft.data for part in ("day", "month", "year"))
    }


class CorrectionForm(Form):
    button = "Add the correction"
    text = TextField(
        label="What it should say",
        max_length=MAX_ENTRY_LENGTH,
        rows=6,
        error_messages={"required": "Write what it should say"},
    )
    key = IdempotencyKey()

    def clean_text(self) -> str:
        text = str(self.cleaned_data["text"])
        if text.strip() == str(self.initial.get("text", "")).strip():
            raise forms.ValidationError("This is what it says already. Change what is wrong, or go back")
        return text
