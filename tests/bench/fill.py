"""Made-up services in any number, spread over Great Britain in clusters, for measuring the search.

`fill(n)` brings the directory of the current database to n made-up services, in SQL (1,000,000 take minutes). They
carry every mark that a filter asks for, each as often as in a real directory and independent of the others.

    python -m tests.bench.fill 100000           in the database in use, where a demo place is
"""

import os
import random
import sys
from contextlib import suppress
from functools import cache

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
    django.setup()

from django.db import ProgrammingError, connection, transaction

from directory.catalogue.facets import DAY_PARTS, list_age_facets, term_facet
from directory.models import TaxonomyTerm
from directory.models.session import DAY_NAMES
from directory.search.index import INDEX_VERSION, WORTH_SQL, refresh_counts
from tests.bench.table import say

REAL = """
walking gardening choir singing dance yoga lunch club coffee morning advice debt benefits housing carers
support bereavement counselling memory cafe dementia stroke diabetes exercise swimming bowls football tennis
cycling art craft knitting sewing reading library history book music drama theatre computer digital skills
english volunteering befriending visiting transport shopping food bank community fridge cooking parents
toddlers baby youth scouts guides men shed women group faith church mosque temple veterans lgbt disability
wheelchair sight hearing deaf autism mental health anxiety depression addiction alcohol recovery smoking
weight healthy eating tai chi pilates badminton table chess cards bingo quiz photography film nature birds
wildlife allotment environment repair recycling legal immigration
""".split()  # noqa: SIM905
TOWNS = (  # latitude, longitude, weight: about where people live
    (51.51, -0.13, 9),
    (52.48, -1.90, 3),
    (53.48, -2.24, 3),
    (53.80, -1.55, 2),
    (55.86, -4.25, 2),
    (53.41, -2.98, 2),
    (55.95, -3.19, 1),
    (51.45, -2.59, 1),
    (53.38, -1.47, 1),
    (54.97, -1.61, 1),
    (52.95, -1.15, 1),
    (51.48, -3.18, 1),
    (50.82, -0.14, 1),
    (50.81, -0.37, 1),
    (52.63, 1.30, 1),
    (50.37, -4.14, 1),
    (51.75, -1.26, 1),
    (52.21, 0.12, 1),
    (57.15, -2.09, 1),
    (53.96, -1.08, 1),
    (50.72, -3.53, 1),
    (51.62, -3.94, 1),
    (52.41, -1.51, 1),
    (54.90, -2.93, 1),
)
SNIPPETS, LONG = 20_000, 8  # texts are put together from so many runs of words, with so many words each
BATCH = 100_000  # services between two words of progress

# Zipf's law with its head cut off: the commonest word is in one description of ten, as in real directories.
WORDS = """(SELECT string_agg(word, ' ') FROM (
    SELECT vocabulary[1 + floor(60 * (exp(random() * ln(1 + {most} / 60.0)) - 1))::int] AS word
    FROM generate_series(1, {count}) WHERE i >= 0) said)"""
