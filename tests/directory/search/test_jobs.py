"""What the directory does by itself at night."""

import datetime

from django.db import connection
from django.utils import timezone

from directory.jobs import refresh_directory
from directory.models import Cell, Location, Schedule, Service, Spot, Word
from directory.search.index import index_services
from directory.search.statement import SearchQuery, search
from tests.directory.making import listed
from tests.factories import ServiceFactory


def test_hours_that_are_over_are_found_no_more() -> None:
    listed("Walk", day="TU")
    Schedule.objects.update(valid_to=timezone.localdate() - datetime.timedelta(days=1))
    assert search(SearchQuery(day="TU")).cards
    refresh_directory(timestamp=0)
    assert not search(SearchQuery(day="TU")).cards
    assert search(SearchQuery(words="walk")).cards


def test_what_nobody_indexed_is_found_and_counted() -> None:
    ServiceFactory(name="Bowls")
    refresh_directory(timestamp=0)
    assert search(SearchQuery(words="bowls")).cards
    assert Word.objects.get(word="bowls").n == 1


def test_twice_is_as_good_as_once() -> None:
    listed("Walk", day="TU")
    for _ in range(2):
        refresh_directory(timestamp=0)
    assert Spot.objects.count() == 1
    assert set(Cell.objects.values_list("n", flat=True)) == {1}


def versions() -> list[tuple[int, str]]:
    """Each spot, and where PostgreSQL keeps it: another place when it was written again."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, ctid::text FROM directory_spot ORDER BY id")
        return cursor.fetchall()


def test_what_is_as_it_was_is_not_written() -> None:
    walk, choir = listed("Walk", day="TU"), listed("Choir", day="WE")
    Schedule.objects.filter(service=walk).update(valid_to=timezone.localdate() - datetime.timedelta(days=1))
    refresh_directory(timestamp=0)
    before = versions()
    refresh_directory(timestamp=0)
    assert versions() == before
    Service.objects.filter(pk=choir.pk).update(quality=100)
    refresh_directory(timestamp=0)
    assert len({*versions()} - {*before}) == 1


def test_a_place_that_it_meets_at_no_more_is_found_no_more() -> None:
    walk = listed("Walk", day="TU")
    there = walk.at_locations.get()
    walk.at_locations.create(location=Location.objects.create(name="Second hall"))
    index_services([walk.pk])
    assert Spot.objects.count() == 2
    there.delete()
    index_services([walk.pk])
    assert Spot.objects.get().location_id != there.location_id
    walk.at_locations.all().delete()
    index_services([walk.pk])
    assert Spot.objects.get().location_id is None


def test_counting_lets_the_server_plan_by_the_same_counts() -> None:
    with connection.cursor() as cursor:
        listed("Walk")
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'directory_spot'::regclass")
        assert cursor.fetchone()[0] == 1
