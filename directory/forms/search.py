"""What, where and when: the search of activities. A GET form, so that each search has an address."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import flatatt
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from config.fields import CleanCharField
from config.forms import Form
from directory.describing import MILE
from directory.grid import Point
from directory.models import TaxonomyTerm
from directory.models.session import DAYS
from directory.postcodes import find_place
from directory.search import Asked

MILES = [("", "Any distance"), ("1", "1 mile"), ("3", "3 miles"), ("5", "5 miles"), ("10", "10 miles")]
PAGE = 10


class QuickSelect(forms.Select):
    """A drop-down drawn in one go: Django draws each option by a template, a third of the search page's time."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        rows = ((key, " selected" if str(key) == str(value or "") else "", words) for key, words in self.choices)
        options = format_html_join("", '<option value="{}"{}>{}</option>', rows)
        return format_html(
            '<select name="{}"{}>{}</select>', name, flatatt(self.build_attrs(self.attrs, attrs)), options
        )


def choose(label: str, choices: list[tuple[str, str]], what: str) -> forms.ChoiceField:
    """A drop-down beside the results, outside the form's own element. `what` is chosen "from the list"."""
    return forms.ChoiceField(
        label=label, choices=choices, required=False, widget=QuickSelect(attrs={"form": "search"}),
        error_messages={"invalid_choice": f"Choose {what} from the list"},
    )  # fmt: skip


class SearchForm(Form):
    button = "Search"
    mark_optional = False

    words = CleanCharField(
        label="What would you like to do?", required=False, help_text="For example, gardening or choir",
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "enterkeyhint": "search"}),
    )  # fmt: skip
    near = CleanCharField(
        label="Near", required=False, help_text="Postcode or town",
        widget=forms.TextInput(attrs={"spellcheck": "false"}),
    )  # fmt: skip
    need = choose("What it helps with", [], "what it helps with")
    miles = choose("How far", MILES, "how far")
    day = choose("Day", [("", "Any day"), *DAYS.items()], "a day")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.needs = {need.code: need for need in TaxonomyTerm.needs() if need.words}  # "something else" finds nothing
        self.fields["need"].choices = [("", "Anything"), *((code, str(need)) for code, need in self.needs.items())]  # type: ignore[attr-defined]
        self.point: Point | None = None
        self.place = ""  # as it is written: "BN11 2AA", "Worthing"

    def clean_near(self) -> str:
        typed = self.cleaned_data["near"]
        found = find_place(typed) if typed else None
        if typed and not found:
            said = "We do not know that place. Enter a full postcode like BN11 2AA, or a town, or leave it empty"
            raise ValidationError(said, code="unknown")
        self.place, self.point = found or ("", None)
        return typed

    def asked(self, after: str = "") -> Asked:
        """What can be read of it, so that a wrong postcode still leaves the words."""
        self.is_valid()
        read = self.cleaned_data
        miles = read.get("miles")
        return Asked(
            words=read.get("words", ""), need=self.needs.get(read.get("need", "")), near=self.point,
            km=float(miles) * MILE if miles and self.point else None, day=read.get("day", ""), after=after, size=PAGE,
        )  # fmt: skip

    def query(self, **changed: str) -> str:
        """The search as a query string, with some fields changed: `query(day="")`."""
        typed = {name: self.data.get(name, "")[:200] for name in self.fields} | changed
        return urlencode({name: value for name, value in typed.items() if value})

    @property
    def filtered(self) -> bool:
        """Whether a filter beside the results is set."""
        return any(self.data.get(name) for name in ("need", "miles", "day"))

    def wider(self) -> list[tuple[str, str]]:
        """What to leave out when nothing was found: words for a link, and its query."""
        asked = replace(self.asked(), after="")
        ways = [
            (asked.day, f"Any day, not only {DAYS.get(asked.day, '')}", {"day": ""}),
            (asked.km, "Further away", {"miles": ""}),
            (asked.need and asked.words, f"Anything that helps with {str(asked.need).lower()}", {"words": ""}),
            (asked.need, "Whatever it helps with", {"need": ""}),
        ]
        return [(words, self.query(**change)) for there, words, change in ways if there]
