"""Words, a need, a place, a day and other filters → the activities that suit, the best first.

The design is "rings" (shared/performance.md): each row of the index carries its grid cells in twelve sizes, and
only the smallest ring of cells that promises MAX_CANDIDATES rows is read, so that a search costs about the same among
ten thousand services and a million. Two queries: words.py corrects the words and counts; FIND reads the nearest
candidates (in a wider ring while there are too few), ranks them, counts what each filter would leave of them and
gives one page. A place that is read out of the words ("near Worthing") is a third.
"""

import re
import uuid
from typing import Any

from django.db import connection

from agencies.models import Agency
from directory.catalogue.wording import KM_PER_MILE
from directory.geography.rings import build_distance_sql, ring_reach_km
from directory.models import Service, Spot
from directory.search import query as asking
from directory.search.parsing import parse_words
from directory.search.query import SearchQuery, SearchResult
from directory.search.reasons import COUNTED_MILES, MATCHED_SQL, count_choices, list_reasons
from directory.search.vocabulary import TsQuery, Vocabulary

__all__ = ["SearchQuery", "SearchResult", "search"]
RING_OVERSAMPLING = 1.5  # times as many the circle of a ring should hold by the counts
MAX_COUNTED_KM = max(COUNTED_MILES) * KM_PER_MILE  # km
MAX_UNPLACED_ROWS = 50  # rows without a place that are ranked with them
MAX_SIMILAR = 3  # of what is like it, when nothing was found
CURSOR_PATTERN = re.compile(
    r"([0-9]{1,4})_([0-9.e+-]{1,25})_([0-9]{1,18})_([0-9]{1,18})_(-?[0-9]{1,15}|)_([0-9a-f]{32}|)"
)


def search(asked: SearchQuery) -> SearchResult:
    """Two queries, however many services there are; three when a place is named in the words."""
    asked, understood, place = parse_words(asked)
    known = Vocabulary(asked)
    found = _run_search(asked, known)
    found.asked, found.understood, found.place = asked, understood, place
    found.corrected, found.also, found.left_out = known.corrected, known.also, known.left_out
    return found


# --- The nearest candidates, ranked ------------------------------------------------------------------------

RING_SQL = """{name} AS MATERIALIZED (
    SELECT id, service_id, {search} AS search, marks, worth, {distance} AS distance FROM directory_spot
    WHERE {match} AND {where} AND {distance} <= {reach} {further} {guard}
    ORDER BY 6, id LIMIT {limit}
)"""
UNPLACED_SQL = """{name}_elsewhere AS MATERIALIZED (
    SELECT id, service_id, {search} AS search, marks, worth, NULL::float8 AS distance FROM directory_spot
    WHERE {match} AND latitude IS NULL AND id > %(elsewhere_id)s {guard} ORDER BY {order} LIMIT {limit}
)"""
SIMILAR_SQL = """useful AS (
    SELECT * FROM (
        SELECT DISTINCT ON (service_id) id, service_id, distance, round(1000000 * ({score}))::bigint AS score
        FROM alike ORDER BY service_id, score DESC, id
    ) once ORDER BY score DESC, service_id DESC LIMIT {useful}
)"""
FACETS_SQL = """(
    SELECT string_agg(concat_ws(' ', service_id, coalesce(distance, 0)::real, array_to_string(marks, ' ')), E'\\n')
    FROM ({rows}) rows
)"""
SEARCH_SQL = """WITH {candidates},
scored AS (
    SELECT id, service_id, distance, round(1000000 * ({score}))::bigint AS score FROM ({rows}) rows
),
best AS MATERIALIZED (SELECT DISTINCT ON (service_id) * FROM scored ORDER BY service_id, score DESC, id),
{useful}
ends AS MATERIALIZED (
    SELECT (SELECT count(*) FROM best) AS count, {loose} AS loose,
        (SELECT count(*) FROM near) AS near, (SELECT count(*) FROM near_elsewhere) AS elsewhere,
        coalesce((SELECT max(distance) FROM near), %(far)s) AS far,
        coalesce((SELECT id FROM near ORDER BY distance DESC, id DESC LIMIT 1), %(far_id)s) AS far_id,
        coalesce((SELECT max(id) FROM near_elsewhere), %(elsewhere_id)s) AS elsewhere_id,
        {marks} AS marks
)
SELECT best.score, best.distance, ends.*, {matched} AS matched, {columns}
FROM ends LEFT JOIN (
    (SELECT * FROM best WHERE (score, service_id) < (%(score)s, %(service)s)
    ORDER BY score DESC, service_id DESC LIMIT {page}) {or_useful}
) best ON true
LEFT JOIN directory_spot spot ON spot.id = best.id
LEFT JOIN directory_service service ON service.id = best.service_id
LEFT JOIN agencies_agency agency ON agency.id = service.agency_id
ORDER BY best.score DESC, best.service_id DESC
"""
CURSOR_START = (2**62, "ffffffff-ffff-ffff-ffff-ffffffffffff")


