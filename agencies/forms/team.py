"""Inviting somebody, and changing what a member may do."""

from typing import Any

from django import forms

from agencies.access import PERMISSIONS, ROLES_OF_KIND, Permission, Role
from agencies.models import Agency, Invitation, Membership
from config.forms import EmailField, Form, IdempotencyKey, NameField, Radios


def format_permissions(role: Role) -> str:
    """What the role may do, in the words of agencies.access: shown to whoever grants it."""
    return ". ".join(Permission(p).label for p in Permission if p in PERMISSIONS[role]) + "."


def build_role_field(agency: Agency) -> Radios:
    """The roles that an agency of this kind may hold, each with what it allows."""
    roles = ROLES_OF_KIND[agency.kind]
    return Radios(
        label="Role",
        choices=[(role.value, role.label) for role in roles],
        hints={role.value: format_permissions(role) for role in roles},
        initial=roles[0].value if len(roles) == 1 else None,
        error_messages={"required": "Choose a role"},
    )


def build_manages_team_field() -> forms.BooleanField:
    return forms.BooleanField(
        label="May also run this team", help_text=Permission.MANAGE_TEAM.label + ".", required=False
    )


class InviteForm(Form):
    button = "Send invitation"

    name = NameField(label="Full name", error_messages={"required": "Enter the person’s full name"})
    email = EmailField(
        label="Work e-mail address",
        width=30,
        help_text="We send the invitation there. It is also what they sign in with.",
        error_messages={"required": "Enter the person’s e-mail address"},
    )
    key = IdempotencyKey()

    def __init__(self, *args: Any, agency: Agency, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.agency = agency
        self.fields["role"] = build_role_field(agency)
        self.fields["manages_team"] = build_manages_team_field()

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).strip().lower()

    def clean(self) -> None:
        """Nobody is invited twice, unless this is the same post again."""
        email, key = self.cleaned_data.get("email"), self.cleaned_data.get("key")
        if not email or not key:
            return
        working = Membership.of_agency(self.agency).filter(user__email__iexact=email, ended_at=None)
        invited = Invitation.open_for(self.agency).filter(email__iexact=email).exclude(pk=key)
        if working.exists():
            self.add_error("email", "This person already works here. You can change their role on the team page")
        elif invited.exists():
            self.add_error("email", "This person has been invited. You can send the invitation again on the team page")


class MemberForm(Form):
    button = "Save"

    def __init__(self, *args: Any, membership: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"] = build_role_field(membership.agency)
        self.fields["manages_team"] = build_manages_team_field()
        self.initial = {"role": membership.role, "manages_team": membership.manages_team}
