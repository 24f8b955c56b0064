"""Words, a need, a place, a day and other filters → the activities that suit, the best first.

The design is "rings" (docs/decisions/rings-for-search.md): each row of the index carries its grid cells in twelve
sizes, and only the smallest ring of cells that promises MAX_CANDIDATES rows is read, so that a search costs about the
same among ten thousand services and a million. Two queries: vocabulary.py corrects the words and counts; search.sql
reads the nearest candidates (in a wider ring while there are too few), ranks them, counts what each filter would leave
of them and gives one page. A place that is read out of the words ("near Worthing") is a third.
"""

import math
import re
import uuid
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import jinja2
from psycopg.types.numeric import Int8

from config.database import prepared_cursor
from directory.catalogue.wording import KM_PER_MILE
from directory.geography.gazetteer import list_area_names
from directory.geography.rings import KM_PER_DEGREE_NORTH, ring_reach_km
from directory.search import query as asking
from directory.search.danger import build_danger_query, find_dangers
from directory.search.parsing import is_told, parse_words
from directory.search.query import SearchQuery, SearchResult
from directory.search.reasons import COUNTED_MILES, FoundRow, build_found_card, count_choices
from directory.search.vocabulary import QueryPart, TsQuery, Vocabulary, load_states
from directory.text.spelling import is_misspelling

__all__ = ["SearchQuery", "SearchResult", "search"]
RING_OVERSAMPLING = 1.5  # times as many the circle of a ring should hold by the counts
MAX_COUNTED_KM = max(COUNTED_MILES) * KM_PER_MILE  # km
MAX_COUNTED_ROWS = 3000  # rows that are read to count what other choices would leave, of all filters together
MAX_UNPLACED_ROWS = 50  # rows without a place that are ranked with them
FEW_WHOLE = 5  # where fewer have all that was typed, what has what some of it means follows
FIRST_MEANINGS = 3  # of what a word means, the likeliest
MAX_SIMILAR = 3  # of what is like it, when nothing was found
EVERYWHERE_KM = 1e9
AREA_RADIUS_KM = 15.0  # km from its middle that an area reaches, of which only the name is known
WHOLE = 8  # columns of a row that hold for the whole search; the others are a FoundRow
CURSOR_PATTERN = re.compile(
    r"([0-9]{1,4})_([0-9.e+-]{1,25})_([0-9]{1,18})_([0-9]{1,18})_(-?[0-9]{1,15}|)_([0-9a-f]{32}|)"
)
CURSOR_START = (2**62, "f" * 32)

sql = jinja2.Environment(  # noqa: S701  # SQL, not HTML: the values are psycopg's
    loader=jinja2.FileSystemLoader(Path(__file__).parent),
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)


class RingShape(NamedTuple):
    indexed: bool  # read by the index of the words, and not row by row
    by_cells: bool  # or the whole directory


class Source(NamedTuple):
    """Where candidates come from; search.sql says what each name stands for."""

    name: str
    rings: tuple[RingShape, ...]
    indexed: bool
    elsewhere: bool  # what has no place is read too
    only_if_few: bool = False  # ... if there are too few that have one


class Shape(NamedTuple):
    """What the text of the statement depends on. All else is a value."""

    parts: int  # of the words
    near: bool
    further: bool  # not the first band of candidates
    miles: bool  # a distance is set, and others are counted
    similar: bool
    sources: tuple[Source, ...]
    found: tuple[str, ...]  # the tables that hold what was found
    counted: tuple[tuple[str, ...], ...]  # those that are counted: what was found, and without each filter that is set


@lru_cache(maxsize=500)
def render_statement(shape: Shape) -> str:
    return " ".join(sql.get_template("search.sql").render(shape=shape).split())


class Cursor(NamedTuple):
    """Where a page starts: in which band of candidates, after which row of it."""

    band: int = 0
    far: float = -1.0  # km; the last candidate of the band before
    far_id: int = 0
    elsewhere_id: int = 0
    score: int = CURSOR_START[0]  # of the last row seen
    service: str = CURSOR_START[1]

    def __str__(self) -> str:
        score, service = ("", "") if self.score == CURSOR_START[0] else (self.score, self.service)
        return f"{self.band}_{self.far!r}_{self.far_id}_{self.elsewhere_id}_{score}_{service}"


def parse_cursor(after: str) -> Cursor:
    """`more` of the page before; anything that is no cursor of ours is the start."""
    read = CURSOR_PATTERN.fullmatch(after)
    try:
        far = float(read[2]) if read else 0.0
    except ValueError:
        read = None
    if not read:
        return Cursor()
    score, service = int(read[5] or CURSOR_START[0]), read[6] or CURSOR_START[1]
    return Cursor(int(read[1]), far, int(read[3]), int(read[4]), score, service)