def _column_names(model: Any, *without: str) -> list[str]:
    return [f.attname for f in model._meta.concrete_fields if f.attname not in without]


SELECTED_MODELS = (
    ("spot", Spot, _column_names(Spot, "search", "cells")),
    ("service", Service, _column_names(Service, "received")),
    ("agency", Agency, _column_names(Agency, "received")),
)
SELECTED_COLUMNS = ", ".join(f'{alias}."{name}"' for alias, _, names in SELECTED_MODELS for name in names)
LEADING_COLUMNS = 11  # columns of a row of FIND that stand before them


def _run_search(asked: SearchQuery, known: Vocabulary) -> SearchResult:
    band, place = _parse_cursor(asked.after)
    statement = SearchStatement(asked, known, band)
    with connection.cursor() as cursor:
        cursor.execute(statement.text(), place | statement.values)
        rows = cursor.fetchall()
    count, loose, near, elsewhere = rows[0][2:6]
    full = near == statement.most or elsewhere == MAX_UNPLACED_ROWS
    found = SearchResult(loose=count > 0 and loose > 0)
    found.count = asking.MAX_CANDIDATES + 1 if full or band or loose == statement.most else count
    lines = dict(zip(("", *statement.reopened_filters), rows[0][9], strict=True))
    found.counts, found.least = count_choices(asked, known.needs, lines), statement.near_only
    made = [_build_service(row, asked, known) for row in rows if row[0] is not None]
    if count:
        found.services = made[: asked.size]
        found.more = _format_cursor(rows, asked.size, band, place, full)
    else:
        found.nearest = made[:MAX_SIMILAR]
    return found


def _format_cursor(rows: list[Any], size: int, band: int, place: dict[str, Any], full: bool) -> str:
    """Where the next page starts: further down among the same candidates, or at the next ones."""
    if len(rows) > size:
        score, service = rows[size - 1][0], rows[size - 1][LEADING_COLUMNS + len(SELECTED_MODELS[0][2])]
        return f"{band}_{place['far']!r}_{place['far_id']}_{place['elsewhere_id']}_{score}_{service.hex}"
    far, far_id, elsewhere_id = rows[0][6:9]
    return f"{band + 1}_{far!r}_{far_id}_{elsewhere_id}__" if full else ""


def _parse_cursor(after: str) -> tuple[int, dict[str, Any]]:
    """Which band of candidates, and the last row seen; anything that is no cursor of ours is the start."""
    read = CURSOR_PATTERN.fullmatch(after)
    if not read:
        return 0, {"far": -1.0, "far_id": 0, "elsewhere_id": 0, "score": CURSOR_START[0], "service": CURSOR_START[1]}
    try:
        far = float(read[2])
    except ValueError:
        return _parse_cursor("")
    ends = {"far": far, "far_id": int(read[3]), "elsewhere_id": int(read[4])}
    return int(read[1]), ends | {
        "score": int(read[5] or CURSOR_START[0]),
        "service": str(uuid.UUID(read[6] or "f" * 32)),
    }


