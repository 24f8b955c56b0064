"""Writes the search index. Whoever changes a service, its places or its hours calls `index_services` in the same deed.

`refresh_counts` then counts again what vocabulary.py plans with; it follows every import and runs every night.
"""

import datetime
import json
import re
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from django.db import connection, models, transaction
from django.utils import timezone

from config.batches import run_in_batches
from directory.catalogue import facets, wording
from directory.catalogue.facets import ACCESS
from directory.catalogue.hours import format_schedules
from directory.models import LISTED, Location, Schedule, Service, ServiceAtLocation, Session, Spot, Status
from directory.models.taxonomy import NEEDS_CODE

__all__ = ["ACCESS", "index_services", "mark_needs", "refresh_ageing_rows", "refresh_counts"]
INDEX_VERSION = 5  # counted up when rows must be written in another way: the night writes the older ones anew
BATCH_SIZE = 500
REFRESH_BATCH_SIZE = 5_000  # of the night's updates, which write few of the rows they read
MAX_ROOM_SESSIONS = 4  # sessions with counted places that are looked at for room
INDEX_PREFETCH = (
    "agency",
    "schedules",
    "cost_options",
    "languages",
    "capacities",
    "service_terms__term__taxonomy",
    "need_corrections",
    "at_locations__location__accessibility",
)


class IndexRow(NamedTuple):
    """One row to be written: the columns of Spot, with the words it is found by in four weights: `needed` are those
    of its needs, which nobody wrote of it.

    `offered` are the marks that filters offer; `hidden` those that are only looked for: terms and ages; `refused` those
    of needs that its words speak of and that the steward says it is not for.
    """

    service: uuid.UUID
    location: uuid.UUID | None
    lat: float | None
    lon: float | None
    title: str
    about: str
    body: str
    needed: str
    offered: list[str]
    hidden: list[str]
    refused: list[str]
    when: str
    where: str
    chips: list[str]
    room_on: datetime.date | None


# How well a listing is kept and answers, 0 to 1: its quality, when it was last checked, how soon it replies.
WORTH_SQL = """(
    0.4 * service.quality / 100.0
    + 0.4 * CASE WHEN service.assured_date IS NULL THEN 0.4 WHEN service.assured_date > current_date - 100 THEN 1
        WHEN service.assured_date > current_date - 200 THEN 0.7 WHEN service.assured_date > current_date - 400 THEN 0.4
        ELSE 0 END
    + 0.2 * CASE WHEN service.answers >= 5 AND service.reply_days IS NOT NULL THEN 1 / (1 + service.reply_days / 5.0)
        ELSE 0.5 END
)"""
# The needs as '#' and their number, each with a query for its phrases: who speaks of it is found by it too.
NEED_QUERIES_SQL = """
    SELECT '#' || replace(term.id::text, '-', '') AS mark, said.query
    FROM directory_taxonomyterm term JOIN directory_taxonomy list ON list.id = term.taxonomy_id AND list.code = 'needs'
    LEFT JOIN LATERAL (
        SELECT string_agg(part::text, ' | ')::tsquery AS query
        FROM regexp_split_to_table(term.name || ',' || term.words, ',') phrase,
            hereabouts_phrase(phrase) part
        WHERE term.words <> '' AND numnode(part) > 0
    ) said ON true
"""
SPOT_COLUMNS = [
    *("latitude", "longitude", "search", "cells", '"when"', '"where"'),
    *("chips", "marks", "worth", "room_on", "written_as"),
]


def _of(table: str) -> str:
    return ", ".join(f"{table}.{column}" for column in SPOT_COLUMNS)


