"""What the directory does by itself at night."""

import datetime

from django.utils import timezone

from directory.jobs import refresh_directory
from directory.models import Cell, Schedule, Spot, Word
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