class SearchStatement:
    """The statement for one search. Only numbers of ours are written into it; what was typed is in `values`."""

    def __init__(self, asked: SearchQuery, known: Vocabulary, band: int) -> None:
        self.asked, self.known, self.band, self.point = asked, known, band, known.here
        self.km = asked.km if asked.near and asked.km else 1e9
        self.most = asking.MAX_CANDIDATES
        self.distance = build_distance_sql(self.point) if self.point else "0::float8"
        self.search = "search" if known.parts else "NULL::tsvector"  # where it is ranked by words
        self.reopened_filters = [] if band else asked.reopened_filters
        self.near_only: set[str] = set()  # those of them that are counted in one ring, as far as it reaches
        self.values: dict[str, Any] = {"words": known.ranking_query}

    def text(self) -> str:
        known = self.known
        candidates, rows = self.build_candidates("near", known.query()), ["near", "near_elsewhere"]
        if loose := len(known.parts) > 1 and not self.band:
            self.values["own"] = " | ".join(part.own_text_query for part in known.parts)
            guard = " ".join(f"AND NOT EXISTS (SELECT FROM {name} WHERE search @@ %(own)s::tsquery)" for name in rows)
            guard += f" AND (SELECT count(*) FROM near) < {self.most}"  # noqa: S608
            candidates, rows = (
                candidates + self.build_candidates("loose", known.query(some=True), guard),
                [*rows, "loose", "loose_elsewhere"],
            )
        for name in set(self.reopened_filters) - {"miles"}:  # which the rings of `near` hold
            candidates += self.build_candidates(name, known.query(without=name))
        said = self.values["said"] = [query for part in known.parts for _, query in part.said]
        useful = self.build_similar()
        return SEARCH_SQL.format(
            candidates=",\n".join(candidates),
            rows=_union_sql(rows),
            score=self.score(),
            page=self.asked.size + 1,
            marks=self.build_facets(rows),
            loose=_count_sql(rows[2:]) if loose else "0",
            useful=useful,
            columns=SELECTED_COLUMNS,
            or_useful="UNION ALL SELECT * FROM useful" if useful else "",
            matched=MATCHED_SQL if said else "NULL::text[]",
        )

    def build_candidates(self, name: str, query: TsQuery, guard: str = "") -> list[str]:
        """The nearest rows that match a query, and those without a place, as the CTEs `name` and `name`_elsewhere.

        Where a distance is set, also `miles`: the nearest of them up to the farthest that is counted. Without a filter
        that is set (`name` is its name) one ring is enough: how many another choice would leave at least.
        """
        counted = name in self.reopened_filters
        within = name == "near" and "miles" in self.reopened_filters
        km = max(self.km, MAX_COUNTED_KM if within else 0)
        wanted = self.most if counted else int(RING_OVERSAMPLING * self.most) * (self.band + 1)
        match, common = self.build_match(name, query), query.is_common(wanted)
        further = f"AND ({self.distance}, id) > (%(far)s, %(far_id)s)" if self.band and name == "near" else ""
        rings: list[str] = []
        levels = self.known.list_ring_levels(query, wanted, km, steps=2 if name == "near" else 1)
        for level in levels[:1] if counted else levels:
            far, where = self.ring_condition(level, km)
            by_row = f"({match}) IS TRUE" if common and level is not None else match  # a filter that no index serves
            rings.append(
                RING_SQL.format(
                    name=f"{name}{len(rings)}",
                    match=by_row,
                    where=where,
                    reach=far,
                    further=further,
                    limit=self.most,
                    guard=f"{guard} {_too_few_sql(name, len(rings), self.most)}",
                    distance=self.distance,
                    search=self.search,
                )
            )
            if far >= km:
                break
        widest = [f"{'miles' if within else name} AS ({_widest_ring_sql(name, len(rings))})"]
        if counted and far < km:
            self.near_only.add(name)
            return [*rings, *widest]
        widest += [f"near AS (SELECT * FROM miles WHERE distance <= {self.km})"] if within else []  # noqa: S608
        late = f"AND {_count_sql([name])} < {self.most}" if common or not self.known.parts else ""
        away = UNPLACED_SQL.format(
            name=name,
            match=match,
            limit=MAX_UNPLACED_ROWS,
            guard=f"{guard} {late}",
            search=self.search,
            order="id" if match == "true" else "id + 0",  # + 0: from the index of words, not through all rows by id
        )
        return [*rings, *widest, away]

    def build_similar(self) -> str:
        """When nothing is found: a few near ones with any of the words or the need, else a few of whatever is near."""
        query = self.known.build_similar_query()
        if self.band:
            return ""
        level = self.known.list_ring_levels(query, int(RING_OVERSAMPLING * self.most), 1e9)[0]
        far, where = self.ring_condition(level, 1e9)
        ring = RING_SQL.format(
            name="alike",
            match=self.build_match("alike", query),
            where=where,
            reach=far,
            further="",
            limit=4 * MAX_SIMILAR,
            guard="AND NOT EXISTS (SELECT FROM best)",
            distance=self.distance,
            search=self.search,
        )
        return f"{ring},\n{SIMILAR_SQL.format(score=self.score(), useful=MAX_SIMILAR)},"

    def build_match(self, name: str, query: TsQuery) -> str:
        self.values |= {name: query.text, f"{name}_rest": query.rest}
        tests = [f"search @@ %({name})s::tsquery"] if query.text else []
        tests += [f"(search @@ %({name}_rest)s::tsquery) IS TRUE"] if query.rest else []
        return " AND ".join(tests) or "true"

    def ring_condition(self, level: int | None, km: float) -> tuple[float, str]:
        """How far a ring reaches, `km` at most, and the cells it is read from."""
        if level is None or not self.point:
            return km, "latitude IS NOT NULL"
        return min(km, ring_reach_km(self.point, level)), f"cells && ARRAY{self.known.rings[level]}"

    def build_facets(self, rows: list[str]) -> str:
        """The marks of all that was found, and of what there would be without each filter that is set."""
        lists = [rows]
        for name in self.reopened_filters:
            elsewhere = [] if name in self.near_only else [f"{'near' if name == 'miles' else name}_elsewhere"]
            lists.append([name, *elsewhere])
        return f"ARRAY[{', '.join(FACETS_SQL.format(rows=_union_sql(names)) for names in lists)}]"

    def score(self) -> str:
        """How well it fits the words, how near it is, and a little how well it is kept and whether it has room.

        What has a word in its own name or text comes before what is found by it only through a need.

        Without words the nearest comes first, where a good listing counts as up to a kilometre nearer.
        """
        room = "('#room' = ANY(marks))::int"
        if not self.known.parts:
            return f"0.8 * worth + 0.2 * {room} - coalesce(distance, 100000)"  # what has no place comes last
        words = f"ts_rank('{{0.01, 0.1, 0.5, 1}}', search, %(words)s::tsquery, 32) + 0.08 * worth + 0.03 * {room}"
        for number, part in enumerate(self.known.parts):
            self.values |= {f"any{number}": part.query, f"own{number}": part.own_text_query}
            for weight, name in ((0.4, f"own{number}"), (0.15, f"any{number}")):
                words += f" + {weight / len(self.known.parts):.3f} * (search @@ %({name})s::tsquery)::int"
        return f"{words} + 0.3 / (1 + coalesce(distance, 25) / 5)" if self.asked.near else words