# What would be written as it is already is left as it is.
WRITE_SPOTS_SQL = f"""
WITH need AS MATERIALIZED ({NEED_QUERIES_SQL})
INSERT INTO directory_spot AS spot (service_id, location_id, {", ".join(SPOT_COLUMNS)})
SELECT line.service, line.location, line.lat, line.lon,
    vector || array_to_tsvector(line.offered || line.hidden || needed.marks),
    CASE WHEN line.lat IS NULL THEN ARRAY[-1] ELSE
        ARRAY(SELECT hereabouts_cell(line.lat, line.lon, level, 0, 0) FROM generate_series(0, 11) level) END,
    line."when", line."where", line.chips, line.offered || needed.marks, {WORTH_SQL}, line.room_on, {INDEX_VERSION}
FROM jsonb_to_recordset(%s) line (service uuid, location uuid, lat float8, lon float8, title text, about text,
    body text, needed text, offered text[], hidden text[], refused text[], "when" text, "where" text, chips text[],
    room_on date)
JOIN directory_service service ON service.id = line.service
CROSS JOIN LATERAL (SELECT setweight(hereabouts_words(line.title), 'A')
    || setweight(hereabouts_words(line.about), 'B') || setweight(hereabouts_words(line.body), 'C')
    || setweight(hereabouts_words(line.needed), 'D')
) words (vector)
CROSS JOIN LATERAL (
    SELECT coalesce(array_agg(mark), '{{}}') FROM need
    WHERE vector @@ need.query AND mark <> ALL(line.refused) OR mark = ANY(line.hidden)
) needed (marks)
ON CONFLICT (service_id, location_id) DO UPDATE SET ({", ".join(SPOT_COLUMNS)}) = ({_of("excluded")})
    WHERE ({_of("spot")}) IS DISTINCT FROM ({_of("excluded")})
"""  # noqa: S608
DELETE_SPOTS_SQL = """
DELETE FROM directory_spot spot WHERE service_id = ANY(%s) AND NOT EXISTS (
    SELECT FROM jsonb_to_recordset(%s) line (service uuid, location uuid)
    WHERE line.service = spot.service_id AND line.location IS NOT DISTINCT FROM spot.location_id
)
"""
INSERT_WORDS_SQL = """
INSERT INTO directory_word (word, stem, n)
SELECT word, stem, 1 FROM unnest(%s::text[]) word
CROSS JOIN LATERAL (SELECT (tsvector_to_array(hereabouts_words(word)))[1]) s(stem)
WHERE stem IS NOT NULL ON CONFLICT DO NOTHING
"""


def index_services(services: Iterable[uuid.UUID]) -> None:
    """Write anew what the services with these ids are found by; what no longer runs is found no more."""
    ids = iter(services)
    while batch := list(islice(ids, BATCH_SIZE)):
        _index_batch(batch)


@transaction.atomic
def _index_batch(ids: list[uuid.UUID]) -> None:
    today, rooms = timezone.localdate(), _load_counted_sessions(ids)
    running = Service.objects.filter(LISTED, pk__in=ids).defer("received")
    rows = [
        line
        for service in running.prefetch_related(*INDEX_PREFETCH)
        for line in build_index_rows(service, rooms[service.pk], today)
    ]
    texts = (f"{row.title} {row.about} {row.body} {row.needed}".lower() for row in rows)
    words = {word for text in texts for word in re.findall(r"[^\W_]{2,30}", text)}
    written = json.dumps([row._asdict() for row in rows], default=str)
    with connection.cursor() as cursor:
        cursor.execute(DELETE_SPOTS_SQL, [ids, written])
        cursor.execute(WRITE_SPOTS_SQL, [written])
        cursor.execute(INSERT_WORDS_SQL, [sorted(words)])


def _load_counted_sessions(ids: list[uuid.UUID]) -> dict[uuid.UUID, list[Session]]:
    """The sessions to come whose places are counted, the next first."""
    rows = Session.coming().filter(Session.CERTAIN, service__in=ids, cancelled_at=None, places__isnull=False)
    found = defaultdict(list)
    for row in rows.order_by("starts_at", "id"):
        found[row.service_id].append(row)
    return found


def build_index_rows(service: Service, sessions: list[Session], today: datetime.date) -> Iterator[IndexRow]:
    """One line for each place the service meets at, or one without a place."""
    schedules = [row for row in service.schedules.all() if row.valid_to is None or row.valid_to >= today]
    places: list[ServiceAtLocation | None] = [*service.at_locations.all()]
    for at in places or [None]:
        here = (None, at.pk) if at else (None,)
        own = [row for row in schedules if at is None or row.at_location_id in here]
        dated = [row for row in sessions if at is None or row.at_location_id in here][:MAX_ROOM_SESSIONS]
        yield _build_index_row(service, at.location if at else None, own, dated, today)


