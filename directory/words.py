"""What is typed, corrected by the directory's own words, and how many rows it may match: one query."""

import math
import re
from typing import Any

from django.db import connection

from directory.grid import Point
from directory.index import LEVELS, mark
from directory.models import TaxonomyTerm

MOST_WORDS, LONGEST = 10, 200  # words and characters of what is typed; the rest is not read
ALIKE = 0.37  # trigram similarity from which a word may be meant

# Rows of: kind, key, stem, rows it is in, word meant, its stem, degrees; and when words
# begin so, the stems of those that do not begin so themselves ("walkin" begins "walking", found as "walk").
LEARN = """
WITH here AS (
    SELECT coalesce(%(lat)s, latitude) AS lat, coalesce(%(lon)s, longitude) AS lon
    FROM (SELECT 1) one LEFT JOIN (
        SELECT latitude, longitude FROM directory_place WHERE NOT district ORDER BY size DESC, name LIMIT 1
    ) town ON true
),
typed AS (
    SELECT word, swapped, coalesce((tsvector_to_array(to_tsvector('hereabouts', word)))[1], '') AS stem
    FROM unnest(%(words)s::text[], %(swapped)s::text[]) asked(word, swapped)
),
around AS (
    SELECT level, hereabouts_cell(lat, lon, level, east, north) AS cell
    FROM here, generate_series(0, 11) level, generate_series(-1, 1) east, generate_series(-1, 1) north
    WHERE lat IS NOT NULL
)
SELECT 'word', typed.word, typed.stem, coalesce(known.n, begun.n, meant.n, 0), meant.word, meant.stem,
    CASE WHEN begun.n IS NOT NULL THEN coalesce(begun.stems, '{}') END, NULL::float8
FROM typed
LEFT JOIN LATERAL (SELECT max(n) AS n FROM directory_word WHERE stem = typed.stem) known ON true
LEFT JOIN LATERAL (
    SELECT sum(n)::int AS n, array_agg(DISTINCT stem ORDER BY stem)
        FILTER (WHERE NOT starts_with(stem, typed.word)) AS stems
    FROM directory_word
    WHERE known.n IS NULL AND typed.word = %(last)s AND length(typed.word) > 2 AND word LIKE typed.word || '%%'
) begun ON true
LEFT JOIN LATERAL (
    SELECT word, stem, n FROM directory_word
    WHERE known.n IS NULL AND begun.n IS NULL AND typed.stem <> '' AND length(typed.word) > 2
        AND word NOT LIKE '#%%'
        AND (word = ANY(string_to_array(swapped, ' '))
            OR (word %% typed.word AND similarity(word, typed.word) > %(alike)s))
    ORDER BY word = ANY(string_to_array(swapped, ' ')) DESC, similarity(word, typed.word) * ln(n + 3) DESC, word
    LIMIT 1
) meant ON true
UNION ALL
SELECT 'need', word, stem, coalesce((SELECT max(n) FROM directory_word w WHERE w.stem = s.stem), 0),
    NULL, NULL, NULL, NULL
FROM unnest(%(need)s::text[]) word
CROSS JOIN LATERAL (SELECT coalesce((tsvector_to_array(to_tsvector('hereabouts', word)))[1], '')) s(stem)
UNION ALL
SELECT 'mark', word, stem, n, NULL, NULL, NULL, NULL FROM directory_word WHERE word = ANY(%(marks)s)
UNION ALL
SELECT 'cell', level::text, cell::text, coalesce(n, 0), NULL, NULL, NULL, NULL
FROM around LEFT JOIN directory_cell USING (cell)
UNION ALL
SELECT 'here', axis, '', 0, NULL, NULL, NULL, degrees
FROM here, LATERAL (VALUES ('lat', lat), ('lon', lon)) x(axis, degrees) WHERE degrees IS NOT NULL
"""


