"""Booking for the person of a case: that they agreed, and how."""

from typing import Any

from django import forms

from agencies.models import Agency
from cases.forms.onward import AgreementWayField
from cases.models import Person
from config.forms import Form, IdempotencyKey


class CaseBookingForm(Form):
    """The group of the session gets a name and one contact, by the person's own agreement."""

    button = "Book"

    agreed = forms.BooleanField(label="Agreed")
    how_agreed = AgreementWayField()
    key = IdempotencyKey()

    def __init__(self, *args: Any, person: Person, agency: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["agreed"]
        field.label = f"{person.known_as} agreed that what is shown here may be shared with {agency.name}"
        field.error_messages["required"] = f"{person.known_as} must agree before you can book with {agency.name}"
