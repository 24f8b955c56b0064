"""The steward's words of danger: what people type, and whom to ring first."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from agencies.models import Membership
from config.fields import CleanCharField, TextField
from config.forms import Form, width_attrs
from directory.models import Danger
from directory.search.crisis import parse_ring
from directory.search.phrases import split_rule

MAX_LIST_LENGTH = 20_000  # characters of a list of rules


class DangerForm(Form):
    """With `danger` it changes that one."""

    name = CleanCharField(
        label="What the danger is",
        max_length=150,
        widget=forms.TextInput(attrs=width_attrs(30)),
        help_text="As people read it above the numbers. For example, You have nowhere safe to sleep",
        error_messages={"required": "Enter what the danger is"},
    )
    ring = TextField(
        label="Whom to ring, the first first",
        rows=4,
        max_length=MAX_LIST_LENGTH,
        help_text="One a line: who, a colon, the number. {phone}, {safeguarding_phone} and the like are yours",
        error_messages={"required": "Enter whom to ring"},
    )
    rules = TextField(
        label="What people type",
        rows=12,
        max_length=MAX_LIST_LENGTH,
        help_text="One a line, in small letters. A / stands between words that mean the same, a + between what must "
        "all be there in any order, a > between what follows each other. A * is any ending: hit/beat* + husband/wife",
        error_messages={"required": "Enter what people type"},
    )
    spared = TextField(
        label="What only sounds like it",
        rows=4,
        required=False,
        max_length=MAX_LIST_LENGTH,
        help_text="Written in the same way. For example, kick boxing",
    )
    finds = CleanCharField(
        label="What to show below the numbers",
        max_length=500,
        required=False,
        help_text="Words, with commas between: activities that speak of one of them. Left empty, there are none",
    )

    def __init__(self, *args: Any, member: Membership, danger: Danger | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.member, self.danger = member, danger
        self.button = "Save" if danger else "Add"
        if danger:
            self.initial = {name: getattr(danger, name) for name in self.fields}

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        others = Danger.visible_to(self.member).exclude(pk=self.danger.pk if self.danger else None)
        if others.filter(name__iexact=name).exists():
            raise ValidationError(f"“{name}” is in the list. Change it there", code="there")
        return name

    def clean_ring(self) -> str:
        lines = _read_lines(self.cleaned_data["ring"])
        for number, (who, phone) in enumerate(parse_ring(lines), 1):
            if not who or not re.search(r"\d{3}", phone):
                said = f"Line {number}: write who it is, a colon, and the number"
                raise ValidationError(said, code="number")
        return lines

    def clean_rules(self) -> str:
        return self._clean_rules("rules")

    def clean_spared(self) -> str:
        return self._clean_rules("spared")

    def _clean_rules(self, field: str) -> str:
        lines = _read_lines(self.cleaned_data[field])
        for number, line in enumerate(lines.splitlines(), 1):
            try:
                split_rule(line)
            except ValueError as error:
                said = f"Line {number} cannot be read at “{str(error)[:50]}”"
                raise ValidationError(said, code="rule") from None
        return lines


def _read_lines(text: str) -> str:
    return "\n".join(line for row in text.splitlines() if (line := " ".join(row.split())))
