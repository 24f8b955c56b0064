"""Referring on from a case: what the groups chosen are told, and the person's agreement for each of them."""

import datetime
from typing import Any

from django import forms
from django.utils import timezone

from agencies.models import Agency
from cases.actions.onward import OnwardRequest
from cases.models import Person
from config.forms import Checkboxes, Form, IdempotencyKey, Radios, TextField
from directory.models import Service, TaxonomyTerm

AGREEMENT_WAYS = ["Said so on the phone", "Said so face to face", "Wrote or signed it"]
MAX_FORM_AGE = datetime.timedelta(hours=12)  # a form open for longer counts as opened then (time to refer)


class AgreementWayField(Radios):
    def __init__(self) -> None:
        super().__init__(
            label="How was it agreed?",
            choices=[(how, how) for how in AGREEMENT_WAYS],
            error_messages={"required": "Choose how it was agreed"},
        )


class ReferOnForm(Form):
    """`agencies` are those of the services chosen: each needs the person's own agreement."""

    button = "Send"

    message = TextField(
        label="Message to the group",
        max_length=1000,
        rows=4,
        required=False,
        help_text="Why this could suit them, and what would help the first time. Not their history or health.",
    )
    safe = Radios(
        label="Is there a risk the group must know about to keep everybody safe?",
        inline=True,
        choices=[("no", "No known risks"), ("yes", "Yes")],
        shows={"yes": ["risks"]},
        error_messages={"required": "Say whether there is a risk the group must know about"},
    )
    risks = TextField(
        label="What they must know",
        max_length=500,
        rows=3,
        required=False,
        help_text="Only what they need to act on, such as “becomes breathless on stairs”.",
    )
    how_agreed = AgreementWayField()
    started_at = forms.DateTimeField(widget=forms.HiddenInput, required=False)
    key = IdempotencyKey()

    def __init__(
        self, *args: Any, services: list[Service], person: Person, needs: list[TaxonomyTerm], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.services, self.needs_offered = services, needs
        self.fields["started_at"].initial = timezone.now
        for agency in {service.agency_id: service.agency for service in services}.values():
            self.fields[self.agreement_field_name(agency)] = forms.BooleanField(
                label=f"{person.known_as} agreed that what is shown here may be shared with {agency.name}",
                error_messages={"required": f"{person.known_as} must agree before you can send this to {agency.name}"},
            )
        if needs:
            self.fields["needs"] = Checkboxes(
                label="What is it for?",
                required=False,
                choices=[(str(term.pk), term.name) for term in needs],
                help_text="The group sees what you tick.",
            )
        self.order_fields(["message", "safe", "risks", "needs", *self.agreement_field_names, "how_agreed"])

    @staticmethod
    def agreement_field_name(agency: Agency) -> str:
        return f"agreed_{agency.pk.hex}"

    @property
    def agreement_field_names(self) -> list[str]:
        return [name for name in self.fields if name.startswith("agreed_")]

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        if said.get("safe") == "yes" and not said.get("risks", "").strip():
            self.add_error("risks", "Write what the group must know")
        return said

    @property
    def opened_at(self) -> datetime.datetime:
        """When the form was opened, as far as that can be true."""
        now = timezone.now()
        return min(now, max(self.cleaned_data.get("started_at") or now, now - MAX_FORM_AGE))

    @property
    def onward_request(self) -> OnwardRequest:
        said = self.cleaned_data
        chosen = set(said.get("needs", []))
        return OnwardRequest(
            message=said["message"],
            how_agreed=said["how_agreed"],
            risks=said["risks"].strip() if said["safe"] == "yes" else "",
            needs=[term for term in self.needs_offered if str(term.pk) in chosen],
        )
