"""The map beneath the pins, drawn from what the product has and no tile server: coast, built-up land, names.

Land comes from GSHHS (coast.py), built-up land from how close postcodes stand, names from the places of the
directory. It is one GeoJSON FeatureCollection (RFC 7946); each feature says its `kind`: "land", "water", "built"
(with `density` 1 to 3 and `metres`, the size of a dot) or "name" (with `name`; the first are the most needed).
"""

import json
import math
from collections import defaultdict
from itertools import pairwise
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from directory.geography.coast import METRES_PER_DEGREE, Box, CoastMissingError, Position, Shore, cut_coast
from directory.models import BaseMap, Place

MARGIN = 0.75  # of what is listed, on each side: a map is wider or taller than it
MIN_SPAN = 0.12  # degrees north to south: some 13 km
UNITED_KINGDOM = Box(-8.7, 49.8, 1.9, 60.9)
SIMPLIFIED_TO = 4000  # a line of the coast may be out by this part of the map's width
MIN_TOLERANCE = 15  # metres; GSHHS is no better
SMALLEST_DOT = 250  # metres
MAX_DOTS = 2500
DENSITIES = (24, 90, 220)  # postcodes a km² from which land is a hamlet's, a suburb's, a town's
MAX_NAMES = 60
SEA_REACH = (700, 1300, 2000)  # metres from the middle of a town at which the sea is looked for

# The middle 96 of a hundred places where something is listed: one helpline far away does not stretch the map.
EXTENT_SQL = """
SELECT percentile_cont(ARRAY[0.02, 0.98]) WITHIN GROUP (ORDER BY longitude),
    percentile_cont(ARRAY[0.02, 0.98]) WITHIN GROUP (ORDER BY latitude)
FROM directory_spot WHERE latitude BETWEEN %(south)s AND %(north)s AND longitude BETWEEN %(west)s AND %(east)s
"""
# Rows of cells, each second one half a cell further: dots stand as in a honeycomb.
DOTS_SQL = """
SELECT line, floor((longitude - %(west)s) / %(wide)s - 0.5 * (line %% 2))::int AS cell, count(*)
FROM directory_postcode, LATERAL (SELECT floor((latitude - %(south)s) / %(tall)s)::int) of_row (line)
WHERE latitude BETWEEN %(south)s AND %(north)s AND longitude BETWEEN %(west)s AND %(east)s
GROUP BY 1, 2 HAVING count(*) >= %(least)s ORDER BY 1, 2
"""


@transaction.atomic
def draw_base_map(box: Box | None = None, shores: list[Shore] | None = None) -> BaseMap | None:
    """Draw it anew. Without `box` it keeps the one it has, or takes what is listed; without `shores` it keeps the
    coast that was cut for that box, or cuts it if the package is there. None: nothing is listed anywhere."""
    before = BaseMap.objects.first()
    box = box or (Box(*before.box) if before else find_extent())
    if box is None:
        return None
    if shores is None and before and tuple(before.box) == tuple(box) and before.coast:
        shores = [Shore(level, [tuple(at) for at in ring]) for level, ring in before.coast]
    if shores is None:
        shores = cut_coast_of(box)
    layer = {"type": "FeatureCollection", "bbox": list(box), "features": _list_features(box, shores)}
    values = {"box": list(box), "coast": shores, "layer": json.dumps(layer, separators=(",", ":"))}
    return BaseMap.objects.update_or_create(pk=BaseMap.ONLY, defaults=values | {"drawn_at": timezone.now()})[0]


def cut_coast_of(box: Box) -> list[Shore]:
    """The coast in as much detail as a map of that width shows; none where the package is not installed."""
    width = (box.east - box.west) * METRES_PER_DEGREE * math.cos(math.radians(box.south))
    try:
        return cut_coast(box, max(MIN_TOLERANCE, width / SIMPLIFIED_TO))
    except CoastMissingError:
        return []


def find_extent() -> Box | None:
    """Where things are listed, with a margin around."""
    with connection.cursor() as cursor:
        cursor.execute(EXTENT_SQL, UNITED_KINGDOM._asdict())
        lons, lats = cursor.fetchone()
    if not lons:
        return None
    (west, east), (south, north) = lons, lats
    lon, lat = (west + east) / 2, (south + north) / 2
    narrow = math.cos(math.radians(lat))
    span = max(north - south, (east - west) * narrow, MIN_SPAN)  # a square: phones are tall and screens wide
    half_tall = span * (0.5 + MARGIN)
    half_wide = half_tall / narrow
    return Box(*(round(edge, 4) for edge in (lon - half_wide, lat - half_tall, lon + half_wide, lat + half_tall)))