TEXTS = f"""
CREATE TEMPORARY TABLE made ON COMMIT DROP AS
SELECT i AS number, initcap({WORDS.format(most="%(real)s", count=3)}) AS name,
    {WORDS.format(most="%(all)s", count=LONG)} AS snippet
FROM generate_series(0, {SNIPPETS - 1}) i, (SELECT %(vocabulary)s::text[] AS vocabulary) v
"""
SERVICES = f"""
INSERT INTO directory_service (id, agency_id, name, description, url, email, phone, referral_email, status, fees,
    accreditations, eligibility, application, alert, assurer_email, source, digest, received, created_at, last_modified,
    published_at, meets_you, minimum_age, maximum_age, quality, assured_date, answers, reply_days)
SELECT md5('service' || i)::uuid, md5('agency' || mod(i, %(agencies)s))::uuid, m0.name,
    concat_ws(' ', m1.snippet, m2.snippet, m3.snippet, m4.snippet),
    '', '', '01632 960100', '', 'active', '', '', '', '', '', '', 'bench', '', '{{}}', now(), now(),
    now(), i %% 11 = 0, CASE WHEN i %% 4 = 0 THEN 18 WHEN i %% 4 = 1 AND i %% 5 = 0 THEN 55 END,
    CASE WHEN i %% 4 = 3 AND i %% 5 = 0 THEN 11 END, 30 + mod(i, 61),
    CASE WHEN i %% 3 > 0 THEN current_date - mod(i * 7, 600) END, mod(i, 13), CASE WHEN i %% 13 > 4 THEN mod(i, 10) END
FROM (
    SELECT i, {", ".join(f"floor(random() * {SNIPPETS})::int AS n{n}" for n in range(5))}
    FROM generate_series(%(first)s, %(last)s) i
) picked
{" ".join(f"JOIN made m{n} ON m{n}.number = picked.n{n}" for n in range(5))}
"""
PLACES = """
INSERT INTO directory_location (id, location_type, name, description, address, city, region, county, postcode,
    country, transport, source, received, latitude, longitude)
SELECT md5('location' || i)::uuid, 'physical', 'Hall ' || i, '', '', 'Town ' || town, '', '', '', 'GB', '',
    'bench', '{}',
    (%(lats)s::float8[])[town] + spread * cos(angle), (%(lons)s::float8[])[town] + 1.6 * spread * sin(angle)
FROM (
    SELECT i, 1 + floor(random() * %(towns)s)::int AS town, 0.6 * random() AS spread,
        6.2832 * random() AS angle
    FROM generate_series(%(first)s, %(last)s) i
) made
"""
SPOTS = f"""
INSERT INTO directory_spot (service_id, location_id, latitude, longitude, search, cells, "when", "where", chips,
    marks, worth, room_on, written_as)
SELECT service.id, l.id, l.latitude, l.longitude,
    setweight(hereabouts_words(service.name), 'A')
        || setweight(hereabouts_words(service.description), 'C')
        || array_to_tsvector(offered || CASE WHEN minimum_age = 18 THEN %(adults)s::text[]
            WHEN minimum_age = 55 THEN %(older)s::text[] WHEN maximum_age = 11 THEN %(children)s::text[]
            ELSE %(anyone)s::text[] END),
    CASE WHEN l.id IS NULL THEN ARRAY[-1] ELSE
        ARRAY(SELECT hereabouts_cell(l.latitude, l.longitude, level, 0, 0) FROM generate_series(0, 11) level) END,
    'Tuesdays, 2pm to 4pm', coalesce(l.name || ', ' || l.city, ''),
    CASE WHEN i %% 3 = 0 THEN ARRAY['Free'] ELSE '{{}}' END,
    offered, {WORTH_SQL}, CASE WHEN i %% 5 = 0 THEN current_date + mod(i, 20) END, {INDEX_VERSION}
FROM (
    SELECT i, array_remove(ARRAY[
        '#' || (%(days)s::text[])[1 + i %% 7], '#' || part, '#' || (%(days)s::text[])[1 + i %% 7] || '-' || part,
        CASE WHEN i %% 3 = 0 THEN '#free' END, CASE WHEN i %% 5 = 0 THEN '#room' END,
        CASE WHEN i %% 11 = 0 THEN '#meets' END, CASE WHEN i %% 17 = 0 THEN '#online' END,
        CASE WHEN i %% 13 < 5 THEN '#step-free' END, CASE WHEN i %% 19 < 2 THEN '#hearing-loop' END,
        CASE WHEN i %% 31 = 0 THEN '#lang-' || (%(languages)s::text[])[1 + i %% 4] END,
        CASE WHEN i %% 5 < 3 THEN (%(needs)s::text[])[1 + mod(abs(hashint4(i)::bigint), 15)] END
    ], NULL) AS offered
    FROM generate_series(%(first)s, %(last)s) i,
        LATERAL (SELECT (%(parts)s::text[])[1 + mod(abs(hashint4(i + 1)::bigint), 3)] AS part) at
) made
JOIN directory_service service ON service.id = md5('service' || i)::uuid
LEFT JOIN directory_location l ON l.id = md5('location' || i)::uuid AND i %% 50 <> 0
"""
INDEXES = {  # as in directory/models/index.py
    "spot_search_cells": "(search, cells) WITH (fastupdate = off)",
    "spot_search_elsewhere": "(search) WITH (fastupdate = off) WHERE latitude IS NULL",
}
AGENCIES = """
INSERT INTO agencies_agency (id, name, kind, description, ods_code, email, phone, url, address, postcode,
    answer_days, contact_days, source, received, joined_at)
SELECT md5('agency' || i)::uuid, 'Group ' || i, 'voluntary', '', '', 'group' || i || '@group.example.org', '', '', '',
    '', 2, 3, 'bench', '{}', now()
FROM generate_series(0, %(agencies)s - 1) i ON CONFLICT DO NOTHING
"""


