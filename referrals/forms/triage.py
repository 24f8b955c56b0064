"""What a connector team says about a referral before it is a case."""

from typing import Any

from django import forms

from agencies.access import Permission
from agencies.models import Agency, Membership
from config.forms import Form, IdempotencyKey, Radios, TextField
from referrals.models import DeclineReason, PassingGround, Referral

MAX_MESSAGE_LENGTH = 2000  # characters


class SeenMovesField(forms.IntegerField):
    """Hidden: how many moves the referral had when the form was shown, so that nobody answers it as it no longer is."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.HiddenInput, min_value=0, **kwargs)
        words = "Open this page again, so that you answer as things stand now"
        self.error_messages |= {"required": words, "invalid": words}


class TriageForm(Form):
    """`seen` is how many moves the referral had when the form was shown: a colleague may have been quicker."""

    key = IdempotencyKey()
    seen = SeenMovesField()

    def __init__(self, data: Any = None, *, referral: Referral, member: Membership) -> None:
        super().__init__(data, initial={"seen": referral.moves_made})
        self.referral, self.member = referral, member


class AskDetailForm(TriageForm):
    button = "Ask for more detail"
    words = TextField(
        label="What do you need to know?",
        help_text="Whoever sent it reads this, and can send it again with more detail",
        max_length=MAX_MESSAGE_LENGTH,
        error_messages={"required": "Say what you need to know"},
    )


class DeclineForm(TriageForm):
    button = "Decline the referral"
    reason = Radios(label="Why?", error_messages={"required": "Choose a reason"})
    words = TextField(
        label="Anything that would help whoever sent it",
        help_text="For example, who may be able to help instead",
        max_length=MAX_MESSAGE_LENGTH,
        rows=3,
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.reasons = {r.code: r for r in DeclineReason.of_side(DeclineReason.Side.TEAM)}
        self.fields["reason"].choices = [(code, r.text) for code, r in self.reasons.items()]

    def clean_reason(self) -> DeclineReason:
        return self.reasons[self.cleaned_data["reason"]]


class PassOnForm(TriageForm):
    button = "Pass it on"
    team = forms.ModelChoiceField(
        label="Which team?",
        queryset=Agency.objects.none(),
        empty_label="Choose a team",
        error_messages={"required": "Choose a team", "invalid_choice": "Choose a team from the list"},
    )
    ground = Radios(
        label="Have they agreed that the other team gets this?",
        choices=PassingGround.choices,
        error_messages={"required": "Say whether the person was asked. They agreed to your team, not to another"},
    )
    words = TextField(
        label="Why are you passing it on?",
        help_text="The other team and whoever sent it read this",
        max_length=MAX_MESSAGE_LENGTH,
        rows=3,
        error_messages={"required": "Say why you are passing it on"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person, named = self.referral.person_name, self.referral.agreed_with_name
        self.fields["ground"].label = f"Has {person} agreed that the other team gets this?"
        self.fields["ground"].help_text = f"When they were referred, they agreed to share it with {named}"
        self.fields["team"].queryset = Referral.receiving_teams().exclude(pk=self.referral.to_agency_id)


class AssignForm(TriageForm):
    button = "Give it to them"
    colleague = Radios(label="Who will look at it?", error_messages={"required": "Choose a colleague"})

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.colleagues = {str(m.pk): m for m in find_triage_colleagues(self.member)}
        self.fields["colleague"].choices = [
            (pk, f"{m.user.name} (you)" if m == self.member else m.user.name) for pk, m in self.colleagues.items()
        ]
        self.initial["colleague"] = str(self.referral.assigned_to_id or "")

    def clean_colleague(self) -> Membership:
        return self.colleagues[self.cleaned_data["colleague"]]


def find_triage_colleagues(member: Membership) -> list[Membership]:
    """Who in the member's team may decide on a referral, by name."""
    team = Membership.visible_to(member).filter(ended_at=None, user__is_active=True).select_related("user")
    return [m for m in team.order_by("user__name", "id") if m.has_permission(Permission.TRIAGE)]
