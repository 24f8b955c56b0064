"""One session: another time, other places, a note; a date of its own; why it is cancelled."""

import datetime
from typing import Any

from django import forms
from django.utils import timezone

from config.fields import CleanCharField, WholeNumberField
from config.forms import DateField, Form, IdempotencyKey
from directory.catalogue.timetable import build_session_times
from directory.models import Service, Session
from directory.publishing.actions.sessions import fingerprint_session
from directory.publishing.forms.times import TimeField


class SessionForm(Form):
    """Of a session that is there, or of a new date (`session` None)."""

    on = DateField(label="Date", future=True, error_messages={"required": "Enter the date"})
    opens_at = TimeField(
        label="From", error_messages={"required": "Enter the time it begins"}, help_text="For example 10:30am"
    )
    closes_at = TimeField(label="To", required=False)
    places = WholeNumberField(
        label="Places",
        required=False,
        min_value=1,
        max_value=5000,
        width=4,
        help_text="Leave it empty if you do not count",
    )
    at = forms.ChoiceField(label="Where", required=False)
    note = CleanCharField(
        label="A note for those who come", max_length=300, required=False, help_text="For example: “Bring a warm coat”"
    )
    seen = forms.CharField(widget=forms.HiddenInput, max_length=500, required=False)
    key = IdempotencyKey()

    def __init__(self, data: Any = None, *, service: Service, session: Session | None = None) -> None:
        self.session, self.places_at = session, {str(at.pk): at for at in service.at_locations.all()}
        super().__init__(data, initial=_initial_from_session(session) if session else _initial_from_pattern(service))
        self.fields["at"].choices = [(key, at.location.short_address) for key, at in self.places_at.items()]
        if len(self.places_at) < 2:
            del self.fields["at"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("on") and data.get("opens_at"):
            self.starts_at, self.ends_at = build_session_times(data["on"], data["opens_at"], data.get("closes_at"))
            if self.starts_at <= timezone.now():
                self.add_error("opens_at", "That is over. Enter a time to come")
            if data["on"] > timezone.localdate() + datetime.timedelta(days=730):
                self.add_error("on", "The date must be within the next two years")
        return data

    @property
    def values(self) -> dict[str, Any]:
        """Column → value, once the form is valid."""
        data = self.cleaned_data
        kept = self.session.at_location_id if self.session else next((at.pk for at in self.places_at.values()), None)
        at = self.places_at[data["at"]].pk if data.get("at") else kept
        return {
            "starts_at": self.starts_at,
            "ends_at": self.ends_at,
            "places": data["places"],
            "note": data["note"],
            "at_location_id": at,
        }


def _initial_from_session(session: Session) -> dict[str, Any]:
    start, end = timezone.localtime(session.starts_at), session.ends_at and timezone.localtime(session.ends_at)
    return {
        "on": start.date(),
        "opens_at": start.time(),
        "closes_at": end.time() if end else None,
        "places": session.places,
        "note": session.note,
        "at": str(session.at_location_id or ""),
        "seen": fingerprint_session(session),
    }


def _initial_from_pattern(service: Service) -> dict[str, Any]:
    """A new date begins with what the first pattern says."""
    row = next((row for row in service.schedules.all() if row.opens_at), None)
    return {"opens_at": row.opens_at, "closes_at": row.closes_at, "places": row.places} if row else {}


class CancelForm(Form):
    button = "Cancel this session"
    why = CleanCharField(
        label="Why?",
        max_length=300,
        error_messages={"required": "Say why, in a few words"},
        help_text="Everybody can read it, and it is in the e-mails",
    )
