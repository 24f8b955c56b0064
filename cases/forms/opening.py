"""Accepting: is this the same person, and who takes the case."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.forms.boundfield import BoundWidget

from agencies.models import Membership
from cases.person_match import MatchCandidate
from config.forms import Form, IdempotencyKey, Radios
from referrals.forms.triage import find_triage_colleagues
from referrals.same_person import MatchStrength

NEW_PERSON = "new"


class ColleagueField(forms.ChoiceField):
    """A colleague of the same team who may lead a case; cleaned to the Membership."""

    def set_colleagues(self, member: Membership) -> None:
        self.team = {str(colleague.pk): colleague for colleague in find_triage_colleagues(member)}
        self.choices = [(pk, colleague.user.name) for pk, colleague in self.team.items()]

    def clean(self, value: Any) -> Membership | None:
        return self.team.get(super().clean(value))


class AcceptReferralForm(Form):
    button = "Accept and open the case"
    who = Radios(label="Is this the same person?", error_messages={"required": "Say whether this is the same person"})
    lead = ColleagueField(label="Who takes the case?")
    ask_teams = forms.BooleanField(
        required=False,
        label="They agree that we ask the other teams here whether they work with them too",
        help_text="A team that does is told that you ask, and decides what to tell you. Nothing is shown or joined.",
    )
    shown = forms.CharField(widget=forms.HiddenInput, required=False)
    key = IdempotencyKey()

    def __init__(self, *args: Any, candidates: list[MatchCandidate], member: Membership, **kwargs: Any) -> None:
        self.candidates = {str(candidate.person.pk): candidate for candidate in candidates}
        first = candidates[0] if candidates and "Same NHS number" in candidates[0].reasons else None
        chosen = (
            str(first.person.pk) if first and first.strength is MatchStrength.SURE else "" if candidates else NEW_PERSON
        )
        initial = {"who": chosen, "lead": str(member.pk), "shown": " ".join(self.candidates)}
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["who"].choices = [
            *((pk, f"Yes: {candidate.person.name}") for pk, candidate in self.candidates.items()),
            (NEW_PERSON, "No, a new person" if candidates else "A new person"),
        ]
        self.fields["lead"].set_colleagues(member)

    def clean(self) -> dict[str, Any]:
        """ "A new person" is only good against the list that was looked at."""
        data = super().clean() or {}
        if data.get("who") == NEW_PERSON and set(self.candidates) - set(data.get("shown", "").split()):
            raise ValidationError("Somebody who may be the same person was added meanwhile. Look again")
        return data

    @property
    def chosen_candidate(self) -> MatchCandidate | None:
        return self.candidates.get(self.cleaned_data["who"])

    @property
    def candidate_options(self) -> list[tuple[BoundWidget, MatchCandidate | None]]:
        """Each radio with the candidate it stands for."""
        return [(option, self.candidates.get(str(option.data["value"]))) for option in self["who"].subwidgets]


class GiveCaseForm(Form):
    button = "Give the case"
    to = ColleagueField(label="To whom?")
    key = IdempotencyKey()

    def __init__(self, *args: Any, member: Membership, lead: UUID, **kwargs: Any) -> None:
        super().__init__(*args, initial={"to": str(lead)}, **kwargs)
        self.fields["to"].set_colleagues(member)
