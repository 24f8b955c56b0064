"""`join_places`: imported places that came under several ids, reported, and joined only with --write."""

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from directory.exchange.actions.places import find_duplicate_places
from directory.models import Location, Schedule, Service, Spot
from tests.directory.exchange.test_importer import run, walk


def at(key: str, place: str = "St Mary's Hall", street: str = "Church Road", **changed: Any) -> dict[str, Any]:
    raw = walk(key, **changed)
    location = raw["service_at_locations"][0]["location"]
    location["name"], location["addresses"][0]["address_1"] = place, street
    raw["service_at_locations"][0]["schedules"] = [{"freq": "WEEKLY", "byday": "FR"}]
    return raw


def said(*options: str) -> str:
    out = StringIO()
    call_command("join_places", *options, stdout=out)
    return out.getvalue()


def test_nothing_is_changed_without_write() -> None:
    run(at("a"), at("b", place="St. Marys Hall"))
    text = said()
    assert "1 places would be joined to 1" in text
    assert "St. Marys Hall" in text
    assert Location.objects.filter(joined_to=None).count() == 2


def test_services_move_with_their_hours_and_are_found_there() -> None:
    run(at("a"), at("b", place="St. Marys Hall"), at("c", place="St. Marys Hall"))
    assert "2 places joined to 1" in said("--write")
    kept = Location.objects.get(joined_to=None)
    assert kept.at_services.count() == 3
    assert set(Spot.objects.values_list("location", flat=True)) == {kept.pk}
    assert Schedule.objects.filter(at_location__location=kept, byday="FR").count() == 3
    assert "0 places would be joined" in said()


def test_a_service_that_met_at_both_meets_there_once_with_both_hours() -> None:
    raw = at("a")
    raw["service_at_locations"].append(at("b", place="Saint Mary's Hall")["service_at_locations"][0])
    run(raw)
    said("--write")
    service = Service.objects.get()
    assert service.at_locations.count() == 1
    assert service.at_locations.get().schedules.count() == 2


def test_the_feed_that_sends_them_again_does_not_undo_it() -> None:
    run(at("a"), at("b", place="St. Marys Hall"))
    said("--write")
    kept = Location.objects.get(joined_to=None)
    report = run(at("a", fees="£1"), at("b", place="St. Marys Hall", fees="£1"))
    assert (report.changed, report.refused) == (2, 0)
    assert kept.at_services.count() == 2


@pytest.mark.parametrize(
    "other",
    [
        at("b", place="Library"),
        at("b", place="St Mary's Hall 2"),
        at("b", place="", street="12 Church Road"),
        at("b", street="9 Church Road"),
    ],
    ids=["another name", "another number", "no name, another street", "another house"],
)
def test_places_that_only_share_a_postcode_stay(other: dict[str, Any]) -> None:
    run(at("a", street="7 Church Road"), other)
    assert find_duplicate_places() == []


def test_places_of_different_sources_are_joined_only_when_asked() -> None:
    run(at("a"), source="one")
    run(at("b"), source="two")
    assert find_duplicate_places() == []
    assert len(find_duplicate_places(across=True)) == 1
