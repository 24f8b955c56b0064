"""The term dates of the place, as its council prints them."""

import datetime
import itertools

from django.core.exceptions import ValidationError

from config.fields import TextField
from config.forms import Form
from directory.text.terms import UnreadTerms, parse_terms

MAX_TERMS_LENGTH = 3_000  # characters: some years of them


class TermsForm(Form):
    button = "Save"

    terms = TextField(
        label="When schools are open",
        rows=8,
        max_length=MAX_TERMS_LENGTH,
        required=False,
        help_text="One term a line, with its half term behind it. For example, Autumn: 2 September to 18 December "
        "2026, half term 26 to 30 October",
    )

    def clean_terms(self) -> list[tuple[datetime.date, datetime.date]]:
        try:
            terms = parse_terms(self.cleaned_data["terms"])
        except UnreadTerms as error:
            raise ValidationError(str(error), code="unread") from None
        if any(later[0] <= earlier[1] for earlier, later in itertools.pairwise(terms)):
            raise ValidationError("Two terms have days in common. Take one out", code="twice")
        return terms
