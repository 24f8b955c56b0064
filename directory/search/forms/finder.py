"""The guided finder: one form for each of its questions."""

from typing import Any

from django.core.exceptions import ValidationError

from config.fields import CleanCharField
from config.forms import Checkboxes, Form, Radios
from directory.geography.postcodes import find_place
from directory.models import TaxonomyTerm
from directory.models.session import DAY_NAMES
from directory.search.finder import PREFERENCES, preferences_to_filters
from directory.search.forms.search import MILES_CHOICES

UNSURE = "any"


class NeedForm(Form):
    """The place's needs, in its own order."""

    button = "Next"
    need = Radios(
        label="Choose what comes nearest",
        error_messages={"required": "Choose what would help, or that you are not sure"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        needs = [(need.code, need.said or need.name) for need in TaxonomyTerm.needs() if need.words]
        self.fields["need"].choices = [*needs, (UNSURE, "I am not sure. Show me everything")]

    def to_answers(self) -> list[tuple[str, str]]:
        need = self.cleaned_data["need"]
        return [("need", need)] if need != UNSURE else []


class WhereForm(Form):
    counts_characters = False
    button = "Next"
    mark_optional = False
    near = CleanCharField(
        label="Postcode, town or neighbourhood",
        required=False,
        max_length=80,
        help_text="For example BN11, or Worthing. Leave it empty to look everywhere",
    )
    miles = Radios(
        label="How far would you go?",
        required=False,
        choices=[*((key, f"Up to {MILES_CHOICES[key]}") for key in ("1", "3", "5")), ("any", "It does not matter")],
    )

    def clean_near(self) -> str:
        typed: str = self.cleaned_data["near"]
        if typed and not find_place(typed):
            raise ValidationError("We do not know that place. Try a postcode, or the nearest town", code="unknown")
        return typed

    def to_answers(self) -> list[tuple[str, str]]:
        """A distance means nothing without a place."""
        near, miles = self.cleaned_data["near"], self.cleaned_data["miles"]
        return [(name, value) for name, value in (("near", near), ("miles", near and miles)) if value]


class PreferencesForm(Form):
    button = "Show me"
    mark_optional = False
    day = Radios(label="On which day?", required=False, choices=[("", "Any day"), *DAY_NAMES.items()])
    suits = Checkboxes(label="What matters to you?", required=False, choices=list(PREFERENCES.items()))

    def to_answers(self) -> list[tuple[str, str]]:
        day = self.cleaned_data["day"]
        return ([("day", day)] if day else []) + preferences_to_filters(self.cleaned_data["suits"])
