"""What is typed, corrected by the directory's own words, and how many rows it may match: one query."""

import math
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

from psycopg.types.numeric import Int8
from zxcvbn.frequency_lists import FREQUENCY_LISTS

from config.data import load_csv_rows
from config.database import prepared_cursor
from directory.catalogue.facets import term_facet
from directory.geography.grid import Point
from directory.geography.postcodes import normalise_postcode
from directory.geography.rings import CELL_LEVELS, circle_share, ring_reach_km
from directory.models import TaxonomyTerm
from directory.search.phrases import expand_shorthand
from directory.search.query import SearchQuery
from directory.text.spelling import is_misspelling, list_letter_swaps, list_spellings

MAX_WORDS, MAX_QUERY_LENGTH = 10, 200  # words and characters of what is typed; the rest is not read
MIN_SIMILARITY = 0.37  # trigram similarity from which a word may be meant
COMMON_CHOICE_SHARE = 0.2  # share of the rows from which a choice of several marks is looked up in each row
RING_ROWS_READ = 450  # rows of a ring that are read when the index holds all that is asked for
COMMON_WORDS = 15_000  # of each list of English words the most usual
OUTSIDE_KM = 16.0  # a place that has nothing so far around it is outside ours
MAX_PREFIX_STEMS = 40  # of the words that begin as typed; beyond it the index looks for the beginning
MEANING_WEIGHT = 1.5  # of a word that the steward says something means, where a plain word has 1
MAX_PHRASE_WORDS = 5  # words of the longest of the steward's synonyms and fillers

LOOKUP_SQL = Path(__file__).with_name("lookup.sql").read_text()


Run = tuple[int, int]  # of the words, from the first to before the last


MEANINGS_FILE = Path(__file__).with_name("meanings.csv")


@cache
def load_states() -> frozenset[str]:
    """What people are or go through, as the place starts with it: nothing is expected to be called so."""
    rows = (row for row in load_csv_rows(MEANINGS_FILE) if row["said"] == "mentioned")
    return frozenset(typed for row in rows for typed in row["typed"].split("/"))


@cache
def load_real_words() -> frozenset[str]:
    """English words that are no slips of others, without the rarer ones: there are slips among them."""
    lists = (FREQUENCY_LISTS[name][:COMMON_WORDS] for name in ("english_wikipedia", "us_tv_and_film"))
    return frozenset(chain.from_iterable(lists))


@dataclass
class QueryPart:
    """What must be there for some typed words: a tsquery, the rows it is in, and each word it may be, to be said."""

    query: str
    n: int
    said: list[tuple[str, str]] = field(default_factory=list)  # a word, its tsquery
    typed_rows: int = 0  # of n those that have what was typed
    weight: float = 1.0  # among the parts: what the steward says means something weighs more, the longer the more
    stems: str = ""  # the same by whole stems, which the index skips through, if a word is cut short and they are few

    @property
    def is_meaning(self) -> bool:
        """Whether the steward says what it means."""
        return self.weight > 1

    @property
    def indexed(self) -> str:
        """The tsquery that the index is read by."""
        return self.stems or self.query

    @property
    def own_text_query(self) -> str:
        """The tsquery for a listing's own name and text, without the words of its needs."""
        return limit_to_own_text(self.query)

    def own_text_query_of(self, number: int) -> str:
        """The same for the first of `said`, which is what was typed, or a later one."""
        return limit_to_own_text(self.said[min(number, len(self.said) - 1)][1]) if self.said else self.own_text_query


def limit_to_own_text(query: str) -> str:
    """A tsquery without what is found only by the words of needs (weight D)."""
    return re.sub(r"('(?:[^'\\]|''|\\.)*')(?::(\*)?[A-D]*)?", r"\1:\2ABC", query)


@dataclass(frozen=True)
class TsQuery:
    """A tsquery that rows must match; at most how many do, and what share of all probably does.

    `text` is for the index, which gives `index_share` of all. `rest` is looked up in each row that it gives: choices
    that so many rows have that the index would read more than it saves.
    """

    text: str
    most: int
    share: float
    index_share: float
    rest: str = ""

    def is_common(self, wanted: int) -> bool:
        """Whether so many rows match that it is quicker to look into each row of a ring than to read the index of
        the words: 100 entries of it cost about as much as one row."""
        return 100 * wanted / max(self.share, 1e-9) < self.most


