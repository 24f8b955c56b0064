"""Finds listings of different sources that may be the same, for the steward to join. One statement, not n².

Only neighbours are compared: the same postcode, or the same or the next square of a grid, then at most 300 m.
"""

from typing import Any

from django.db import connection

from directory.models import LISTED, Decision, Likeness, Service

MAX_SUGGESTIONS = 5_000  # pairs suggested after one import, the likeliest first
MAX_PAIRS_PER_LISTING = 2  # pairs that one listing is suggested in, the likeliest
MAX_DISTANCE_METRES = 300  # metres
# Degrees of a square that is 300 m or more on each side anywhere in the British Isles (to 61 degrees north).
SQUARE_HEIGHT_DEGREES, SQUARE_WIDTH_DEGREES = 0.0028, 0.006

FIND_DUPLICATES_SQL = """
WITH listed AS MATERIALIZED (
    SELECT s.id, s.source, lower(s.name) AS name, lower(a.name) AS agency,
        right(regexp_replace(coalesce(nullif(s.phone, ''), a.phone), '[^0-9]', '', 'g'), 10) AS phone,
        regexp_replace(lower(coalesce(nullif(s.url, ''), a.url)), '^https?://(www\\.)?|/+$', '', 'g') AS site,
        replace(upper(l.postcode), ' ', '') AS postcode, l.latitude AS lat, l.longitude AS lon,
        floor(l.latitude / %(tall)s)::int AS row, floor(l.longitude / %(wide)s)::int AS col
    FROM directory_service s JOIN agencies_agency a ON a.id = s.agency_id
    JOIN directory_serviceatlocation at ON at.service_id = s.id JOIN directory_location l ON l.id = at.location_id
    WHERE s.status IN ('active', 'temporarily closed') AND s.published_at IS NOT NULL AND s.hidden_at IS NULL
        AND s.joined_to_id IS NULL
), ours AS MATERIALIZED (SELECT * FROM listed WHERE source = %(source)s),
theirs AS MATERIALIZED (SELECT * FROM listed WHERE source <> %(source)s),
pairs AS (
    SELECT o.id AS one, t.id AS other FROM ours o JOIN theirs t USING (postcode) WHERE o.postcode <> ''
    UNION
    SELECT o.id, t.id FROM ours o CROSS JOIN generate_series(-1, 1) y CROSS JOIN generate_series(-1, 1) x
    JOIN theirs t ON t.row = o.row + y AND t.col = o.col + x
    WHERE sqrt(power((o.lat - t.lat) * 111195, 2)
        + power((o.lon - t.lon) * 111195 * cos(radians(o.lat)), 2)) < %(near)s
), compared AS (
    SELECT p.one, p.other, similarity(o.name, t.name) AS names, similarity(o.agency, t.agency) AS agencies,
        length(o.phone) >= 9 AND o.phone = t.phone AS phones, o.site <> '' AND o.site = t.site AS sites,
        o.postcode <> '' AND o.postcode = t.postcode AS postcodes
    FROM pairs p JOIN (SELECT DISTINCT ON (id) * FROM ours ORDER BY id, postcode) o ON o.id = p.one
    JOIN (SELECT DISTINCT ON (id) * FROM theirs ORDER BY id, postcode) t ON t.id = p.other
), scored AS (
    SELECT *, least(1, 0.55 * names + 0.2 * agencies + 0.15 * phones::int + 0.1 * sites::int) AS score
    FROM compared
    WHERE names >= 0.75 OR names >= 0.5 AND agencies >= 0.5 OR names >= 0.35 AND (phones OR sites)
), ranked AS (
    SELECT *, row_number() OVER (PARTITION BY one ORDER BY score DESC, other) AS of_one,
        row_number() OVER (PARTITION BY other ORDER BY score DESC, one) AS of_other
    FROM scored
)
SELECT least(one, other), greatest(one, other), names, agencies, phones, sites, postcodes, score
FROM ranked WHERE of_one <= %(each)s AND of_other <= %(each)s
ORDER BY score DESC, one, other LIMIT %(most)s
"""


def suggest_duplicates(source: str) -> int:
    """Suggest what of this source looks like a listing of another; how many pairs are new.

    What the steward has decided on is not suggested again. Suggestions about what is no longer listed are dropped.
    """
    listed = Service.objects.filter(LISTED)
    waiting = Likeness.objects.filter(decision=Decision.OPEN)
    waiting.exclude(first__in=listed).delete()
    waiting.exclude(second__in=listed).delete()
    before = Likeness.objects.count()
    with connection.cursor() as cursor:
        cursor.execute(
            FIND_DUPLICATES_SQL,
            {
                "source": source,
                "tall": SQUARE_HEIGHT_DEGREES,
                "wide": SQUARE_WIDTH_DEGREES,
                "near": MAX_DISTANCE_METRES,
                "each": MAX_PAIRS_PER_LISTING,
                "most": MAX_SUGGESTIONS,
            },
        )
        rows = cursor.fetchall()
    found = [
        Likeness(first_id=first, second_id=second, score=round(score, 3), why=_explain_likeness(*marks))
        for first, second, *marks, score in rows
    ]
    Likeness.objects.bulk_create(found, ignore_conflicts=True, batch_size=500)
    return Likeness.objects.count() - before


def _explain_likeness(names: float, agencies: float, phones: bool, sites: bool, postcodes: bool) -> str:
    """In words, for the steward: "Same postcode, the same name, same phone number"."""
    said: list[Any] = ["Same postcode" if postcodes else f"Less than {MAX_DISTANCE_METRES} metres apart"]
    said.append(
        "the same name" if names > 0.99 else "names that look alike" if names >= 0.5 else "names a little alike"
    )
    said.append(
        "the same organisation" if agencies > 0.99 else "organisations that look alike" if agencies >= 0.5 else ""
    )
    said += ["the same phone number" if phones else "", "the same website" if sites else ""]
    return ", ".join(filter(None, said))
