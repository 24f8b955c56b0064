"""Asking the other teams about the person of a case, and answering such a question."""

from typing import Any

from django import forms

from cases.models import Case, TeamQuestion
from config.forms import Form, IdempotencyKey, Radios


class AskTeamsForm(Form):
    button = "Ask them"
    agreed = forms.BooleanField(error_messages={"required": "Ask the person, and tick that they agree"})
    key = IdempotencyKey()

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        person = case.person.known_as
        self.fields["agreed"].label = f"{person} agrees that we ask whether another team works with them"


class AnswerTeamForm(Form):
    button = "Answer"
    answer = Radios(label="Your answer", error_messages={"required": "Choose what they may know"})

    def __init__(self, *args: Any, question: TeamQuestion, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        team = question.case.agency.name
        self.fields["answer"].choices = [
            (TeamQuestion.Answer.YES.value, f"Yes. Tell {team} that we work with this person, and to ring us"),
            (TeamQuestion.Answer.UNSAID.value, f"It is somebody else, or we tell nothing. {team} hears no answer"),
        ]