class Vocabulary:
    """What the directory knows of the words that are asked for, and the cells around the place."""

    def __init__(self, asked: SearchQuery) -> None:
        self.asked, self.words = asked, split_words(expand_shorthand(dot_capitals(asked.words)))
        rows: dict[str, list[Any]] = {}
        for kind, *row in self._look_up_words(asked):
            rows.setdefault(kind, []).append(row)
        needs = rows.get("need", ())
        self.counts: dict[str, int] = {row[0]: row[2] for row in (*rows.get("mark", ()), *needs)}
        self.needs: dict[str, str] = {row[0]: row[1] for row in needs}  # mark: code
        self.offered_needs: dict[str, str] = {row[1]: row[3] for row in needs if row[3]}  # code: name
        for mark, code, _, name, *_rest in needs:
            if asked.need_code and name and code == asked.need_code:
                self.asked = replace(asked, need=TaxonomyTerm(pk=uuid.UUID(mark[1:]), code=code, name=name))
        self.corrected: list[tuple[str, str]] = []  # typed, meant
        self.also: list[tuple[str, str]] = []  # typed, the steward's words for it
        self.left_out: list[str] = []  # the steward's fillers
        meant: dict[Run, list[Any]] = {}  # the words that a synonym stands for, and its meanings, the first first
        for row in sorted(rows.get("synonym", ()), key=lambda row: int(row[4][0][2])):
            meant.setdefault((int(row[4][0][0]) - 1, int(row[4][0][1])), []).append(row)
        fillers = find_runs(self.words, {row[0] for row in rows.get("stop", ())})
        self.parts = list(self._build_parts({row[0]: row for row in rows.get("word", ())}, meant, fillers))
        # A word that nothing has narrows nothing while others say what is meant: "my husband snores and has dementia".
        there = self.parts if asked.whole else [part for part in self.parts if part.n or part.is_meaning]
        self.wanted_parts = there or self.parts
        # The tsquery of the words alone, any of them: to be ranked by how many there are, and where.
        self.ranking_query = " | ".join(part.query for part in self.parts)
        self.danger_version: str = rows["danger"][0][0]
        self.authority: str = rows.get("authority", [[""]])[0][0]  # GSS code of where it is asked for
        here = {row[0]: row[7] for row in rows.get("here", ())}
        self.here = Point(**here) if here else None  # where it is asked for, or the largest town
        self.rings = {int(row[0]): row[1] for row in rows.get("cells", ())}  # of each size the cells: "{1, 2, …}"
        self.rows_in = {int(row[0]): row[2] for row in rows.get("cells", ())}

    def _look_up_words(self, asked: SearchQuery) -> list[Any]:
        lat, lon = asked.near or (None, None)
        choices = [choice for name in ("", *asked.reopened_filters) for choice in asked.wanted_facets(name)]
        values: dict[str, Any] = {
            "words": self.words,
            # A word that is English is no slip of another: nothing is looked for that is like it.
            "swapped": ["" if word in load_real_words() else " ".join(list_letter_swaps(word)) for word in self.words],
            "spelt": [" ".join(list_spellings(word)) for word in self.words],
            "last": self.words[-1] if self.words else "",
            "longest": Int8(MAX_PHRASE_WORDS),
            "alike": MIN_SIMILARITY,
            "phrases": list_phrases(self.words),
            "marks": ["#", *{mark for choice in choices for mark in choice}],
            "lat": lat,
            "lon": lon,
            "postcode": normalise_postcode(asked.place),
        }
        with prepared_cursor() as cursor:
            cursor.execute(LOOKUP_SQL, values)
            rows: list[Any] = cursor.fetchall()
        return rows

    def _build_parts(
        self, known: dict[str, Any], meant: dict[Run, list[Any]], fillers: set[Run]
    ) -> Iterator[QueryPart]:
        """One for each synonym and for each other word; none for what says nothing, unless it is all there is."""
        runs = plan_runs(len(self.words), {*meant}, fillers)
        if all(run in fillers for run in runs):
            fillers = fillers - meant.keys()
        for first, last in runs:
            words = self.words[first:last]
            if (first, last) in fillers and (last - first == 1 or (first, last) not in meant):
                self.left_out.append(" ".join(words))
                continue
            rows = meant.get((first, last))
            single = [word for word in words if known[word][1]]
            if rows and len(words) > len(single) == 1:  # "making a will": its only telling word is another one
                single = []
            own = [self._build_part(known[word], told=not rows) for word in single]
            if rows:
                yield self._build_synonym_part(" ".join(words), own, rows)
            else:
                yield from own

    def _build_part(self, row: list[Any], told: bool) -> QueryPart:
        """One typed word: its stem, what begins so, another spelling, or what is meant by it."""
        typed, stem, n, _, likely, begun, spelt, _ = row
        meant, used, many = next((one for one in likely or () if is_misspelling(typed, one[0])), (typed, stem, 0))
        if not told:
            meant, used, many = typed, stem, 0
        if meant != typed:
            self.corrected.append((typed, meant))
        n += int(many)
        query = quote_lexeme(used) if begun is None else build_prefix_tsquery(typed, begun)
        if spelt:
            query = f"({' | '.join([query, *map(quote_lexeme, spelt)])})"
        few = begun is not None and not spelt and len(begun) <= MAX_PREFIX_STEMS
        return QueryPart(
            query, n, [(meant, query)], n, stems=f"({' | '.join(map(quote_lexeme, begun))})" if few else ""
        )

    def _build_synonym_part(self, typed: str, own: list[QueryPart], meant: list[Any]) -> QueryPart:
        said, n, typed_rows = list(dict.fromkeys((row[3], row[1]) for row in meant)), sum(row[2] for row in meant), 0
        query = " & ".join(part.query for part in own)
        if others := [meaning for meaning, means in said if means != query and meaning.lower() != typed.lower()]:
            self.also.append((typed, ", ".join(others)))
        if own:
            typed_rows = min(part.n for part in own)
            said = [(typed, query), *said]
        query = f"({' | '.join(f'({query})' for _, query in said)})"
        return QueryPart(query, n + typed_rows, said, typed_rows, MEANING_WEIGHT + 0.25 * typed.count(" "))

    @property
    def is_narrowed(self) -> bool:
        """Whether something may be like what was asked for: with fewer words or filters, or farther away."""
        return bool(len(self.parts) > 1 or self.asked.wanted_facets() or self.asked.near)

    @property
    def is_outside(self) -> bool:
        """Whether nothing that is listed is anywhere near the place that is asked for."""
        if not self.asked.near or not self.here:
            return False
        around = [level for level in self.rows_in if ring_reach_km(self.asked.near, level) <= OUTSIDE_KM]
        return bool(around) and not self.rows_in[max(around)]

    @property
    def corrected_words(self) -> str:
        """What was typed, with what was meant."""
        meant = dict(self.corrected)
        return " ".join(meant.get(word, word) for word in self.words)

    def limit_to(self, query: str) -> None:
        """Find only what speaks of this in its own text, whatever was typed; the words still say what comes first."""
        n = self.counts.get("#", 0) // 50  # a guess: such words are rare
        limit = QueryPart(query, n)
        self.ranking_query = " | ".join(part.query for part in [*self.parts, limit])
        self.parts = self.wanted_parts = [replace(limit, query=limit.own_text_query)]
        self.corrected, self.also, self.left_out = [], [], []

    def query(self, without: str = "", some: bool = False) -> TsQuery:
        """What is asked for, `without` one filter; with `some`, any of what means something will do, else any word."""
        everything = self.counts.get("#", 0)
        wanted = self.wanted_parts
        if some:
            wanted = [part for part in wanted if part.is_meaning and part.n] or wanted
        parts = [part.indexed for part in wanted]
        sizes = [part.n for part in wanted]
        if some and parts:
            parts, sizes = [f"({' | '.join(parts)})"], [min(sum(sizes), everything)]
        rest: list[str] = []
        rest_sizes: list[int] = []
        for choice in self.asked.wanted_facets(without):
            n = min(sum(self.counts.get(mark, 0) for mark in choice), everything)
            common = is_common_choice(n, everything, len(choice))
            (rest if common else parts).append(f"({' | '.join(map(quote_lexeme, choice))})")
            (rest_sizes if common else sizes).append(n)
        shares = [size / max(everything, 1) for size in (everything, *sizes)]
        rest_shares = [size / max(everything, 1) for size in rest_sizes]
        return TsQuery(
            " & ".join(parts),
            min([everything, *sizes, *rest_sizes]),
            estimate_joint_share(shares + rest_shares),
            estimate_joint_share(shares),
            " & ".join(rest),
        )

    def build_similar_query(self) -> TsQuery:
        """When nothing has it all: any of the words or the need, else whatever is near."""
        asked, everything = self.asked, self.counts.get("#", 0)
        choices = [(part.indexed, part.n) for part in self.parts if part.n]
        if asked.need:
            term = term_facet(asked.need.pk)
            choices += [(quote_lexeme(term), self.counts.get(term, 0))]
        if choices and self.is_narrowed:
            most = min(sum(n for _, n in choices), everything)
            share = most / max(everything, 1)
            return TsQuery(" | ".join(text for text, _ in choices), most, share, share)
        return TsQuery("", everything, 1.0, 1.0)

    def list_ring_levels(self, query: TsQuery, wanted: int, km: float, steps: int = 2) -> list[int | None]:
        """The sizes of ring to read one after the other, `steps` at most and then all: the smallest ring that reaches
        to `km`, or None, the whole directory: where it holds so few that a ring would save less than it costs."""
        expected = min(query.most, query.share * self.counts.get("#", 0))
        if not self.here or expected <= 4 * wanted:
            return [None]
        here = self.here
        last = next((level for level in range(CELL_LEVELS) if ring_reach_km(here, level) >= km), None)
        promised = (self.rows_in[level] * circle_share(here, level) * query.share for level in range(CELL_LEVELS))
        first = next((level for level, rows in enumerate(promised) if rows >= wanted), CELL_LEVELS)
        end = CELL_LEVELS if last is None else last
        return [level for level in (first, first + 1)[:steps] if level < end] + [last]

    def bound_ring_level(self, level: int | None, query: TsQuery, most: int) -> int | None:
        """That size of ring, or the widest smaller one of which at most so many rows have to be read."""
        size = CELL_LEVELS if level is None else level
        rows_in = self.rows_in | {CELL_LEVELS: self.counts.get("#", 0)}
        while self.here and size and rows_in[size] * query.index_share > most:
            size -= 1
        return None if size == CELL_LEVELS else size


