"""Asking to hear of new activities."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict

from config.forms import EmailField, Form, IdempotencyKey
from directory.search.forms.search import SearchForm


class AlertForm(Form):
    button = "Send me a link"

    email = EmailField(
        own=True,
        label="Your e-mail address",
        help_text="Nothing else is kept about you",
        error_messages={"required": "Enter your e-mail address"},
    )
    query = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)
    key = IdempotencyKey()

    def clean_query(self) -> str:
        """The search as its own form would write it, so that the same one is the same text."""
        search = SearchForm(QueryDict(self.cleaned_data["query"]))
        if not search.is_valid():
            raise ValidationError("We cannot read this search. Start again from the list of activities")
        if search.find_dangers():
            raise ValidationError("We keep no words about danger. Ring one of the numbers above")
        return search.query()

    def clean(self) -> dict[str, Any]:
        """What is wrong with a hidden field is said at the top."""
        for error in self.errors.pop("query", ()):
            self.add_error(None, str(error))
        return self.cleaned_data
