"""A ring: the 3 × 3 cells of one size around a point, and the circle in it that they cover whole."""

import math

from directory.geography.grid import Point

LEVELS = 12  # sizes of grid cell: 0.5 km, doubled eleven times to 1,024 km
SMALLEST = 0.5  # km; the cells themselves are numbered by hereabouts_cell() (migration 0003)
EAST, NORTH = 64.571, 111.195  # km of a degree, as that function takes them


def reach(point: Point, level: int) -> float:
    """Kilometres all round the point that a ring of 3 × 3 cells covers: one cell at least."""
    size = SMALLEST * 2**level
    east, north = point.lon * EAST / size % 1, point.lat * NORTH / size % 1
    return size * min((1 + min(east, 1 - east)) * _narrowing(point), 1 + min(north, 1 - north))


def circle(point: Point, level: int) -> float:
    """The part of a ring that lies within its reach."""
    size = SMALLEST * 2**level
    return math.pi * reach(point, level) ** 2 / (9 * size * size * _narrowing(point))


def _narrowing(point: Point) -> float:
    """Of a cell, this far north."""
    return NORTH * math.cos(math.radians(point.lat)) / EAST


def distance(point: Point) -> str:
    """Kilometres from a row of the index in SQL, taking the earth as flat as it is over a county."""
    narrowing = math.cos(math.radians(point.lat))
    north, east = f"(latitude - {point.lat!r})", f"(longitude - {point.lon!r}) * {narrowing!r}"
    return f"({NORTH} * sqrt({north} * {north} + {east} * {east}))"