def _union_sql(names: list[str]) -> str:
    return " UNION ALL ".join(f"TABLE {name}" for name in names)


def _count_sql(names: list[str]) -> str:
    return " + ".join(f"(SELECT count(*) FROM {name})" for name in names)  # noqa: S608


def _too_few_sql(name: str, rings: int, most: int) -> str:
    """None of the rings so far was enough."""
    return " ".join(f"AND (SELECT count(*) FROM {name}{i}) < {most}" for i in range(rings))  # noqa: S608


def _widest_ring_sql(name: str, rings: int) -> str:
    """The last ring that was read: it holds the ones before."""
    parts = [f"TABLE {name}{rings - 1}"]
    for i in reversed(range(rings - 1)):
        wider = " AND ".join(f"NOT EXISTS (SELECT FROM {name}{j})" for j in range(i + 1, rings))
        parts.append(f"SELECT * FROM {name}{i} WHERE {wider}")  # noqa: S608
    return " UNION ALL ".join(parts)


def _build_service(row: tuple[Any, ...], asked: SearchQuery, known: Vocabulary) -> Service:
    """A service with its `spot`, its agency, how far it is and why it is here, from the columns of one row."""
    made: list[Any] = []
    values = row[LEADING_COLUMNS:]
    for _, model, names in SELECTED_MODELS:
        made.append(model.from_db("default", names, values[: len(names)]))
        values = values[len(names) :]
    spot, service, service.agency = made
    service.spot = spot
    service.distance_km = row[1] if asked.near else None
    said = [word for part in known.parts for word, _ in part.said]
    service.why = list_reasons(service, asked, dict(zip(said, row[10] or (), strict=False)))
    found: Service = service
    return found
