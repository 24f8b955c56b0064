"""Forms of bookings: a resident's, the group's for somebody who rings or comes through the door, and a code."""

from typing import Any

from django import forms

from bookings.actions import Attendee
from bookings.actions.book import normalise_contacts
from bookings.actions.links import normalise_code
from bookings.models import Booking
from config.fields import CleanCharField, width_attrs
from config.forms import EmailField, Form, IdempotencyKey, NameField, PhoneField, TextField
from config.template_tags import date_words

MAX_NOTE_LENGTH = 300  # characters


class BookingForm(Form):
    """A name and one contact, or neither. `earlier`: what this browser has booked for the session already."""

    button = "Book"
    mark_optional = False  # one of the contacts is needed

    name = NameField(
        label="Your name",
        error_messages={"required": "Enter your name"},
        widget=forms.TextInput(attrs={"autocomplete": "name", "spellcheck": "false"}),
    )
    email = EmailField(
        own=True, label="E-mail address", required=False, help_text="We write to you about this session only."
    )
    phone = PhoneField(
        label="Phone number",
        required=False,
        help_text="They call if something changes.",
        widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
    )
    neither = forms.BooleanField(
        label="I have neither: give me a code to write down",
        required=False,
        help_text="Nobody can tell you of a change, or of a place that comes free. Look here with your code each day.",
    )
    note = TextField(
        label="Is there anything they should know? (optional)",
        required=False,
        max_length=MAX_NOTE_LENGTH,
        rows=3,
        help_text="For example: I use a wheelchair, or I come with my carer.",
    )
    another = forms.BooleanField(label="This place is for another person", required=False)
    key = IdempotencyKey()

    def __init__(self, *args: Any, earlier: list[Booking], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.earlier = earlier
        self.same: Booking | None = None
        if not earlier:
            del self.fields["another"]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        reached = said.get("email") or said.get("phone") or said.get("neither")
        if not reached and not {"email", "phone"} & set(self.errors):
            self.add_error("email", "Enter an e-mail address or a phone number, or tick “I have neither”")
        self.same = next((one for one in self.earlier if is_same_person(one, said)), None)
        if self.same and not said.get("another"):
            made = date_words(self.same.asked_on)
            self.add_error("another", f"You booked this session on {made}. Tick this if it is for another person")
        return said

    @property
    def attendee(self) -> Attendee:
        said = self.cleaned_data
        return Attendee(said["name"], said["email"], "" if said["email"] else said["phone"], said["note"])


def is_same_person(booking: Booking, said: dict[str, Any]) -> bool:
    """Whether an earlier booking has the contact that is typed now; without one, the name."""
    email = said.get("email") or ""
    contacts = normalise_contacts(email, "" if email else said.get("phone") or "")
    if contacts:
        return bool(contacts & normalise_contacts(booking.email, booking.phone))
    return not booking.contact and booking.name.casefold() == said.get("name", "").casefold()


class AddBookingForm(Form):
    """The group adds somebody: who rang, or came through the door. Nothing but a name is needed."""

    button = "Add"
    mark_optional = False

    name = NameField(label="Name", error_messages={"required": "Enter a name"})
    contact = CleanCharField(
        label="E-mail or phone",
        required=False,
        max_length=254,
        help_text="Only if they want to hear of changes.",
    )
    more = forms.BooleanField(label="All places are taken. Let them in: one place more", required=False)
    key = IdempotencyKey()

    def __init__(self, *args: Any, full: bool, at_door: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.full = full
        if not (full and at_door):
            del self.fields["more"]
        if at_door:
            del self.fields["contact"]

    def clean_contact(self) -> str:
        typed = str(self.cleaned_data["contact"]).strip()
        if not typed:
            return ""
        field: forms.Field = forms.EmailField() if "@" in typed else PhoneField()
        try:
            return str(field.clean(typed))
        except forms.ValidationError:
            raise forms.ValidationError("Enter an e-mail address or a phone number") from None

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if "more" in self.fields and not said.get("more"):
            self.add_error("more", "All places are taken. Tick this to let them in")
        return said

    @property
    def attendee(self) -> Attendee:
        contact = self.cleaned_data.get("contact", "")
        mail = "@" in contact
        return Attendee(self.cleaned_data["name"], contact if mail else "", "" if mail else contact)


class TakeOffForm(Form):
    """Why somebody is taken off the list: they read it."""

    button = "Take them off the list"

    words = CleanCharField(
        label="Why?",
        required=False,
        max_length=200,
        help_text="They read this. For example: you asked us to.",
    )
    key = IdempotencyKey()


class BookingCodeForm(Form):
    """The code of somebody without e-mail."""

    button = "Show my booking"

    code = CleanCharField(
        label="Your code",
        max_length=30,
        help_text="10 letters and numbers, for example ABCDE-23456",
        error_messages={"required": "Enter your code"},
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"} | width_attrs(10)),
    )

    def clean_code(self) -> str:
        return normalise_code(self.cleaned_data["code"])
