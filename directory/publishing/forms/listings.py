"""Beginning a listing, whether it runs, how much room there is, and what to say about a feed's."""

import datetime
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils import timezone

from config.fields import CleanCharField, WholeNumberField
from config.forms import DateField, Form, IdempotencyKey, Radios, TextField
from config.template_tags import date_words
from directory.models import Service, Session, Status
from directory.publishing.templates import LISTING_TEMPLATES

RUNS = "runs"


class NewListingForm(Form):
    button = "Continue"
    name = CleanCharField(
        label="What is it called?",
        max_length=100,
        error_messages={"required": "Give it a name"},
        help_text="As people call it. You can change it later",
    )
    start = Radios(
        label="Begin from",
        choices=(),
        help_text="The examples come filled in: change what is different",
        error_messages={"required": "Choose what to begin from"},
    )
    key = IdempotencyKey()

    def __init__(self, data: Any = None, *, own: Iterable[Service], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        models = [(f"model:{code}", row["title"]) for code, row in LISTING_TEMPLATES.items()]
        copies = [(f"own:{service.pk}", f"A copy of “{service.name}”") for service in own]
        self.fields["start"].choices = [("blank", "An empty page"), *models, *copies]
        self.fields["start"].hints = {"blank": "We ask section by section"}


class ListingStateForm(Form):
    """Runs, closed for now or ended. `booked` are the sessions with people in them, if it closes so."""

    button = "Save"
    mark_optional = False  # the date is needed with one of the answers
    state = Radios(
        label="Does it run?",
        choices=[
            (RUNS, "It runs"),
            ("until", "Closed until a date"),
            ("closed", "Closed for now, no date yet"),
            ("ended", "It has ended"),
        ],
        hints={
            "until": "It is marked as closed, and runs again by itself on that day",
            "ended": "Nobody finds it any more. Its past stays, and it can run again",
        },
        shows={"until": ["until"]},
    )
    until = DateField(label="It runs again on", future=True, required=False)
    alert = TextField(
        label="What should people know? (optional)",
        max_length=300,
        rows=2,
        required=False,
        help_text="For example: “Closed for Ramadan” or “Our boiler is being mended”",
    )
    cancels: list[Session]  # with people in them: what closing it so would cancel
    sure = forms.BooleanField(label="Cancel these sessions, and tell those who are booked", required=False)
    key = IdempotencyKey()

    def __init__(self, data: Any = None, *, service: Service, booked: Any) -> None:
        self.booked, self.cancels = booked, []
        closed = {Status.CLOSED: "until" if service.paused_until else "closed", Status.ACTIVE: RUNS}
        initial = {
            "state": closed.get(Status(service.status), "ended"),
            "until": service.paused_until,
            "alert": service.alert,
        }
        super().__init__(data, initial=initial)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        state, until = data.get("state"), data.get("until")
        if state == "until" and not until and "until" not in self.errors:
            self.add_error("until", "Enter the day on which it runs again")
        if state == "until" and until == timezone.localdate():
            self.add_error("until", "That is today. Choose “It runs”, or a later day")
        if state and state != RUNS and not self.errors:
            self.cancels = self.booked(until if state == "until" else None)
            if self.cancels and not data.get("sure"):
                days = ", ".join(date_words(session.on) for session in self.cancels[:5])
                more = f" and {len(self.cancels) - 5} more" if len(self.cancels) > 5 else ""
                self.add_error("sure", f"People are booked on {days}{more}. Tick to cancel these, and tell them")
        return data

    @property
    def status(self) -> Status:
        return Status.DEFUNCT if self.cleaned_data["state"] == "ended" else Status.CLOSED

    @property
    def day(self) -> datetime.date | None:
        return self.cleaned_data["until"] if self.cleaned_data["state"] == "until" else None


class CapacityForm(Form):
    button = "Save"
    mark_optional = False
    available = WholeNumberField(
        label="How many more people could come now?",
        min_value=0,
        max_value=5000,
        width=4,
        help_text="0 when you are full",
        error_messages={"required": "Enter a number, 0 when you are full"},
    )


class SuggestionForm(Form):
    button = "Send"
    words = TextField(
        label="What should be different?",
        max_length=1500,
        rows=5,
        error_messages={"required": "Say what should be different"},
    )
    key = IdempotencyKey()
