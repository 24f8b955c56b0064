"""Which listings' needs to look at, and what to say of them."""

from typing import Any

from django import forms

from agencies.models import Membership
from config.fields import CleanCharField
from config.forms import Form, width_attrs
from directory.models import Source, TaxonomyTerm

KEPT_HERE = "-"


class NeedFilterForm(Form):
    """`cleaned_data` fits `find_listings`: need, source (None: all, "": kept here), words, show."""

    button = "Find"
    mark_optional = False
    source = forms.ChoiceField(label="From", required=False)
    show = forms.ChoiceField(
        label="Show", required=False, choices=[("", "All"), ("with", "With the need"), ("without", "Without the need")]
    )
    need = forms.ModelChoiceField(TaxonomyTerm.objects.none(), label="Need", required=False, empty_label="Any need")
    words = CleanCharField(
        label="Name of the activity or group",
        max_length=100,
        required=False,
        widget=forms.TextInput(attrs=width_attrs(20)),
    )

    def __init__(self, *args: Any, member: Membership, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = Source.visible_to(member).values_list("name", flat=True)
        self.fields["source"].choices = [("", "Anywhere"), (KEPT_HERE, "Kept here"), *((name, name) for name in names)]
        self.fields["need"].queryset = TaxonomyTerm.needs()

    def clean_source(self) -> str | None:
        chosen = self.cleaned_data["source"]
        return "" if chosen == KEPT_HERE else chosen or None


class CorrectNeedForm(Form):
    need = forms.ModelChoiceField(
        TaxonomyTerm.objects.none(),
        label="The need",
        empty_label="Choose one",
        error_messages={"required": "Choose a need", "invalid_choice": "Choose a need"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["need"].queryset = TaxonomyTerm.needs()
