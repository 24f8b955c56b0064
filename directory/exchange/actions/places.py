"""Finds places that a feed sends more than once under different ids, and joins them."""

import uuid
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection, transaction
from django.db.models import Count

from directory.models import Accessibility, Location, Schedule, ServiceAtLocation, Session
from directory.search.index import index_services, refresh_counts

MIN_NAME_SIMILARITY = 0.6  # similarity of trigrams of two names, from which they are the same name
DUPLICATE_PLACES_SQL = """
WITH places AS MATERIALIZED (
    SELECT id, source, replace(upper(postcode), ' ', '') AS code, lower(regexp_replace(name, '^the ', '', 'i')) AS name,
        lower(split_part(address, E'\\n', 1)) AS street, latitude AS lat, longitude AS lon
    FROM directory_location
    WHERE source <> '' AND joined_to_id IS NULL AND location_type = 'physical' AND replace(postcode, ' ', '') <> ''
)
SELECT a.id, b.id FROM places a JOIN places b ON a.code = b.code AND a.id < b.id
WHERE (a.source = b.source OR %(across)s)
    AND (a.name <> '' AND b.name <> '' AND similarity(a.name, b.name) >= %(alike)s
        OR (a.name = '' OR b.name = '') AND a.street <> '' AND similarity(a.street, b.street) >= 0.8)
    AND ARRAY(SELECT unnest(regexp_matches(a.name, '[0-9]+', 'g')) ORDER BY 1)
        = ARRAY(SELECT unnest(regexp_matches(b.name, '[0-9]+', 'g')) ORDER BY 1)
    AND (a.street !~ '[0-9]' OR b.street !~ '[0-9]' OR substring(a.street, '[0-9]+') = substring(b.street, '[0-9]+'))
    AND (a.lat IS NULL OR b.lat IS NULL OR abs(a.lat - b.lat) < 0.005 AND abs(a.lon - b.lon) < 0.01)
ORDER BY a.id, b.id
"""


@dataclass(frozen=True)
class DuplicatePlaces:
    """One place under several ids: the one that is kept, those joined to it, and how many services meet there."""

    kept: Location
    doubles: Sequence[Location]
    services: int


def find_duplicate_places(*, across: bool = False) -> list[DuplicatePlaces]:
    """Groups of imported places with the same postcode and a similar name; of one source, or `across` all of them.

    Kept is the one with most services, then the one that says most about itself.
    """
    with connection.cursor() as cursor:
        cursor.execute(DUPLICATE_PLACES_SQL, {"across": across, "alike": MIN_NAME_SIMILARITY})
        groups = _group_pairs(cursor.fetchall())
    rows = Location.objects.filter(pk__in={pk for group in groups for pk in group})
    places, services = rows.in_bulk(), dict(rows.annotate(n=Count("at_services")).values_list("pk", "n"))

    def rank(row: Location) -> tuple[object, ...]:
        said = sum(map(bool, (row.name, row.address, row.city, row.latitude, row.transport, row.description)))
        return services[row.pk], said, row.pk.hex

    found = []
    for group in groups:
        ordered = sorted((places[pk] for pk in group), key=rank, reverse=True)
        found.append(DuplicatePlaces(ordered[0], ordered[1:], sum(services[row.pk] for row in ordered)))
    return sorted(found, key=lambda one: (one.kept.postcode, one.kept.name))


def _group_pairs(pairs: list[tuple[uuid.UUID, uuid.UUID]]) -> list[list[uuid.UUID]]:
    """Pairs that share a place are one group."""
    home: dict[uuid.UUID, uuid.UUID] = {}

    def find(pk: uuid.UUID) -> uuid.UUID:
        while home.setdefault(pk, pk) != pk:
            pk = home[pk]
        return pk

    for one, other in pairs:
        home[find(other)] = find(one)
    groups = defaultdict(list)
    for pk in sorted(home):
        groups[find(pk)].append(pk)
    return [group for group in groups.values() if len(group) > 1]


@transaction.atomic
def join_places(found: list[DuplicatePlaces]) -> int:
    """Let the services of each double meet at the place that is kept; how many services that concerns.

    The doubles stay as rows that lead there, so that the feed that sends them again does not undo it. Schedules and
    sessions go with their service. The index is written anew.
    """
    touched: set[uuid.UUID] = set()
    for one in found:
        for double in one.doubles:
            touched |= _move_services(double, one.kept)
    index_services(sorted(touched))
    if touched:
        refresh_counts()
    return len(touched)


def _move_services(double: Location, kept: Location) -> set[uuid.UUID]:
    links = list(ServiceAtLocation.objects.filter(location=double).order_by("pk"))
    there = {at.service_id: at for at in ServiceAtLocation.objects.filter(location=kept)}
    for link in links:
        if at := there.get(link.service_id):  # the service met at both
            Schedule.objects.filter(at_location=link).update(at_location=at)
            Session.objects.filter(at_location=link).update(at_location=at)
            link.delete()
        else:
            link.location = kept
            link.save(update_fields=["location"])
            there[link.service_id] = link
    said = set(kept.accessibility.values_list("description", flat=True))
    Accessibility.objects.filter(location=double).exclude(description__in=said).update(location=kept)
    Location.objects.filter(joined_to=double).update(joined_to=kept)
    Location.objects.filter(pk=double.pk).update(joined_to=kept)
    return {link.service_id for link in links}
