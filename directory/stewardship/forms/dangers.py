"""The steward's words of danger: what people type, whom to ring first, and the lists of words that rules name."""

import re
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from config.fields import CleanCharField, TextField
from config.forms import width_attrs
from directory.models import Danger, DangerWords
from directory.search.danger import parse_ring
from directory.search.phrases import HARMLESS, WordLists
from directory.stewardship.forms.kept import KeptForm

MAX_LIST_LENGTH = 50_000  # characters of a list of rules, or of words


class RulesForm(KeptForm):
    """A form that has rules, or words, one line each."""

    def read_lists(self) -> dict[str, str]:
        """The lists that a rule may name, with their words."""
        return dict(DangerWords.visible_to(self.member).values_list("name", "words"))

    def clean_lines(self, field: str, read: Callable[[str], Any]) -> str:
        """The lines of the field, each of which `read` can read."""
        lines = _split_lines(self.cleaned_data[field])
        for number, line in enumerate(lines, 1):
            try:
                read(line)
            except ValueError as error:
                raise ValidationError(f"Line {number} cannot be read at “{str(error)[:50]}”", code="rule") from None
        return "\n".join(lines)


class DangerForm(RulesForm):
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
        "all be there in any order, a > between what follows each other with few words between, and what stands "
        "behind a ! must not be there. A * is any ending, "
        "and @partner any word of that list: hit/beat* > @partner",
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

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        others = Danger.visible_to(self.member).exclude(pk=self.kept.pk if self.kept else 0)
        if others.filter(name__iexact=name).exists():
            raise ValidationError(f"“{name}” is in the list. Change it there", code="there")
        return name

    def clean_ring(self) -> str:
        lines = "\n".join(_split_lines(self.cleaned_data["ring"]))
        for number, (who, phone) in enumerate(parse_ring(lines), 1):
            if not who or not re.search(r"\d{3}", phone):
                said = f"Line {number}: write who it is, a colon, and the number"
                raise ValidationError(said, code="number")
        return lines

    def clean_rules(self) -> str:
        return self.clean_lines("rules", WordLists(self.read_lists()).read_rule)

    def clean_spared(self) -> str:
        return self.clean_lines("spared", WordLists(self.read_lists()).read_rule)


class DangerWordsForm(RulesForm):
    """A list of words that mean the same. It keeps its name: rules have it."""

    name = forms.SlugField(
        label="Name of the list",
        max_length=50,
        widget=forms.TextInput(attrs=width_attrs(20)),
        help_text="One word in small letters. A rule names it with an @ before it: @partner",
        error_messages={"required": "Enter a name"},
    )
    words = TextField(
        label="Its words",
        rows=12,
        max_length=MAX_LIST_LENGTH,
        help_text="A / or a new line between them. A * is any ending, and @partner all words of that list",
        error_messages={"required": "Enter its words"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.kept:
            self.fields["name"].disabled = True

    def clean_name(self) -> str:
        name: str = self.cleaned_data["name"]
        if not re.fullmatch("[a-z]+", name):
            raise ValidationError("Use small letters only, without spaces", code="letters")
        if not self.kept and DangerWords.visible_to(self.member).filter(pk=name).exists():
            raise ValidationError(f"“{name}” is in the list. Change it there", code="there")
        return name

    def clean_words(self) -> str:
        """Each line can be read, and so can all rules that name it, by themselves or by another list."""
        name = self.cleaned_data.get("name", "")
        lists = WordLists(self.read_lists() | {name: self.cleaned_data["words"]})
        lines = self.clean_lines("words", lists.read_rule if name == HARMLESS else lists.read_step)
        for danger in Danger.visible_to(self.member):
            for line in (*danger.rules.splitlines(), *danger.spared.splitlines()):
                try:
                    lists.read_rule(line)
                except ValueError as error:
                    said = f"With these words a rule of “{danger.name}” cannot be read: {str(error)[:50]}"
                    raise ValidationError(said, code="used") from None
        return lines


def _split_lines(text: str) -> list[str]:
    return [line for row in text.splitlines() if (line := " ".join(row.split()))]
