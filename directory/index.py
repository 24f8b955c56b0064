"""Writes the search index. Whoever changes a service, its places or its hours calls `index` in the same deed.

`refresh` then counts again what search.py plans with; it follows every import and runs every night.
"""

import datetime
import re
import uuid
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from django.db import connection, transaction
from django.utils import timezone

from directory.hours import all_in_words
from directory.models import LISTED, Location, Schedule, Service, Spot
from directory.models.place import LocationType

BATCH = 500
LEVELS = 12  # sizes of grid cell: 0.5 km, doubled eleven times to 1,024 km
SMALLEST = 0.5  # km; the cells themselves are numbered by hereabouts_cell() (migration 0003)
EAST, NORTH = 64.571, 111.195  # km of a degree, as that function takes them
NOWHERE = -1  # the cell of what meets at no place: online, by phone, at home
ACCESS = (
    (r"step[- ]?free|no steps|level access|wheelchair|ramp", "Step-free"),
    (r"hearing loop|induction loop", "Hearing loop"),
    (r"(accessible|disabled) toilet", "Accessible toilet"),
)
NEEDED = (
    "agency", "schedules", "cost_options", "languages", "service_terms__term",
    "at_locations__location__accessibility",
)  # fmt: skip


class Line(NamedTuple):
    """One row to be written: the columns of Spot, with the words it is found by in three weights."""

    service: uuid.UUID
    location: uuid.UUID | None
    lat: float | None
    lon: float | None
    title: str
    about: str
    body: str
    marks: list[str]
    when: str
    where: str
    chips: list[str]


WRITE = """
INSERT INTO directory_spot (service_id, location_id, latitude, longitude, search, cells, "when", "where", chips)
VALUES (%(service)s, %(location)s, %(lat)s, %(lon)s,
    setweight(to_tsvector('hereabouts', %(title)s), 'A') || setweight(to_tsvector('hereabouts', %(about)s), 'B')
    || setweight(to_tsvector('hereabouts', %(body)s), 'D') || array_to_tsvector(%(marks)s::text[]),
    CASE WHEN %(lat)s::float8 IS NULL THEN ARRAY[-1] ELSE
        ARRAY(SELECT hereabouts_cell(%(lat)s, %(lon)s, level, 0, 0) FROM generate_series(0, 11) level) END,
    %(when)s, %(where)s, %(chips)s)
"""
LEARN = """
INSERT INTO directory_word (word, stem, n)
SELECT word, stem, 1 FROM unnest(%s::text[]) word
CROSS JOIN LATERAL (SELECT (tsvector_to_array(to_tsvector('hereabouts', word)))[1]) s(stem)
WHERE stem IS NOT NULL ON CONFLICT DO NOTHING
"""


def index(services: Iterable[uuid.UUID]) -> None:
    """Write anew what the services with these ids are found by; what no longer runs is found no more."""
    ids = iter(services)
    while batch := list(islice(ids, BATCH)):
        _index_batch(batch)


@transaction.atomic
def _index_batch(ids: list[uuid.UUID]) -> None:
    today = timezone.localdate()
    running = Service.objects.filter(LISTED, pk__in=ids).defer("received")
    rows = [line for service in running.prefetch_related(*NEEDED) for line in lines(service, today)]
    Spot.objects.filter(service__in=ids).delete()
    texts = (f"{row.title} {row.about} {row.body}".lower() for row in rows)
    words = {word for text in texts for word in re.findall(r"[^\W_]{2,30}", text)}
    with connection.cursor() as cursor:
        cursor.executemany(WRITE, [row._asdict() for row in rows])
        cursor.execute(LEARN, [sorted(words)])


def lines(service: Service, today: datetime.date) -> Iterator[Line]:
    """One line for each place the service meets at, or one without a place."""
    schedules = [row for row in service.schedules.all() if row.valid_to is None or row.valid_to >= today]
    places = list(service.at_locations.all())
    for at in places:
        own = [row for row in schedules if row.at_location_id in (None, at.pk)]
        yield _line(service, at.location, own, today)
    if not places:
        yield _line(service, None, schedules, today)


