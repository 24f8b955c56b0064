"""Ending a link between two teams' records of one person."""

from typing import Any

from django import forms

from cases.models import PersonLink
from config.forms import Form, IdempotencyKey, Radios, TextField


class EndLinkForm(Form):
    button = "End it"
    link = Radios(label="Which team’s record is of somebody else?", error_messages={"required": "Choose a team"})
    words = TextField(label="Why", max_length=500, rows=2, error_messages={"required": "Say why"})
    key = IdempotencyKey()

    def __init__(self, *args: Any, links: list[tuple[PersonLink, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["link"].choices = [(str(link.pk), team) for link, team in links]
        self.links = {str(link.pk): link for link, _ in links}
        if len(links) == 1:
            self.fields["link"].widget = forms.HiddenInput()
            self.fields["link"].initial = str(links[0][0].pk)

    def clean_link(self) -> PersonLink:
        return self.links[self.cleaned_data["link"]]