def is_common_choice(n: int, everything: int, marks: int) -> bool:
    """Whether so many rows have one of these marks that it is quicker to look into each row that the rest gives:
    100 entries of the index cost about as much as one row."""
    part = n / max(everything, 1)
    return n > 100 * RING_ROWS_READ * (1 - part) / max(part, 1e-9) or (marks > 1 and part > COMMON_CHOICE_SHARE)


def estimate_joint_share(shares: list[float]) -> float:
    """Of several parts that must all match: the rarest, thinned out by the others nearly as much as by chance.

    Nearly, since words of one thing come together. A ring too large costs less than a second one.
    """
    rarest, *others = sorted(shares)
    return rarest * math.prod(others) ** 0.8


def dot_capitals(text: str) -> str:
    """ "the WI" → "the W.I": what is written in capitals is short for a name, not for a word of dialect."""
    shouted = text.isupper() and " " in text
    return text if shouted else re.sub(r"\b[A-Z]{2,4}\b", lambda match: ".".join(match[0]), text)


def split_words(text: str) -> list[str]:
    """The words, without what means something to PostgreSQL: "Men's shed & tea" → ["men's", "shed", "tea"]."""
    text = re.sub(r"\b([^\W_])\.(?=[^\W_](?:\.|\b))", r"\1", text[:MAX_QUERY_LENGTH].lower())  # C.A.B.
    text = re.sub(r"(?<=n)['’](?=t\b)", "", text)  # can't
    text = re.sub(r"\b([^\W\d_]{1,2})['’](?!(?:ll|re|ve)\b)([^\W\d_]{2,})", r"\1\2", text)  # T'ai chi
    found = re.findall(r"[^\W_]+(?:['’][^\W_]+)*", text)
    return list(dict.fromkeys(word[:40].replace("’", "'") for word in found))[:MAX_WORDS]


