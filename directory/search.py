"""Words, a need, a place and a day → the activities that suit, the best first.

The design is "rings" (shared/performance.md): each row of the index carries its grid cells in twelve sizes, and
only the smallest ring of cells that promises CANDIDATES rows is read, so that a search costs about the same among
ten thousand services and a million. Two queries: words.py corrects the words and counts; FIND reads the nearest
candidates (in a wider ring while there are too few), ranks them and gives one page.
"""

import math
import re
import uuid
from dataclasses import dataclass, field
from typing import Any

from django.db import connection

from agencies.models import Agency
from directory.grid import Point
from directory.index import EAST, NORTH, NOWHERE, SMALLEST
from directory.models import Service, Spot, TaxonomyTerm
from directory.words import Known

CANDIDATES = 200  # rows that are ranked at a time, and counted at most
PROMISED = 2.25  # times as many the cells of a ring should hold by the counts: the circle in it is half of them
NEAREST = 60  # enough of them where nothing is ranked but by nearness, and the count is known to be high
ELSEWHERE = 50  # rows without a place that are ranked with them
CURSOR = re.compile(r"([0-9]{1,4})_([0-9.e+-]{1,25})_([0-9]{1,18})_([0-9]{1,18})_(-?[0-9]{1,15}|)_([0-9a-f]{32}|)")


@dataclass(frozen=True)
class Asked:
    """What somebody looks for. `km` needs `near`; `day` is "MO" to "SU"; `after` is the `more` of the page before."""

    words: str = ""
    need: TaxonomyTerm | None = None
    near: Point | None = None
    km: float | None = None
    day: str = ""
    after: str = ""
    size: int = 20


@dataclass
class Found:
    """Services carry `distance_km` (None without a place) and `spot`: the place and hours that were found."""

    services: list[Service] = field(default_factory=list)
    count: int = 0  # up to CANDIDATES + 1
    more: str = ""  # for Asked.after; "" at the end
    corrected: list[tuple[str, str]] = field(default_factory=list)  # typed, used
    loose: bool = False  # no activity has all the words; these have some

    @property
    def count_words(self) -> str:
        if self.count > CANDIDATES:
            return f"more than {CANDIDATES} activities"
        return "1 activity" if self.count == 1 else f"{self.count} activities"


def search(asked: Asked) -> Found:
    """Two queries, however many services there are."""
    return _find(asked, Known(asked.words, asked.need, asked.day, asked.near))


# --- The nearest candidates, ranked ------------------------------------------------------------------------

RING = """ring{i} AS MATERIALIZED (
    SELECT id, service_id, {search} AS search, {distance} AS distance FROM directory_spot
    WHERE {match} AND {where} AND {distance} <= {reach} {further} {guard}
    ORDER BY 4, id LIMIT {limit}
)"""
FIND = """WITH {rings},
near AS ({near}),
elsewhere AS MATERIALIZED (
    SELECT id, service_id, {search} AS search, NULL::float8 AS distance FROM directory_spot
    WHERE {match} AND cells @> ARRAY[{nowhere}] AND id > %(elsewhere_id)s {late} ORDER BY id + 0 LIMIT {elsewhere_limit}
),
loose AS MATERIALIZED (
    SELECT id, service_id, {search} AS search, {distance} AS distance FROM directory_spot
    WHERE {some} AND NOT EXISTS (SELECT FROM near) AND NOT EXISTS (SELECT FROM elsewhere)
        AND coalesce({distance} <= {km}, true) LIMIT {limit}
),
scored AS (
    SELECT id, service_id, distance, round(1000000 * ({score}))::bigint AS score
    FROM (TABLE near UNION ALL TABLE elsewhere UNION ALL TABLE loose) candidates
),
best AS MATERIALIZED (SELECT DISTINCT ON (service_id) * FROM scored ORDER BY service_id, score DESC, id),
ends AS MATERIALIZED (
    SELECT (SELECT count(*) FROM best) AS count, EXISTS (SELECT FROM loose) AS loose,
        (SELECT count(*) FROM near) AS near, (SELECT count(*) FROM elsewhere) AS elsewhere,
        coalesce((SELECT max(distance) FROM near), %(far)s) AS far,
        coalesce((SELECT id FROM near ORDER BY distance DESC, id DESC LIMIT 1), %(far_id)s) AS far_id,
        coalesce((SELECT max(id) FROM elsewhere), %(elsewhere_id)s) AS elsewhere_id
)
SELECT best.score, best.distance, ends.*, {columns}
FROM (
    SELECT * FROM best WHERE (score, service_id) < (%(score)s, %(service)s)
    ORDER BY score DESC, service_id DESC LIMIT {page}
) best
CROSS JOIN ends
JOIN directory_spot spot ON spot.id = best.id
JOIN directory_service service ON service.id = best.service_id
JOIN agencies_agency agency ON agency.id = service.agency_id
ORDER BY best.score DESC, best.service_id DESC
"""
LAST = (2**62, "ffffffff-ffff-ffff-ffff-ffffffffffff")