def search(asked: SearchQuery) -> SearchResult:
    """Two queries, however many services there are; three when a place is named in the words."""
    typed = asked
    asked, understood, place = parse_words(asked)
    known, start = Vocabulary(asked), parse_cursor(asked.after)
    if known.corrected:  # what is meant may mean more: "demenita"
        meant = Vocabulary(replace(asked, words=known.corrected_words))
        meant.corrected = known.corrected
        known = meant
    asked = known.asked
    dangers = find_dangers(f"{typed.words} {typed.unknown_place}", known.danger_version)
    if dangers and not typed.calm:
        asked, understood = replace(typed, near=asked.near, need=asked.need), []
        known.limit_to(build_danger_query(dangers))
        known.asked = asked
    elif not dangers:  # a need that says so ("Feeling unsafe") finds what is tagged with it, beneath the numbers
        dangers = find_dangers(known.offered_needs.get(typed.need_code, ""), known.danger_version)
    plan = SearchPlan(asked, known, start, similar=not dangers)
    with prepared_cursor() as cursor:
        cursor.execute(render_statement(plan.shape), plan.values)
        rows = cursor.fetchall()
    count, loose, near, elsewhere, far, far_id, elsewhere_id, marks = rows[0][:WHOLE]
    on_page = [FoundRow(*row[WHOLE:]) for row in rows if row[WHOLE] is not None]
    full = near == plan.most or elsewhere == MAX_UNPLACED_ROWS
    found = SearchResult(asked=asked, understood=understood, place=place, loose=count > 0 and loose > 0)
    found.dangers, found.some_whole, found.outside = dangers, near + elsewhere > 0, known.is_outside
    found.needs = known.offered_needs
    found.corrected, found.also, found.left_out = known.corrected, known.also, known.left_out
    found.count = asking.MAX_CANDIDATES + 1 if full or start.band or loose == plan.most else count
    found.counts = count_choices(asked, known.needs, dict(zip(("", *plan.reopened), marks, strict=True)))
    found.least = plan.partly_counted
    said = [word for part in known.parts for word, _ in part.said]
    cards = [build_found_card(row, asked, said) for row in on_page]
    if not dangers and not asked.after:
        found.absent, found.unsaid = find_absent_words(known.parts, on_page)
        found.told = bool(not found.some_whole or found.absent or found.unsaid) and is_told(typed.words)
    if not count:
        found.nearest = cards
    elif len(on_page) > asked.size:
        last = on_page[asked.size - 1]
        found.more = str(start._replace(score=last.score, service=last.service_id.hex))
    elif full:
        found.more = str(Cursor(start.band + 1, far, far_id, elsewhere_id))
    found.cards = cards[: asked.size] if count else []
    return found


def find_absent_words(parts: list[QueryPart], rows: list[FoundRow]) -> tuple[list[str], list[str]]:
    """The words of which nothing here speaks: what something might be called, and what it may only mention.

    Those rows are the best: who has what was typed comes first.
    """
    at = 0
    absent: tuple[list[str], list[str]] = [], []
    for part in parts:
        typed, *meant = [words for words, _ in part.said]
        theirs = [any(row.matched and row.matched[at + n] == "" for row in rows) for n in range(len(part.said))]
        there = theirs[0] or any(
            own and is_misspelling(typed, other) for own, other in zip(theirs[1:], meant, strict=True)
        )
        telling = (part.is_meaning or not part.n) and not typed.isdigit() and (" " not in typed or not rows)
        if telling and not there and not part.typed_rows:
            absent[typed in load_states() or (len(parts) > 1 and not part.is_meaning)].append(typed)
        at += len(part.said)
    return absent