def find_runs(words: list[str], phrases: set[str]) -> set[Run]:
    """Where one of these phrases stands in the words."""
    return {
        (at, at + many)
        for at in range(len(words))
        for phrase, many in _list_leading_phrases(words[at:])
        if phrase in phrases
    }


def plan_runs(size: int, meant: set[Run], fillers: set[Run]) -> list[Run]:
    """So many words cut into runs, in order: the longest that mean something or nothing first. Several words mean
    something rather than nothing ("support group"), a single one nothing ("group")."""

    def rank(run: Run) -> tuple[int, bool, Run]:
        many = run[1] - run[0]
        return -many, (run in fillers) == (many > 1), run

    planned: list[Run] = []
    for run in [*sorted(meant | fillers, key=rank), *((at, at + 1) for at in range(size))]:
        if all(run[1] <= other[0] or other[1] <= run[0] for other in planned):
            planned.append(run)
    return sorted(planned)


def _list_leading_phrases(words: list[str]) -> Iterator[tuple[str, int]]:
    """What the words begin with, as the steward may have written it, the longest first; and how many words it is."""
    for many in range(min(MAX_PHRASE_WORDS, len(words)), 0, -1):
        spaced = " ".join(words[:many])
        yield from (
            (phrase, many) for phrase in dict.fromkeys((spaced, spaced.replace("'", ""), "-".join(words[:many])))
        )


def list_phrases(words: list[str]) -> list[str]:
    """Each run of up to MAX_PHRASE_WORDS words."""
    return [phrase for at in range(len(words)) for phrase, _ in _list_leading_phrases(words[at:])]


def build_prefix_tsquery(typed: str, stems: list[str]) -> str:
    """What begins as typed, or is the stem of a word that does ("walkin" begins "walking"): ('walkin':* | 'walk')."""
    others = [quote_lexeme(stem) for stem in stems if not stem.startswith(typed)]
    return f"({' | '.join([quote_lexeme(typed, ':*'), *others])})"


def quote_lexeme(stem: str, ending: str = "") -> str:
    """A lexeme as tsquery reads it."""
    quoted = stem.replace("\\", "\\\\").replace("'", "''")
    return f"'{quoted}'{ending}"