@cache
def rare_words() -> list[str]:
    """Words that sound like words, each rarer than the one before."""
    pick = random.Random(1)
    return ["".join(map(pick.choice, ("bdfgklmnprst", "aeiou") * pick.randint(2, 4))) for _ in range(6000)]


def fill(n: int) -> None:
    """Add made-up services until there are n; nothing to do when there are."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM directory_service WHERE source = 'bench'")
        have = cursor.fetchone()[0]
        if have >= n:
            return
        with transaction.atomic():
            _write(cursor, have + 1, n)
            refresh_counts()
        for table in ("service", "spot", "location", "word", "cell"):
            cursor.execute(f"VACUUM ANALYZE directory_{table}")


def _write(cursor, first: int, last: int) -> None:
    made = rare_words()
    towns = [town for town in TOWNS for _ in range(town[2])]
    values = {
        "agencies": 5000,
        "real": len(REAL),
        "all": len(REAL) + len(made),
        "vocabulary": [*REAL, *made],
        "lats": [t[0] for t in towns],
        "lons": [t[1] for t in towns],
        "towns": len(towns),
        "days": [day.lower() for day in DAY_NAMES],
        "parts": [*DAY_PARTS],
        "languages": ["pl", "ur", "so", "bfi"],
        "needs": [term_facet(term.pk) for term in TaxonomyTerm.needs()],
        "adults": list_age_facets(18, None),
        "older": list_age_facets(55, None),
        "children": list_age_facets(None, 11),
        "anyone": list_age_facets(None, None),
    }
    cursor.execute("SELECT setseed(0.5)")
    with suppress(ProgrammingError), transaction.atomic():  # a superuser's: the rows fit together, no key is checked
        cursor.execute("SET LOCAL session_replication_role = replica")
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # an index is made at the end: nothing may be left to check
    cursor.execute("SET LOCAL synchronous_commit = off")
    for name in INDEXES:
        cursor.execute(f"DROP INDEX IF EXISTS {name}")  # built at the end: much quicker than row by row
    for statement in (AGENCIES, TEXTS):
        cursor.execute(statement, values)
    for begin in range(first, last + 1, BATCH):
        end = min(begin + BATCH - 1, last)
        for statement in (SERVICES, PLACES, SPOTS):
            cursor.execute(statement, values | {"first": begin, "last": end})
        say(f"{end:,} of {last:,} services are written.")
    cursor.execute("SET LOCAL maintenance_work_mem = '512MB'")
    for name, made_of in INDEXES.items():
        cursor.execute(f"CREATE INDEX {name} ON directory_spot USING gin {made_of}")
    cursor.execute("ANALYZE directory_spot, directory_service, directory_location")


if __name__ == "__main__":
    fill(int(sys.argv[1]))