def _fields(model: Any, *without: str) -> list[str]:
    return [f.attname for f in model._meta.concrete_fields if f.attname not in without]


MODELS = (
    ("spot", Spot, _fields(Spot, "search", "cells")),
    ("service", Service, _fields(Service, "received")),
    ("agency", Agency, _fields(Agency, "received")),
)
COLUMNS = ", ".join(f'{alias}."{name}"' for alias, _, names in MODELS for name in names)


def _find(asked: Asked, known: Known) -> Found:
    band, place = _cursor(asked.after)
    with connection.cursor() as cursor:
        cursor.execute(_sql(asked, known, band), place | {"all": known.all, "some": known.some})
        rows = cursor.fetchall()
    found = Found(corrected=known.corrected)
    for row in rows[: asked.size]:
        service = _service(row[9:])
        service.distance_km = row[1] if asked.near else None  # type: ignore[attr-defined]
        found.services.append(service)
    if rows:
        count, found.loose, near, elsewhere = rows[0][2:6]
        full = near == _candidates(asked, known) or elsewhere == ELSEWHERE
        found.count = CANDIDATES + 1 if full or band else count
        found.more = _more(rows, asked.size, band, place, full)
    return found


def _more(rows: list[Any], size: int, band: int, place: dict[str, Any], full: bool) -> str:
    """Where the next page starts: further down among the same candidates, or at the next ones."""
    if len(rows) > size:
        score, service = rows[size - 1][0], rows[size - 1][9 + len(MODELS[0][2])]
        return f"{band}_{place['far']!r}_{place['far_id']}_{place['elsewhere_id']}_{score}_{service.hex}"
    far, far_id, elsewhere_id = rows[0][6:9]
    return f"{band + 1}_{far!r}_{far_id}_{elsewhere_id}__" if full else ""


def _cursor(after: str) -> tuple[int, dict[str, Any]]:
    """Which band of candidates, and the last row seen; anything that is no cursor of ours is the start."""
    read = CURSOR.fullmatch(after)
    if not read:
        return 0, {"far": -1.0, "far_id": 0, "elsewhere_id": 0, "score": LAST[0], "service": LAST[1]}
    try:
        far = float(read[2])
    except ValueError:
        return _cursor("")
    ends = {"far": far, "far_id": int(read[3]), "elsewhere_id": int(read[4])}
    return int(read[1]), ends | {"score": int(read[5] or LAST[0]), "service": str(uuid.UUID(read[6] or "f" * 32))}