def _build_index_row(
    service: Service, location: Location | None, schedules: list[Schedule], dated: list[Session], today: datetime.date
) -> IndexRow:
    lat, lon = (location.latitude, location.longitude) if location else (None, None)
    when = format_schedules(schedules, today)
    where = location.short_address if location else ""
    terms = [link.term for link in service.service_terms.all()]
    about = [service.agency.name, where, *(term.name for term in terms if term.taxonomy.code != NEEDS_CODE)]
    needed = [term.words for term in terms] + [term.name for term in terms if term.taxonomy.code == NEEDS_CODE]
    access = list(facets.find_access_codes(location)) if location else []
    online, free = facets.is_online(location, schedules), service.is_free or facets.is_described_free(service)
    chips = [chip for chip, there in (("Free", free), ("Online", online)) if there] + [ACCESS[code] for code in access]
    price = "" if free else wording.format_short_price(service, today)
    body = [service.description, service.eligibility, service.fees, *when, *chips, *map(str, service.languages.all())]
    room, room_on = _find_room(service, dated)
    flags = {
        "#free": free,
        "#online": online or facets.is_by_phone(schedules),
        "#room": room,
        "#meets": service.meets_you,
    }
    offered = {flag for flag, there in flags.items() if there} | {f"#{code}" for code in access}
    offered |= {*facets.list_hours_facets(schedules, [*when, service.name])}
    offered |= {f"#lang-{code}" for row in service.languages.all() if (code := facets.parse_language_code(row))}
    hidden = [facets.term_facet(term.pk) for term in terms] + facets.list_age_facets(
        service.minimum_age, service.maximum_age
    )
    refused = [facets.term_facet(row.term_id) for row in service.need_corrections.all() if not row.carries]
    return IndexRow(
        service.pk,
        location.pk if location else None,
        lat,
        lon,
        service.name,
        " . ".join(about),
        "\n".join(body)[:50_000],
        " . ".join(needed),
        sorted(offered),
        hidden,
        refused,
        _shorten_hours(when),
        where,
        [price, *chips] if price else chips,
        room_on,
    )


def _find_room(service: Service, dated: list[Session]) -> tuple[bool, datetime.date | None]:
    """Whether it is known to have room, and on which day next: by its own sessions, else by what is said."""
    if service.status != Status.ACTIVE:
        return False, None
    if dated:
        day = next((timezone.localdate(row.starts_at) for row in dated if row.has_room), None)
        return day is not None, day
    return any(row.available for row in service.capacities.all()), None


def _shorten_hours(when: list[str]) -> str:
    return "; ".join(when) if len(when) < 4 else f"{'; '.join(when[:2])} and {len(when) - 2} other times"


# --- What search plans with ---------------------------------------------------------------------------

REFRESH_COUNTS_SQL = """
DELETE FROM directory_cell;
INSERT INTO directory_cell (cell, n) SELECT cell, count(*) FROM directory_spot, unnest(cells) cell GROUP BY cell;
CREATE TEMPORARY TABLE stems AS
    SELECT word AS stem, ndoc AS n FROM ts_stat('SELECT search FROM directory_spot');
CREATE TEMPORARY TABLE written AS
    SELECT word, (tsvector_to_array(hereabouts_words(word)))[1] AS stem FROM ts_stat($$
        SELECT to_tsvector('simple', s.name || ' ' || s.description) FROM directory_service s
        JOIN directory_spot p ON p.service_id = s.id LIMIT 50000 $$)
    WHERE word ~ '^[[:alpha:]]{3,30}$'
    UNION SELECT word, (tsvector_to_array(hereabouts_words(word)))[1] FROM ts_stat($$
        SELECT to_tsvector('simple', name) FROM agencies_agency
        UNION ALL SELECT to_tsvector('simple', name || ' ' || words) FROM directory_taxonomyterm $$)
    WHERE word ~ '^[[:alpha:]]{3,30}$';
DELETE FROM directory_word;
INSERT INTO directory_word (word, stem, n)
    SELECT word, stem, n FROM written JOIN stems USING (stem)
    UNION ALL SELECT left(stem, 100), left(stem, 100), n FROM stems
        WHERE NOT EXISTS (SELECT FROM written WHERE written.stem = stems.stem)
            AND NOT EXISTS (SELECT FROM written WHERE written.word = stems.stem)
    UNION ALL SELECT '#', '#', count(*) FROM directory_spot
    ON CONFLICT DO NOTHING;
DROP TABLE stems, written;
DELETE FROM directory_place WHERE NOT district AND NOT given;
INSERT INTO directory_place (name, shown, latitude, longitude, size, district)
    SELECT lower(city), min(city), avg(l.latitude), avg(l.longitude), count(*), false
    FROM directory_location l WHERE city <> '' AND l.latitude IS NOT NULL
        AND EXISTS (SELECT FROM directory_spot p WHERE p.location_id = l.id)
    GROUP BY lower(city) ON CONFLICT DO NOTHING;
"""