def _list_features(box: Box, shores: list[Shore]) -> list[dict[str, Any]]:
    corners = [(box.west, box.south), (box.east, box.south), (box.east, box.north), (box.west, box.north)]
    rings = shores or [Shore(1, [*corners, corners[0]])]
    land = [
        _build_feature("land" if shore.level % 2 else "water", "Polygon", [shore.ring], level=shore.level)
        for shore in rings
    ]
    return [*land, *_list_built_up(box), *_list_names(box, rings)]


def _build_feature(kind: str, geometry: str, coordinates: Any, **properties: Any) -> dict[str, Any]:
    shape = {"type": geometry, "coordinates": coordinates}
    return {"type": "Feature", "properties": {"kind": kind, **properties}, "geometry": shape}


def _list_built_up(box: Box) -> list[dict[str, Any]]:
    """One MultiPoint for each density. Where a place is large its dots are larger, and never more than MAX_DOTS."""
    metres: float = SMALLEST_DOT
    while len(rows := _read_cells(box, metres)) > MAX_DOTS:
        metres = math.ceil(metres * max(1.2, math.sqrt(len(rows) / MAX_DOTS)))
    tall, wide = _cell_size(box, metres)
    dots: dict[int, list[Position]] = defaultdict(list)
    for line, cell, count in rows:
        density = count / (metres / 1000) ** 2
        at = (box.west + (cell + 0.5 + 0.5 * (line % 2)) * wide, box.south + (line + 0.5) * tall)
        level = sum(density >= least for least in DENSITIES)
        dots[level].append((round(at[0], 4), round(at[1], 4)))
    return [
        _build_feature("built", "MultiPoint", points, density=level, metres=metres)
        for level, points in sorted(dots.items())
    ]


def _cell_size(box: Box, metres: float) -> tuple[float, float]:
    """Degrees of a cell, north and east."""
    tall = metres / METRES_PER_DEGREE
    return tall, tall / math.cos(math.radians((box.south + box.north) / 2))


def _read_cells(box: Box, metres: float) -> list[tuple[int, int, int]]:
    tall, wide = _cell_size(box, metres)
    least = max(2, math.ceil(DENSITIES[0] * (metres / 1000) ** 2))
    with connection.cursor() as cursor:
        cursor.execute(DOTS_SQL, {**box._asdict(), "tall": tall, "wide": wide, "least": least})
        return list(cursor.fetchall())


def _list_names(box: Box, shores: list[Shore]) -> list[dict[str, Any]]:
    """Towns and the steward's neighbourhoods, the largest first; `sea` says on which side of it there is room."""
    inside = Place.objects.filter(
        district=False, longitude__range=(box.west, box.east), latitude__range=(box.south, box.north)
    )
    return [
        _build_feature("name", "Point", at, name=place.shown, given=place.given, sea=find_sea(at, shores))
        for place in inside.order_by("given", "-size", "name")[:MAX_NAMES]
        for at in [(round(place.longitude, 5), round(place.latitude, 5))]
    ]


def find_sea(at: Position, shores: list[Shore]) -> list[int] | None:
    """On which side of a town the sea is near, as steps right and down: its name is written there, where no pin
    covers it."""
    narrow = math.cos(math.radians(at[1]))
    for metres in SEA_REACH:
        for right, down in ((0, 1), (1, 1), (-1, 1), (-1, 0), (1, 0), (0, -1)):
            reach = metres / METRES_PER_DEGREE / math.hypot(right, down)
            if not is_land((at[0] + right * reach / narrow, at[1] - down * reach), shores):
                return [right, down]
    return None


def is_land(at: Position, shores: list[Shore]) -> bool:
    """Whether the innermost ring around a point is land (Jordan: a ray crosses the ring an odd number of times)."""
    level = max((shore.level for shore in shores if _is_inside(at, shore.ring)), default=0)
    return level % 2 == 1


def _is_inside(at: Position, ring: list[Position]) -> bool:
    lon, lat = at
    crossings = sum(
        (a[1] > lat) != (b[1] > lat) and lon < (b[0] - a[0]) * (lat - a[1]) / (b[1] - a[1]) + a[0]
        for a, b in pairwise(ring)
    )
    return crossings % 2 == 1