def _sql(asked: Asked, known: Known, band: int) -> str:
    """The statement for these rings. Only numbers of ours are written into it; what was typed is a parameter."""
    point, km = known.here, asked.km if asked.near and asked.km else 1e9
    most = _candidates(asked, known)
    wanted = int(PROMISED * most) * (band + 1)
    common = known.is_common(wanted)
    match = "search @@ %(all)s::tsquery" if known.all else "true"
    fixed: dict[str, Any] = {"distance": _distance(point) if point else "0::float8", "limit": most}
    fixed["search"] = "search" if known.ranked else "NULL::tsvector"
    further = f"AND ({fixed['distance']}, id) > (%(far)s, %(far_id)s)" if band else ""
    rings: list[str] = []
    for level in known.levels(wanted):
        reach = km if level is None or point is None else min(km, _reach(point, level))
        where = "latitude IS NOT NULL" if level is None else f"cells && ARRAY{known.rings[level]}"
        rings.append(RING.format(
            i=len(rings), where=where, reach=float(reach), further=further, guard=_too_few(len(rings), most), **fixed,
            match=f"({match}) IS TRUE" if common and level is not None else match,  # a filter that no index serves
        ))  # fmt: skip
        if reach >= km:
            break
    return FIND.format(
        rings=",\n".join(rings), near=_widest(len(rings)), nowhere=NOWHERE, elsewhere_limit=ELSEWHERE, km=float(km),
        some="search @@ %(some)s::tsquery" if known.some and not band else "false", score=_score(asked, known),
        columns=COLUMNS, page=asked.size + 1, match=match, **fixed,
        late=_too_few(len(rings), most) if common or not known.ranked else "",
    )  # fmt: skip


def _candidates(asked: Asked, known: Known) -> int:
    plenty = not known.ranked and not asked.km and known.most > 10 * CANDIDATES
    return NEAREST if plenty else CANDIDATES


def _too_few(rings: int, most: int) -> str:
    """None of the rings so far was enough."""
    return " ".join(f"AND (SELECT count(*) FROM ring{i}) < {most}" for i in range(rings))  # noqa: S608


def _widest(rings: int) -> str:
    """The last ring that was read: it holds the ones before."""
    parts = [f"TABLE ring{rings - 1}"]
    for i in reversed(range(rings - 1)):
        wider = " AND ".join(f"NOT EXISTS (SELECT FROM ring{j})" for j in range(i + 1, rings))
        parts.append(f"SELECT * FROM ring{i} WHERE {wider}")  # noqa: S608
    return " UNION ALL ".join(parts)


def _reach(point: Point, level: int) -> float:
    """Kilometres all round the point that a ring of 3 × 3 cells covers: one cell at least."""
    size = SMALLEST * 2**level
    east, north = point.lon * EAST / size % 1, point.lat * NORTH / size % 1
    narrowing = NORTH * math.cos(math.radians(point.lat)) / EAST  # of a cell, this far north
    return size * min((1 + min(east, 1 - east)) * narrowing, 1 + min(north, 1 - north))


def _distance(point: Point) -> str:
    """Kilometres, taking the earth as flat as it is over a county."""
    narrowing = math.cos(math.radians(point.lat))
    north, east = f"(latitude - {point.lat!r})", f"(longitude - {point.lon!r}) * {narrowing!r}"
    return f"({NORTH} * sqrt({north} * {north} + {east} * {east}))"


def _score(asked: Asked, known: Known) -> str:
    """How well it fits the words, and how near it is; without words the nearest first."""
    if not known.ranked:
        return "-coalesce(distance, 100000)"  # what has no place comes last
    words = "ts_rank('{0.1, 0.2, 0.5, 1}', search, %(all)s::tsquery, 32)"
    return f"{words} + 0.3 / (1 + coalesce(distance, 25) / 5)" if asked.near else words


def _service(values: tuple[Any, ...]) -> Service:
    """A service with its `spot` and its agency, from the columns of one row."""
    made: list[Any] = []
    for _, model, names in MODELS:
        made.append(model.from_db("default", names, values[: len(names)]))
        values = values[len(names) :]
    spot, service, service.agency = made
    service.spot = spot
    return service