# The needs of a spot, when their words have changed since it was written.
MARK_NEEDS_SQL = f"""
WITH need AS MATERIALIZED ({NEED_QUERIES_SQL}),
now AS (
    SELECT spot.id, need.mark, true AS there FROM need JOIN directory_spot spot ON spot.search @@ need.query
    WHERE spot.id = ANY(%(spots)s) AND NOT spot.marks @> ARRAY[need.mark::varchar] AND NOT EXISTS (
        SELECT FROM directory_needcorrection said WHERE NOT said.carries
        AND said.service_id = spot.service_id AND '#' || replace(said.term_id::text, '-', '') = need.mark
    )
    UNION ALL SELECT spot.id, need.mark, false FROM need
    JOIN directory_spot spot ON spot.search @@ quote_literal(need.mark)::tsquery
    WHERE spot.id = ANY(%(spots)s) AND (spot.search @@ need.query) IS NOT TRUE AND NOT EXISTS (
        SELECT FROM directory_serviceterm link
        WHERE link.service_id = spot.service_id AND '#' || replace(link.term_id::text, '-', '') = need.mark
    )
),
changed AS (
    SELECT id, coalesce(array_agg(mark) FILTER (WHERE there), '{{}}') AS new,
        coalesce(array_agg(mark) FILTER (WHERE NOT there), '{{}}') AS old
    FROM now GROUP BY id
)
UPDATE directory_spot spot SET
    search = ts_delete(search, changed.old) || array_to_tsvector(changed.new),
    marks = ARRAY(SELECT mark FROM unnest(marks) mark WHERE mark <> ALL(changed.old)) || changed.new
FROM changed WHERE changed.id = spot.id
"""  # noqa: S608
REFRESH_WORTH_SQL = f"""
UPDATE directory_spot spot SET worth = {WORTH_SQL}
FROM directory_service service
WHERE spot.id = ANY(%(spots)s) AND service.id = spot.service_id AND abs(spot.worth - {WORTH_SQL}) > 0.01
"""  # noqa: S608


def mark_needs() -> int:
    """After the words of a need were changed: mark what speaks of it now, and no longer what does not."""
    return update_in_batches("mark-needs", Spot.objects.all(), MARK_NEEDS_SQL)


def refresh_ageing_rows() -> None:
    """What changes by itself from day to day: how fresh a listing is, which has room next, and needs' words.

    What an older making of this file has written is written anew. May be stopped: what is done is not done again.
    """
    late = models.Q(written_as__lt=INDEX_VERSION) | models.Q(room_on__lt=timezone.localdate())
    dated = Session.coming().filter(places__isnull=False)
    index_services({row.service_id for rows in (Spot.objects.filter(late), dated) for row in rows.only("service")})
    mark_needs()
    update_in_batches("refresh-worth", Spot.objects.all(), REFRESH_WORTH_SQL)


def update_in_batches(name: str, rows: models.QuerySet[Spot], statement: str) -> int:
    """Run an UPDATE of %(spots)s for some spots at a time; how many rows it has written."""

    def update(spots: list[int]) -> int:
        with connection.cursor() as cursor:
            cursor.execute(statement, {"spots": spots})
            return int(cursor.rowcount)

    return run_in_batches(name, rows, update, size=REFRESH_BATCH_SIZE)


@transaction.atomic
def refresh_counts() -> None:
    """Count the cells and the words again, and find the middles of the towns that services are in.

    After an import the server plans by these counts as well: until it looks by itself, a search took ten times as long.
    """
    with connection.cursor() as cursor:
        cursor.execute(REFRESH_COUNTS_SQL)
        cursor.execute("ANALYZE directory_spot, directory_word, directory_cell, directory_place, directory_service")
