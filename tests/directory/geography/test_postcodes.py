"""Postcodes, districts and places, with no network."""

import pytest
from django.core.management import call_command
from django.test import Client

from directory.geography.grid import BRITISH, IRISH, grid_to_point
from directory.geography.postcodes import find_place, find_postcode, load_areas, load_areas_around, postcode_area
from directory.models import Location, Place, Postcode
from tests.directory.making import listed

# ONS coordinates → latitude and longitude worked out by pyproj (shared standards, postcodes.md).
KNOWN = [
    ("SW1A 1AA", 51.50101, -0.14159),
    ("YO1 7HH", 53.96155, -1.08190),
    ("BT1 5GS", 54.59664, -5.93008),  # on the Irish grid: read as British it would lie in the Mersey
]


@pytest.mark.parametrize(("code", "lat", "lon"), KNOWN)
def test_a_postcode_of_an_area_that_is_not_loaded_is_read_from_the_file(code: str, lat: float, lon: float) -> None:
    point = find_postcode(code)
    assert point == (pytest.approx(lat, abs=1e-5), pytest.approx(lon, abs=1e-5))


def test_the_two_grids_are_told_apart() -> None:
    assert grid_to_point(400_000, 100_000, BRITISH) == (
        pytest.approx(50.7994, abs=0.001),
        pytest.approx(-2.0, abs=0.005),
    )
    assert grid_to_point(200_000, 250_000, IRISH) == (pytest.approx(53.5, abs=0.001), pytest.approx(-8.0, abs=0.005))


@pytest.mark.parametrize("text", ["bn11 2aa", "BN112AA", " bn11  2aa ", "Bn11-2aa"])
def test_a_postcode_may_be_written_in_any_way(text: str) -> None:
    assert find_postcode(text) == (pytest.approx(50.8193, abs=0.001), pytest.approx(-0.3646, abs=0.001))


@pytest.mark.parametrize("text", ["", "BN11", "ZZ1 1AA", "BN99 9ZZ", "nowhere", "\x00", "🐟", "B" * 10_000, "GY1 1AA"])
def test_what_is_no_postcode_is_none(text: str) -> None:
    assert find_postcode(text) is None


def test_loaded_areas_answer_from_the_table_and_load_once() -> None:
    count = load_areas(["lu"])
    assert count == Postcode.objects.count() > 5_000
    assert load_areas(["LU"]) == 0
    assert find_postcode("LU1 2AA") == (pytest.approx(51.8781, abs=0.0001), pytest.approx(-0.4141, abs=0.0001))
    assert find_postcode("LU99 9ZZ") is None


def test_a_district_is_the_middle_of_its_postcodes() -> None:
    load_areas(["LU"])
    for text in ("LU1", "lu1", "LU1 2"):
        name, point = find_place(text) or ("", None)
        assert (name, point) == ("LU1", (pytest.approx(51.87, abs=0.02), pytest.approx(-0.43, abs=0.03)))
    assert find_place("LU99") is None


def test_a_town_is_where_its_activities_are() -> None:
    listed("Harbour walk", at=(50.83, -0.27), city="Shoreham-by-Sea")
    listed("Garden club", at=(50.81, -0.37), city="Worthing")
    for text in ("Shoreham-by-Sea", "shoreham", "SHOREHAM BY SEA"):
        assert find_place(text) == ("Shoreham-by-Sea", (50.83, -0.27))
    assert find_place("worthin") == ("Worthing", (50.81, -0.37))
    assert find_place("wrothing") == ("Worthing", (50.81, -0.37))


@pytest.mark.parametrize("text", ["", "%", "_", "\\", "'; DROP TABLE", "\x00\x00", "🐟", "x" * 10_000_000])
def test_what_is_no_place_is_none(text: str) -> None:
    listed("Harbour walk")
    assert find_place(text) is None


def test_the_command_says_how_many_came(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("load_postcodes", "ZE", verbosity=1)
    assert "postcodes loaded" in capsys.readouterr().out
    assert Place.objects.filter(district=True, shown="ZE1").exists()


def test_the_areas_that_places_lie_in_are_loaded() -> None:
    for postcode in ("ZE1 0AA", "ze1 0ab", "LU1 2AA", "", "nowhere", "12345"):
        Location.objects.create(name="Hall", postcode=postcode)
    load_areas_around(most=1)
    assert {postcode_area(code) for code in Postcode.objects.values_list("code", flat=True)} == {"ZE"}


@pytest.mark.parametrize(
    "typed", ["BN1I 2AA", "bn11 2aa", "8N11 2AA", "BNII 2AA", "BN11 ZAA", "8nllzaa", "BNl1 2AA", "Bnil2aa", "BN1L 2AA"]
)
def test_a_mistyped_postcode_is_the_one_that_there_is(typed: str) -> None:
    load_areas(["BN"])
    found = find_place(typed)
    assert found is not None
    assert found[0] == "BN11 2AA"


def test_a_postcode_that_there_is_not_is_read_again_and_one_of_two_is_asked_about(client: Client) -> None:
    for code in ("N188XX", "W46QF", "W46DF", "W1A1AA"):
        Postcode.objects.create(code=code, latitude=51.5, longitude=-0.1, authority="")
    Place.objects.create(name="n18", shown="N18", latitude=51.5, longitude=-0.1, district=True)
    assert find_place("N1B 8XX") == ("N18 8XX", (51.5, -0.1)), "it has the shape of one, and is none"
    html = client.get("/activities/", {"near": "W4 60F"}).content.decode()
    assert "Is it W4 6DF or W4 6QF?" in html
