"""What somebody looks for, and what is found."""

from dataclasses import dataclass, field

from directory.catalogue import facets
from directory.catalogue.cards import Card
from directory.geography.grid import Point
from directory.models import TaxonomyTerm
from directory.search.danger import FoundDanger

MAX_CANDIDATES = 200  # rows that are ranked at a time, and counted at most
EXCLUSIVE_FILTERS = ("day", "time", "language", "need", "miles")  # filters of which one choice holds at a time


@dataclass(frozen=True)
class SearchQuery:
    """What somebody looks for. `km` needs `near`; `after` is the `more` of the page before. Filters combine with AND.

    `day` is "MO" to "SU", `time` a key of facets.DAY_PARTS (with a day: of a meeting on that day), `age` years,
    `access` keys of facets.ACCESS, `language` one of facets.LANGUAGES or a name; `meets`: someone can meet a newcomer.
    """

    words: str = ""
    need: TaxonomyTerm | None = None
    need_code: str = ""  # a need that is still to be looked up
    near: Point | None = None
    place: str = ""  # that `near` is the middle of, as it is written: "BN11 2AA", "Worthing"
    km: float | None = None
    day: str = ""
    time: str = ""
    free: bool = False
    age: int | None = None
    access: tuple[str, ...] = ()
    language: str = ""
    room: bool = False
    meets: bool = False
    online: bool = False
    reach_km: float | None = None  # near a place, how far at most when no distance is chosen
    unknown_place: str = ""  # what was typed for a place, when it is none
    refused: tuple[tuple[str, str], ...] = ()  # fields and values that the words say and that were taken away
    whole: bool = False  # only what has all the words: nothing is guessed at
    calm: bool = False  # words of danger are looked for like others: who looks said that nobody is in danger
    after: str = ""
    size: int = 20

    def wanted_facets(self, without: str = "") -> list[list[str]]:
        """One of each list of marks is wanted. `without` one of the EXCLUSIVE_FILTERS filters."""
        day, time = (value if name != without else "" for name, value in (("day", self.day), ("time", self.time)))
        wanted = [facets.wanted_hours_facets(day, time)] if day or time else []
        wanted += [[f"#{name}"] for name in ("free", "room", "meets", "online") if getattr(self, name)]
        wanted += [[f"#{code}"] for code in self.access]
        if self.age is not None:
            wanted.append(facets.wanted_age_facets(self.age))
        if self.language and without != "language":
            wanted.append([f"#lang-{self.language.lower()}"])
        if self.need and without != "need":
            wanted.append([facets.term_facet(self.need.pk)])
        return wanted

    @property
    def reopened_filters(self) -> list[str]:
        """The EXCLUSIVE_FILTERS filters that are set: for them it is counted what another choice would leave."""
        return [
            name for name in EXCLUSIVE_FILTERS if (self.near and self.km if name == "miles" else getattr(self, name))
        ]


@dataclass(frozen=True)
class ParsedFilter:
    """A filter that was read out of the words: `typed` is where, as it stands in what was typed."""

    field: str  # of SearchQuery; "near" has the place as it is written
    value: str
    typed: str
    label: str  # "Tuesday", "Near Worthing"


@dataclass
class SearchResult:
    """`counts` says for each filter how many each choice would leave, up to MAX_CANDIDATES as `count`:
    {"day": {"TU": 12}, "free": {"1": 30}, "need": {"food": …}, "miles": {"3": 9}, …}."""

    cards: list[Card] = field(default_factory=list)
    count: int = 0  # up to MAX_CANDIDATES + 1
    more: str = ""  # for SearchQuery.after; "" at the end
    corrected: list[tuple[str, str]] = field(default_factory=list)  # typed, used
    loose: bool = False  # no activity has all the words, or few; these have some
    some_whole: bool = False  # those that have them all, if any, come first
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    least: set[str] = field(default_factory=set)  # the filters of which only the nearest were counted: "12 or more"
    nearest: list[Card] = field(default_factory=list)  # when nothing was found: at most 3, like it but unfiltered
    understood: list[ParsedFilter] = field(default_factory=list)
    also: list[tuple[str, str]] = field(default_factory=list)  # typed, and the steward's words looked for as well
    absent: list[str] = field(default_factory=list)  # words that were typed, of which nothing that was found speaks
    unsaid: list[str] = field(default_factory=list)  # the same where nobody would expect an activity to be called so
    left_out: list[str] = field(default_factory=list)  # the steward's stop words that were typed
    needs: dict[str, str] = field(default_factory=dict)  # code and name of each that a search can find by
    asked: SearchQuery = field(default_factory=SearchQuery)  # with what was understood; its `words` are those left over
    place: str = ""  # that was understood: "Worthing"
    outside: bool = False  # nothing at all is anywhere near the place that is asked for
    dangers: list[FoundDanger] = field(default_factory=list)  # what the words speak of: only help for it is found
    told: bool = False  # somebody told what has happened to somebody, and nothing here is for all of it

    @property
    def count_label(self) -> str:
        if self.count > MAX_CANDIDATES:
            return f"more than {MAX_CANDIDATES} activities"
        return "1 activity" if self.count == 1 else f"{self.count} activities"

    @property
    def counts_are_least(self) -> bool:
        """There are more than could be counted: each of `counts` says "or more"."""
        return self.count > MAX_CANDIDATES
