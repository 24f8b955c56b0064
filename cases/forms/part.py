"""A referral was joined to the wrong person: whose it is, and which notes go with it."""

from typing import Any

from django import forms

from cases.forms.opening import NEW_PERSON
from cases.models import Entry, Person
from cases.person_match import MatchCandidate
from config.forms import Checkboxes, Form, IdempotencyKey, Radios, TextField
from config.template_tags import born, when

MAX_SHOWN = 80  # characters of a note


class PartForm(Form):
    button = "Take it out"
    who = Radios(label="Who is the referral about?", error_messages={"required": "Say who the referral is about"})
    entries = Checkboxes(
        label="Which notes are about that person?",
        required=False,
        help_text="They go along, and their words are taken out here. What you leave stays.",
    )
    words = TextField(
        label="How do you know?",
        max_length=500,
        rows=3,
        help_text="For your team alone, in both histories",
        error_messages={"required": "Say how you know"},
    )
    key = IdempotencyKey()

    def __init__(self, *args: Any, candidates: list[MatchCandidate], notes: list[Entry], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people: dict[str, Person] = {str(candidate.person.pk): candidate.person for candidate in candidates}
        new = [(NEW_PERSON, "Somebody who has no record here yet")]
        self.fields["who"].choices = new + [(pk, format_person(person)) for pk, person in self.people.items()]
        self.fields["entries"].choices = [(str(note.number), format_note(note)) for note in notes]
        if not notes:
            self.fields["entries"].widget = forms.MultipleHiddenInput()

    @property
    def chosen_person(self) -> Person | None:
        return self.people.get(self.cleaned_data["who"])


def format_person(person: Person) -> str:
    """ "Jean Whitfield, born 27 March 1951"."""
    return ", born ".join(filter(None, (person.name, born(person.birth))))


def format_note(note: Entry) -> str:
    """ "Phone call, 20 November 2026, 2:10pm: Rang at ten …"."""
    text = " ".join(note.text.split())
    short = text if len(text) <= MAX_SHOWN else f"{text[:MAX_SHOWN].rsplit(' ', 1)[0]} …"
    return f"{note.get_kind_display()}, {when(note.happened_at)}" + (f": {short}" if short else "")
