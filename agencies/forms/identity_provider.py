"""What the steward decides about an agency's provider of sign-in."""

from typing import Any

from agencies.models import Agency, AgencyKind, IdentityProvider
from config.forms import Checkboxes, Form, Radios


class IdentityProviderForm(Form):
    button = "Save, and sign out whoever came in by it"
    mark_optional = False

    in_use = Radios(
        label="Can people sign in with it?",
        choices=[
            ("yes", "Yes, or with their e-mail address and password"),
            ("only", "Yes, and in no other way"),
            ("no", "No, with their e-mail address and password only"),
        ],
        hints={"only": "Whoever leaves there is out here at once. Who has not linked an account yet can only do that."},
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
        in_use = "no" if provider.switched_off_at else "only" if provider.required else "yes"
        now = {"in_use": in_use, "agencies": sorted(given)}
        super().__init__(*args, initial=now, **kwargs)
        self.rows = {str(agency.pk): agency for agency in agencies}
        self.fields["agencies"].choices = [(pk, agency.name) for pk, agency in self.rows.items()]

    @property
    def chosen(self) -> list[Agency]:
        return [self.rows[pk] for pk in self.cleaned_data["agencies"]]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        for agency in [self.rows[pk] for pk in data.get("agencies", [])]:
            if data.get("in_use") == "only" and agency.kind == AgencyKind.STEWARD:
                self.add_error("agencies", f"Leave out {agency.name}: who runs the place keeps a password")
                break
        return data
