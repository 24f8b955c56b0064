"""Which state of a referral a form was drawn from, so that nobody answers one that has moved on meanwhile."""

from typing import Any

from django import forms


class SeenMovesField(forms.IntegerField):
    """Hidden: how many moves the referral had when the form was shown."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.HiddenInput, min_value=0, **kwargs)
        words = "Open this page again, so that you answer as things stand now"
        self.error_messages |= {"required": words, "invalid": words}
