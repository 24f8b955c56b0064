"""What, where, when and for whom: the search of activities. A GET form, so that each search has an address."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import flatatt
from django.http import QueryDict

from config.fields import CleanCharField
from config.forms import Form
from config.rows import draw
from directory.catalogue.facets import ACCESS, LANGUAGES
from directory.catalogue.wording import KM_PER_MILE
from directory.geography.grid import Point
from directory.geography.postcodes import find_place, list_possible_postcodes
from directory.models import TaxonomyTerm
from directory.models.session import DAY_NAMES
from directory.search.danger import FoundDanger, find_dangers
from directory.search.query import SearchQuery, SearchResult

MILES_CHOICES = {"1": "1 mile", "3": "3 miles", "5": "5 miles", "10": "10 miles"}
REACH_MILES = 15  # as far as a search near a place goes by itself
ANY_DISTANCE = {"any": "Any distance"}
TIME_CHOICES = {"morning": "Morning", "afternoon": "Afternoon", "evening": "Evening"}
TICK_LABELS = {"free": "Free", "room": "Has room", "meets": "Someone can meet you", "online": "Online or by phone"}
MAIN_FILTERS = ("need", "miles", "day", "free", "meets", "room")  # seen at once; the others under "More filters"
MORE_FILTERS = ("time", "online", "age", "language", "access")
FILTER_FIELDS = MAIN_FILTERS + MORE_FILTERS
PAGE_SIZE = 10
UNKNOWN_NEED = "Choose what it helps with from the list"


class QuickSelect(forms.Select):
    """A drop-down drawn in one go: Django draws each option by a template."""

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> Any:
        attributes = flatatt(self.build_attrs(self.attrs, attrs))
        choices = [(str(key), words) for key, words in self.choices]
        return draw("filters.html", "select", name, choices, str(value or ""), attributes)


class FixedChoiceField(forms.ChoiceField):
    """Choices that no form changes: forms share them, where Django gives each form copies of its own."""

    def __deepcopy__(self, memo: dict[int, Any]) -> "FixedChoiceField":
        copied: FixedChoiceField = super(forms.ChoiceField, self).__deepcopy__(memo)
        return copied


def build_choice_field(label: str, choices: Mapping[str, str], what: str, any_words: str) -> forms.ChoiceField:
    """A drop-down beside the results. `what` is chosen "from the list"."""
    return FixedChoiceField(
        label=label,
        choices=[("", any_words), *choices.items()],
        required=False,
        widget=QuickSelect,
        error_messages={"invalid_choice": f"Choose {what} from the list"},
    )


def build_tick_field(name: str) -> forms.ChoiceField:
    return build_choice_field(TICK_LABELS[name], {"1": "Yes"}, "what it should be", "")


@dataclass(frozen=True)
class FilterChip:
    """A filter that is set: its words, and the search without it."""

    words: str
    query: str


class SearchForm(Form):
    counts_characters = False
    button = "Search"
    mark_optional = False

    words = CleanCharField(
        label="What would you like to do?",
        required=False,
        help_text="For example, gardening or choir",
        widget=forms.TextInput(attrs={"type": "search", "autocomplete": "off", "enterkeyhint": "search"}),
    )
    near = CleanCharField(
        label="Near",
        required=False,
        help_text="Postcode or place",
        widget=forms.TextInput(attrs={"spellcheck": "false"}),
    )
    need = forms.CharField(label="What it helps with", required=False, max_length=100, widget=QuickSelect)
    miles = build_choice_field("How far", MILES_CHOICES | ANY_DISTANCE, "how far", f"Up to {REACH_MILES} miles")
    day = build_choice_field("Day", DAY_NAMES, "a day", "Any day")
    free, meets, room = build_tick_field("free"), build_tick_field("meets"), build_tick_field("room")
    time = build_choice_field("Time of day", TIME_CHOICES, "a time of day", "Any time")
    age = forms.IntegerField(
        label="Age of who will go",
        required=False,
        min_value=0,
        max_value=120,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), "Enter an age in years, from 0 to 120"),
    )
    language = forms.CharField(label="Language", required=False, max_length=50, widget=QuickSelect)
    access = forms.MultipleChoiceField(
        label="Getting in and about",
        choices=list(ACCESS.items()),
        required=False,
        error_messages={"invalid_choice": "Choose from the list what helps with getting in and about"},
    )
    online = build_tick_field("online")
    calm = forms.CharField(required=False, widget=forms.HiddenInput)
    # What the words said when the page was drawn, "day:TU free:1": it stands in the fields, and is not chosen there.
    read = forms.CharField(required=False, widget=forms.HiddenInput)

    data: QueryDict

    def __init__(self, data: QueryDict | None = None, *args: Any, check_need: bool = True, **kwargs: Any) -> None:
        """`check_need`: False where `take_found` follows: a search looks the needs up anyhow."""
        super().__init__(data, *args, **kwargs)
        self.check_need = check_need
        self.point: Point | None = None
        self.place = ""  # as it is written: "BN11 2AA", "Worthing"
        self.counts: dict[str, dict[str, str]] = {}  # of the filters' choices, as they are said
        read = (pair.partition(":") for pair in self.data.get("read", "")[:400].split("|"))
        pairs = [(name, value) for name, _, value in read if value and name in (*FILTER_FIELDS, "near")]
        # what stands in a field still as the words said, so that the words say it; and what was taken away there
        self.unchanged = {(name, value) for name, value in pairs if value in self.data.getlist(name)}
        self.refused = tuple((name, value) for name, value in pairs if (name, value) not in self.unchanged)
        self.shown: dict[str, list[str]] = {}  # what the words say now

    @cached_property
    def needs(self) -> dict[str, str]:
        """Code and name of each need that a search can find by."""
        return TaxonomyTerm.list_offered_needs()

    def clean_need(self) -> str:
        code: str = self.cleaned_data["need"]
        if code and self.check_need and code not in self.needs:
            raise ValidationError(UNKNOWN_NEED, code="invalid_choice")
        return code

    def clean_near(self) -> str:
        typed: str = self.cleaned_data["near"]
        typed = "" if ("near", typed) in self.unchanged else typed
        found = find_place(typed) if typed else None
        if typed and not found:
            said = "We do not know that place. Enter a full postcode like BN11 2AA, or a town, or leave it empty"
            if meant := " or ".join(code for code, _ in list_possible_postcodes(typed)):
                said = f"Check each letter and number of the postcode. Is it {meant}?"
            raise ValidationError(said, code="unknown")
        self.place, self.point = found or ("", None)
        return typed

    def asked(self, after: str = "") -> SearchQuery:
        """What can be read of it, so that a wrong postcode still leaves the words."""
        self.is_valid()
        read = {name: value for name, value in self.cleaned_data.items() if (name, str(value)) not in self.unchanged}
        miles = read.get("miles")
        ticked: dict[str, Any] = {name: bool(read.get(name)) for name in TICK_LABELS}
        return SearchQuery(
            words=read.get("words", ""),
            near=self.point,
            place=self.place,
            need_code=read.get("need", ""),
            km=float(miles) * KM_PER_MILE if miles in MILES_CHOICES and self.point else None,
            reach_km=None if miles in ANY_DISTANCE else REACH_MILES * KM_PER_MILE,
            day=read.get("day", ""),
            time=read.get("time", ""),
            age=read.get("age"),
            unknown_place=self.data.get("near", "")[:200] if "near" in self.errors else "",
            calm=read.get("calm") == "1",
            access=tuple(code for code in read.get("access", ()) if ("access", code) not in self.unchanged),
            refused=self.refused,
            language=read.get("language", "").lower(),
            after=after,
            size=PAGE_SIZE,
            **ticked,
        )

    def find_dangers(self) -> list[FoundDanger]:
        """What somebody may be in who typed this, in either box, or who chose a need that says so."""
        typed, need = " ".join(self.data.get(name, "") for name in ("words", "near")), self.data.get("need", "")
        return find_dangers(typed) or (find_dangers(self.needs.get(need, "")) if need else [])

    # --- Its address, and the filters in it -----------------------------------------------------------

    @cached_property
    def pairs(self) -> list[tuple[str, str]]:
        """All that was typed and chosen, in the order of the fields."""
        lists = ((name, self.data.getlist(name)[: len(ACCESS)]) for name in self.fields)
        return [(name, value[:200]) for name, values in lists for value in values if value]

    def query(self, **changed: str) -> str:
        """The search as a query string, with some fields changed: `query(day="")`."""
        kept = [(name, value) for name, value in self.pairs if name not in changed]
        return urlencode(kept + [(name, value) for name, value in changed.items() if value])

    def list_set_filters(self) -> list[tuple[str, str]]:
        """The filters beside words and place that are set and can be read: ("day", "TU"), ("access", "step-free")."""
        self.is_valid()
        read = [
            (name, value)
            for name, value in self.pairs
            if name in FILTER_FIELDS and name not in self.errors and (name, value) not in self.unchanged
        ]
        return [(name, value) for name, value in read if name != "miles" or self.point]

    @cached_property
    def filter_chips(self) -> list[FilterChip]:
        """Each filter that is set, to be taken away by one press."""
        rows = []
        for name, value in self.list_set_filters():
            rest = [pair for pair in self.pairs if pair != (name, value)]
            rows.append(FilterChip(format_filter(name, value, self.needs), urlencode(rest)))
        return rows

    def understood(self, found: SearchResult) -> list[FilterChip]:
        """What was read out of the words, to be taken out of them."""
        typed = self.data.get("words", "")
        others = dict.fromkeys((name for name, _ in self.unchanged), "") | {"read": format_pairs(self.refused)}
        chips = []
        for one in found.understood:
            words = " ".join(re.sub(re.escape(one.typed), " ", typed, flags=re.I).split())
            chips.append(FilterChip(one.label, self.query(words=words, **others)))
        return chips

    @property
    def further_query(self) -> str:
        """The same however far it is, as a query string."""
        return self.query(miles="any")

    @property
    def unfiltered_query(self) -> str:
        """The words and the place alone, as a query string."""
        return urlencode([pair for pair in self.pairs if pair[0] in ("words", "near")])

    @cached_property
    def wider_searches(self) -> list[tuple[str, str]]:
        """What to leave out when nothing was found: words for a link, and its query."""
        chosen = {name: value for name, value in self.list_set_filters() if value not in ANY_DISTANCE}
        chosen |= {name: values[0] for name, values in self.shown.items() if name != "near"}
        ways = [
            ("day", f"Any day, not only {DAY_NAMES.get(chosen.get('day', ''), '')}"),
            ("time", "Any time of day"),
            ("miles", "Further away"),
            ("free", "Not only what is free"),
            ("room", "Also where there may be no room"),
            ("age", "Any age"),
            ("language", "Any language"),
            ("meets", "Also where nobody can meet you"),
            ("access", "Without asking for access"),
            ("online", "Not only online or by phone"),
        ]
        found = [(words, self.query(**{name: "", "read": self.reading})) for name, words in ways if name in chosen]
        if (self.point or "near" in self.shown) and not self.list_values("miles"):
            found.append((f"Further than {REACH_MILES} miles", self.query(miles="any")))
        need = self.needs.get(chosen.get("need", ""))
        if need and self.data.get("words"):
            found.append((f"Anything that helps with {need.lower()}", self.query(words="")))
        return found + ([("Whatever it helps with", self.query(need=""))] if need else [])

    # --- Drawn -----------------------------------------------------------------------------------------

    def take_found(self, found: SearchResult) -> None:
        """Take the needs, what was read out of the words, and the counts to draw the filters with; of languages and
        access only what there is."""
        self.needs = found.needs
        for one in found.understood:
            self.shown.setdefault(one.field, []).append(one.value)
        if self.data.get("need") and "need" not in self.errors and self.data["need"] not in self.needs:
            self.add_error("need", UNKNOWN_NEED)
        self.fields["need"].choices = [("", "Anything"), *self.needs.items()]
        for name, choices in found.counts.items():
            # where there are more than could be counted "12+", and of a 0 nothing is known
            least = found.counts_are_least or name in found.least
            self.counts[name] = defaultdict(str if least else lambda: "0")
            self.counts[name] |= {key: f"{n}+" if least else str(n) for key, n in choices.items() if n}
        spoken = set(found.counts.get("language", ())) | {value[:50] for value in self.list_values("language")}
        names = sorted((format_language(code), code) for code in spoken)
        self.fields["language"].choices = [("", "Any language"), *((code, name) for name, code in names)]
        there = {code for code, n in found.counts.get("access", {}).items() if n} | {*self.list_values("access")}
        helps = [code for code in ACCESS if code in there or found.counts_are_least]
        self.fields["access"].choices = [(code, ACCESS[code]) for code in helps]

    @property
    def typed_words(self) -> Any:
        return self.render_question("words")

    @property
    def typed_near(self) -> Any:
        return self.render_question("near")

    @property
    def few(self) -> list[Any]:
        """The filters that are seen at once."""
        return [self.render_filter(name) for name in MAIN_FILTERS]

    @property
    def more(self) -> list[Any]:
        there = {"language": len(self.fields["language"].choices) > 1, "access": bool(self.fields["access"].choices)}
        return [self.render_filter(name) for name in MORE_FILTERS if there.get(name, True) or name in self.errors]

    @property
    def more_is_set(self) -> bool:
        return any(map(self.list_values, MORE_FILTERS))

    @property
    def count_filters(self) -> int:
        return len(self.filter_chips) + sum(len(values) for name, values in self.shown.items() if name != "near")

    def list_values(self, name: str) -> list[str]:
        """What stands in a field: what was typed or chosen there, and what the words say."""
        chosen = [value for value in self.data.getlist(name) if value and (name, value) not in self.unchanged]
        return chosen + self.shown.get(name, [])

    @property
    def reading(self) -> str:
        """What the words say, or said before it was taken away, for the field `read`."""
        said = [(name, value) for name, values in self.shown.items() for value in values]
        return format_pairs([*said, *self.refused])

    def render_filter(self, name: str) -> Any:
        kind = {"access": "ticks", "age": "number_box"}.get(name, "tick" if name in TICK_LABELS else "drop_down")
        field: Any = self.fields[name]
        choices = getattr(field, "choices", ())
        values = self.list_values(name)
        value = values if kind == "ticks" else values[-1] if values else ""
        return draw(
            "filters.html", kind, name, field.label, choices, value, self.counts.get(name), self.errors.get(name)
        )

    def render_question(self, name: str) -> Any:
        field, attributes = self.fields[name], {"type": "text"} | self.fields[name].widget.attrs
        value, errors = "".join(self.list_values(name)[:1]), self.errors.get(name)
        return draw("filters.html", "question", name, field.label, field.help_text, value, errors, flatatt(attributes))


class NearForm(SearchForm):
    """The place alone, for what is on today beside the search of the same page."""

    near = CleanCharField(
        label="Your postcode or place",
        required=False,
        help_text="For example, BN11 2AA or Goring",
        widget=forms.TextInput(attrs={"spellcheck": "false"}),
    )


def format_filter(name: str, value: str, needs: Mapping[str, str]) -> str:
    """A filter for people: "Tuesday", "Within 3 miles", "For age 80"."""
    if name in TICK_LABELS:
        return TICK_LABELS[name]
    said = {
        "need": needs.get(value, value),
        "day": DAY_NAMES.get(value, value),
        "time": TIME_CHOICES.get(value, value),
        "miles": ANY_DISTANCE.get(value) or f"Within {MILES_CHOICES.get(value, value)}",
        "access": ACCESS.get(value, value),
        "age": f"For age {value}",
        "language": f"In {format_language(value)}",
    }
    return said.get(name, value)


def format_pairs(pairs: Iterable[tuple[str, str]]) -> str:
    """As the field `read` has them: "day:TU|free:1"."""
    return "|".join(f"{name}:{value}" for name, value in dict.fromkeys(pairs))


def format_language(code: str) -> str:
    """ "pl" → "Polish"; a name made into a code ("sign-supported-english") becomes words again."""
    return LANGUAGES.get(code, code.replace("-", " ").capitalize())
