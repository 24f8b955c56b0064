"""What the steward decides about an agency's provider of sign-in."""

from typing import Any

from agencies.models import Agency, IdentityProvider
from config.forms import Checkboxes, Form, Radios


class IdentityProviderForm(Form):
    button = "Save, and sign out whoever came in by it"
    mark_optional = False

    in_use = Radios(
        label="Can people sign in with it?",
        choices=[("yes", "Yes"), ("no", "No: they sign in with their e-mail address and password")],
        inline=False,
    )
    agencies = Checkboxes(
        label="Whose people?",
        help_text="Whoever signs in with it works for these organisations only, until they sign out.",
        choices=[],
        required=False,
    )

    def __init__(self, *args: Any, provider: IdentityProvider, agencies: list[Agency], **kwargs: Any) -> None:
        given = {str(agency.pk) for agency in provider.agencies.all()}
        now = {"in_use": "no" if provider.switched_off_at else "yes", "agencies": sorted(given)}
        super().__init__(*args, initial=now, **kwargs)
        self.rows = {str(agency.pk): agency for agency in agencies}
        self.fields["agencies"].choices = [(pk, agency.name) for pk, agency in self.rows.items()]

    @property
    def chosen(self) -> list[Agency]:
        return [self.rows[pk] for pk in self.cleaned_data["agencies"]]