class SearchPlan:
    """How one search is read: the `shape` of its statement and the `values` in it."""

    def __init__(self, asked: SearchQuery, known: Vocabulary, start: Cursor, similar: bool) -> None:
        """`similar`: when nothing is found, something like it is."""
        self.asked, self.known, self.start, self.point = asked, known, start, known.here
        like_it = known.is_narrowed and any(part.n for part in known.parts)
        self.similar = similar and not start.band and (not known.parts or like_it)
        self.most = asking.MAX_CANDIDATES
        self.km = (asked.near and (asked.km or asked.reach_km)) or EVERYWHERE_KM
        self.reopened = [] if start.band else asked.reopened_filters
        self.partly_counted: set[str] = set()  # those of them that are counted in one ring, as far as it reaches
        self.values: dict[str, Any] = {
            "words": known.ranking_query,
            "said": [query for part in known.parts for _, query in part.said],
            "own": " | ".join(part.own_text_query for part in known.parts),
            "km": self.km,
            "area_km": AREA_RADIUS_KM,
            "areas": [*list_area_names(known.authority), asked.place.lower()],
            "km_per_degree": KM_PER_DEGREE_NORTH if self.point else 0.0,
            "lat": self.point.lat if self.point else 0.0,
            "lon": self.point.lon if self.point else 0.0,
            "narrowing": math.cos(math.radians(self.point.lat)) if self.point else 0.0,
            "most": Int8(self.most),
            "few": Int8(4 * MAX_SIMILAR),
            "few_whole": Int8(FEW_WHOLE if any(part.is_meaning for part in known.parts) else 1),
            "most_elsewhere": Int8(MAX_UNPLACED_ROWS),
            "most_similar": Int8(MAX_SIMILAR),
            "size": Int8(asked.size + 1),
            "far": start.far,
            "far_id": Int8(start.far_id),
            "elsewhere_id": Int8(start.elsewhere_id),
            "score": Int8(start.score),
            "service": str(uuid.UUID(start.service)),
        }
        for n, part in enumerate(known.parts):
            share = part.weight / sum(part.weight for part in known.parts)
            typed, first = part.own_text_query_of(0), part.own_text_query_of(1)
            top = " | ".join(part.own_text_query_of(number) for number in range(FIRST_MEANINGS + 1))
            title = typed.replace(":ABC", ":A").replace(":*ABC", ":*A")
            self.values |= {f"own{n}": part.own_text_query, f"share{n}": share, f"typed{n}": typed}
            self.values |= {f"first{n}": first, f"top{n}": top, f"title{n}": title}
        self.shape = self._plan()

    def _plan(self) -> Shape:
        known, first = self.known, not self.start.band
        loose = first and len(known.parts) > 1 and not self.asked.whole
        sources = [self._plan_near(known.query())]
        if loose:
            sources.append(self._plan_source("loose", known.query(some=True), steps=1))
        sources += [self._plan_reopened(name, known.query(without=name)) for name in self.reopened if name != "miles"]
        if self.similar:
            sources.append(self._plan_similar(known.build_similar_query()))
        found = ("near", "near_elsewhere", *(("loose", "loose_elsewhere") if loose else ()))
        return Shape(
            parts=len(known.parts),
            near=self.asked.near is not None,
            further=not first,
            miles="miles" in self.reopened,
            similar=self.similar,
            sources=tuple(sources),
            found=found,
            counted=(found, *(self._list_counted(name) for name in self.reopened)),
        )

    def _list_counted(self, name: str) -> tuple[str, ...]:
        """The tables that hold what there would be without a filter."""
        if name in self.partly_counted:
            return (name,)
        return (name, "near_elsewhere" if name == "miles" else f"{name}_elsewhere")

    def _plan_near(self, query: TsQuery) -> Source:
        """Where a distance is set, up to the farthest that is counted."""
        km = max(self.km, MAX_COUNTED_KM if "miles" in self.reopened else 0)
        return self._plan_source("near", query, km=km, steps=2, bands=self.start.band + 1)

    def _plan_source(
        self, name: str, query: TsQuery, km: float | None = None, steps: int = 1, bands: int = 1
    ) -> Source:
        km = self.km if km is None else km
        wanted = int(RING_OVERSAMPLING * self.most) * bands
        common = query.is_common(wanted)
        rings: list[RingShape] = []
        for level in self.known.list_ring_levels(query, wanted, km, steps):
            rings.append(self._plan_ring(name, len(rings), level, query, km, common))
            if self.values[f"{name}_reach{len(rings) - 1}"] >= km:
                break
        return Source(
            name,
            tuple(rings),
            indexed=bool(query.text),
            elsewhere=True,
            only_if_few=common or not self.known.parts,
        )

    def _plan_reopened(self, name: str, query: TsQuery) -> Source:
        """Without a filter that is set one ring is enough: how many another choice would leave at least."""
        level = self.known.list_ring_levels(query, self.most, self.km, steps=1)[0]
        level = self.known.bound_ring_level(level, query, MAX_COUNTED_ROWS // len(self.reopened))
        common = query.is_common(self.most)
        ring = self._plan_ring(name, 0, level, query, self.km, common)
        whole = self.values[f"{name}_reach0"] >= self.km
        if not whole:
            self.partly_counted.add(name)
        few = common or not self.known.parts
        return Source(name, (ring,), indexed=bool(query.text), elsewhere=whole, only_if_few=few)

    def _plan_similar(self, query: TsQuery) -> Source:
        """When nothing is found: a few near ones with any of the words or the need, else whatever is near."""
        level = self.known.list_ring_levels(query, int(RING_OVERSAMPLING * self.most), EVERYWHERE_KM)[0]
        ring = self._plan_ring("alike", 0, level, query, EVERYWHERE_KM, common=False)
        return Source("alike", (ring,), indexed=bool(query.text), elsewhere=False)

    def _plan_ring(
        self, name: str, number: int, level: int | None, query: TsQuery, km: float, common: bool
    ) -> RingShape:
        """`common`: a query that no index serves is looked up in each row of the ring."""
        self.values |= {
            f"{name}_index": query.text,
            f"{name}_rows": query.rest or None,
            f"{name}_all": " & ".join(filter(None, (query.text, query.rest))) or None,
        }
        if level is None or not self.point:
            self.values[f"{name}_reach{number}"] = km
            return RingShape(indexed=bool(query.text), by_cells=False)
        self.values[f"{name}_reach{number}"] = min(km, ring_reach_km(self.point, level))
        self.values[f"{name}_cells{number}"] = self.known.rings[level]
        return RingShape(indexed=bool(query.text) and not common, by_cells=True)