def _line(service: Service, location: Location | None, schedules: list[Schedule], today: datetime.date) -> Line:
    lat, lon = (location.latitude, location.longitude) if location else (None, None)
    when = all_in_words(schedules, today)
    where = location.short if location else ""
    terms = [link.term for link in service.service_terms.all()]
    about = [service.agency.name, where, *(term.name for term in terms)]
    chips = list(_chips(service, location))
    body = [service.description, service.eligibility, service.fees, *when, *chips, *map(str, service.languages.all())]
    body += [term.words for term in terms]
    marks = {f"#{day.lower()}" for row in schedules for day in row.days}
    marks |= {mark(term.pk) for term in terms} | {f"#{chip.lower()}" for chip in chips}
    return Line(
        service.pk, location.pk if location else None, lat, lon,
        service.name, " . ".join(about), "\n".join(body)[:50_000],
        sorted(marks), _shortened(when), where, chips,
    )  # fmt: skip


def mark(term: uuid.UUID) -> str:
    """How a taxonomy term stands among the words of the index."""
    return f"#{term.hex}"


def _shortened(when: list[str]) -> str:
    return "; ".join(when) if len(when) < 4 else f"{'; '.join(when[:2])} and {len(when) - 2} other times"


def _chips(service: Service, location: Location | None) -> Iterator[str]:
    if service.is_free:
        yield "Free"
    if location and location.location_type == LocationType.VIRTUAL:
        yield "Online"
    rows = location.accessibility.all() if location else []
    sentences = re.split(r"[.;\n]", ". ".join(f"{row.description}. {row.details}" for row in rows).lower())
    said = [part for part in sentences if not re.search(r"\b(not|no(?! steps))\b", part)]
    for pattern, chip in ACCESS:
        if any(re.search(pattern, part) for part in said):
            yield chip


# --- What search plans with ---------------------------------------------------------------------------

COUNT = """
DELETE FROM directory_cell;
INSERT INTO directory_cell (cell, n) SELECT cell, count(*) FROM directory_spot, unnest(cells) cell GROUP BY cell;
CREATE TEMPORARY TABLE stems ON COMMIT DROP AS
    SELECT word AS stem, ndoc AS n FROM ts_stat('SELECT search FROM directory_spot');
CREATE TEMPORARY TABLE written ON COMMIT DROP AS
    SELECT word, (tsvector_to_array(to_tsvector('hereabouts', word)))[1] AS stem FROM ts_stat($$
        SELECT to_tsvector('simple', s.name || ' ' || s.description) FROM directory_service s
        JOIN directory_spot p ON p.service_id = s.id LIMIT 50000 $$)
    WHERE word ~ '^[[:alpha:]]{3,30}$'
    UNION SELECT word, (tsvector_to_array(to_tsvector('hereabouts', word)))[1] FROM ts_stat($$
        SELECT to_tsvector('simple', name) FROM agencies_agency
        UNION ALL SELECT to_tsvector('simple', name || ' ' || words) FROM directory_taxonomyterm $$)
    WHERE word ~ '^[[:alpha:]]{3,30}$';
DELETE FROM directory_word;
INSERT INTO directory_word (word, stem, n)
    SELECT word, stem, n FROM written JOIN stems USING (stem)
    UNION ALL SELECT left(stem, 100), left(stem, 100), n FROM stems
        WHERE NOT EXISTS (SELECT FROM written WHERE written.stem = stems.stem OR written.word = stems.stem)
    UNION ALL SELECT '#', '#', count(*) FROM directory_spot
    ON CONFLICT DO NOTHING;
DELETE FROM directory_place WHERE NOT district AND NOT given;
INSERT INTO directory_place (name, shown, latitude, longitude, size, district)
    SELECT lower(city), min(city), avg(l.latitude), avg(l.longitude), count(*), false
    FROM directory_location l WHERE city <> '' AND l.latitude IS NOT NULL
        AND EXISTS (SELECT FROM directory_spot p WHERE p.location_id = l.id)
    GROUP BY lower(city) ON CONFLICT DO NOTHING;
"""


@transaction.atomic
def refresh() -> None:
    """Count the cells and the words again, and find the middles of the towns that services are in."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS pg_temp.stems, pg_temp.written")
        cursor.execute(COUNT)