class Known:
    """The tsqueries `all` (what was asked) and `some` (any of the words), their size, and the cells around."""

    def __init__(self, words: str, need: TaxonomyTerm | None, day: str, near: Point | None) -> None:
        self.words = split(words)
        self.phrases = [split(phrase) for phrase in need.phrases] if need else []
        self.marks = [f"#{day.lower()}"] if day else []
        self.term = mark(need.pk) if need else ""
        rows = self._learn(near)
        self.corrected = [(row[1], row[4]) for row in rows if row[4]]  # typed, meant
        self.counts = {row[1]: row[3] for row in rows if row[0] in ("mark", "need")}
        self.stems = {row[1]: row[2] for row in rows if row[0] == "need"}
        self._build([row for row in rows if row[0] == "word"])
        here = {row[1]: row[7] for row in rows if row[0] == "here"}
        self.here = Point(**here) if here else None  # where it is asked for, or the largest town
        self.rings: list[list[int]] = [[] for _ in range(LEVELS)]
        self.rows_in = [0] * LEVELS
        for _, level, number, n, *_rest in (row for row in rows if row[0] == "cell"):
            self.rings[int(level)].append(int(number))
            self.rows_in[int(level)] += n

    def _learn(self, near: Point | None) -> list[Any]:
        lat, lon = near or (None, None)
        values: dict[str, Any] = {
            "words": self.words, "swapped": [" ".join(swapped(word)) for word in self.words],
            "last": self.words[-1] if self.words else "", "alike": ALIKE,
            "need": sorted({word for phrase in self.phrases for word in phrase}),
            "marks": ["#", *self.marks, self.term], "lat": lat, "lon": lon,
        }  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(LEARN, values)
            return cursor.fetchall()

    def _build(self, words: list[Any]) -> None:
        parts, sizes = [], [self.counts.get("#", 0)]
        for _, typed, stem, n, _meant, meant_stem, begun, _ in words:
            if stem:  # a stop word has none
                parts.append(lexeme(meant_stem or stem) if begun is None else beginning(typed, begun))
                sizes.append(n)
        fixed = [lexeme(name) for name in self.marks]
        sizes += [self.counts.get(name, 0) for name in self.marks]
        if self.term:
            said = [self._phrase(phrase) for phrase in self.phrases]
            fixed.append("(" + " | ".join([lexeme(self.term), *filter(None, said)]) + ")")
            sizes.append(self._size_of_need())
        self.all = " & ".join([*parts, *fixed])
        self.some = " & ".join([f"({' | '.join(parts)})", *fixed]) if len(parts) > 1 else ""
        self.most = min(sizes)  # rows that can match
        self.share = share([size / max(sizes[0], 1) for size in sizes])  # of the rows, that probably match
        self.ranked = bool(parts or self.term)

    def _phrase(self, words: list[str]) -> str:
        """The words one after another; a stop word between them leaves its gap."""
        out, gap = "", 1
        for word in words:
            if not self.stems[word]:
                gap += 1
                continue
            out = f"{out} <{gap}> {lexeme(self.stems[word])}" if out else lexeme(self.stems[word])
            gap = 1
        return f"({out})" if out else ""

    def _size_of_need(self) -> int:
        """At most so many rows carry the term or one of its phrases: a phrase is as rare as its rarest word."""
        counts = [[self.counts[word] for word in phrase if self.stems[word]] for phrase in self.phrases]
        return self.counts.get(self.term, 0) + sum(min(phrase) for phrase in counts if phrase)

    def is_common(self, wanted: int) -> bool:
        """Whether so many rows match that it is quicker to look into each row of a ring than to read the index of
        the words: 100 entries of it cost about as much as one row."""
        return 100 * wanted / max(self.share, 1e-9) < self.most

    def levels(self, wanted: int) -> list[int | None]:
        """The sizes of ring to read one after the other; None is the whole directory."""
        if not self.here or self.most <= 4 * wanted:
            return [None]
        first = next((level for level in range(LEVELS) if self.rows_in[level] * self.share >= wanted), None)
        if first is None:
            return [None]
        return [level for level in (first, first + 2) if level < LEVELS] + [None]


def share(shares: list[float]) -> float:
    """Of several parts that must all match: the rarest, thinned out by the others nearly as much as by chance.

    Nearly, since words of one thing come together. A ring too large costs less than a second one.
    """
    rarest, *others = sorted(shares)
    return rarest * math.prod(others) ** 0.8


def split(text: str) -> list[str]:
    """The words, without what means something to PostgreSQL: "Men's shed & tea" → ["men's", "shed", "tea"]."""
    found = re.findall(r"[^\W_]+(?:['’][^\W_]+)*", text[:LONGEST].lower())
    return list(dict.fromkeys(word[:40].replace("’", "'") for word in found))[:MOST_WORDS]


def swapped(word: str) -> list[str]:
    """The word with each two neighbours swapped: "chior" → "hcior", "cihor", "choir", "chiro"."""
    return [word[:i] + word[i + 1] + word[i] + word[i + 2 :] for i in range(len(word) - 1)]


def beginning(typed: str, stems: list[str]) -> str:
    """What begins as typed, or has one of the stems: ('walkin':* | 'walk')."""
    return "(" + " | ".join([lexeme(typed, ":*"), *map(lexeme, stems)]) + ")"


def lexeme(stem: str, ending: str = "") -> str:
    """A lexeme as tsquery reads it."""
    quoted = stem.replace("\\", "\\\\").replace("'", "''")
    return f"'{quoted}'{ending}"
