"""Finding activities near a person. A GET form: it holds a need, a day and words, never the person's postcode."""

from typing import Any

from django import forms

from config.fields import CleanCharField
from config.forms import Form
from directory.catalogue.wording import KM_PER_MILE
from directory.models import TaxonomyTerm
from directory.models.session import DAY_NAMES

DISTANCE_CHOICES = [("", "Any distance"), ("1", "Within 1 mile"), ("3", "Within 3 miles"), ("5", "Within 5 miles")]


class FindActivitiesForm(Form):
    counts_characters = False
    button = "Search"
    mark_optional = False

    words = CleanCharField(label="Words", required=False, max_length=200)
    need = forms.ModelChoiceField(
        TaxonomyTerm.needs(), label="Need", required=False, empty_label="Any need", to_field_name="code"
    )
    day = forms.ChoiceField(label="Day", required=False, choices=[("", "Any day"), *DAY_NAMES.items()])
    miles = forms.ChoiceField(label="From their home", required=False, choices=DISTANCE_CHOICES)

    def __init__(self, *args: Any, placed: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not placed:
            del self.fields["miles"]

    @property
    def radius_km(self) -> float | None:
        miles = self.cleaned_data.get("miles")
        return float(miles) * KM_PER_MILE if miles else None
