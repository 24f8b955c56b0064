"""The steward's words. A search reads them as they stand, so a change counts from the next search on."""

from django.db import connection, transaction

from agencies.models import Membership
from directory.geography.grid import Point
from directory.models import Place, StopWord, Synonym

# As directory.search.index counts the towns each night, for one name.
INSERT_TOWN_SQL = """
INSERT INTO directory_place (name, shown, latitude, longitude, size, district)
    SELECT lower(city), min(city), avg(l.latitude), avg(l.longitude), count(*), false
    FROM directory_location l WHERE lower(city) = %s AND l.latitude IS NOT NULL
        AND EXISTS (SELECT FROM directory_spot p WHERE p.location_id = l.id)
    GROUP BY lower(city) ON CONFLICT DO NOTHING
"""


@transaction.atomic
def save_synonym(*, typed: str, means: str, by: Membership, synonym: Synonym | None = None) -> Synonym:
    """Add one, or change `synonym`. The same one sent twice is there once."""
    if synonym is None:
        synonym = Synonym.visible_to(by).filter(typed=typed).first() or Synonym()
    synonym.typed, synonym.means = typed, means
    synonym.save()
    return synonym


@transaction.atomic
def save_stop_word(*, word: str, by: Membership) -> StopWord:
    return StopWord.visible_to(by).get_or_create(word=word)[0]


@transaction.atomic
def save_place(*, name: str, point: Point, by: Membership, given: Place | None = None) -> Place:
    """Add a neighbourhood, or rename or move `given`. A town counted from its listings gives way to it."""
    if given and given.pk != name.lower():
        remove_place(place=given, by=by)
    row = {"shown": name, "latitude": point.lat, "longitude": point.lon, "given": True}
    return Place.objects.update_or_create(name=name.lower(), defaults=row)[0]


@transaction.atomic
def remove_place(*, place: Place, by: Membership) -> None:
    """A town of that name is found by its listings again."""
    Place.visible_to(by).filter(pk=place.pk).delete()
    with connection.cursor() as cursor:
        cursor.execute(INSERT_TOWN_SQL, [place.pk])
