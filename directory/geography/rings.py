"""A ring: the 3 × 3 cells of one size around a point, and the circle in it that they cover whole."""

import math

from directory.geography.grid import Point

CELL_LEVELS = 12  # sizes of grid cell: 0.5 km, doubled eleven times to 1,024 km
SMALLEST_CELL_KM = 0.5  # km; the cells themselves are numbered by hereabouts_cell() (migration 0003)
KM_PER_DEGREE_EAST, KM_PER_DEGREE_NORTH = 64.571, 111.195  # km of a degree, as that function takes them


def ring_reach_km(point: Point, level: int) -> float:
    """Kilometres all round the point that a ring of 3 × 3 cells covers: one cell at least."""
    size: float = SMALLEST_CELL_KM * 2**level
    east, north = point.lon * KM_PER_DEGREE_EAST / size % 1, point.lat * KM_PER_DEGREE_NORTH / size % 1
    return size * min((1 + min(east, 1 - east)) * _longitude_narrowing(point), 1 + min(north, 1 - north))


def circle_share(point: Point, level: int) -> float:
    """The part of a ring that lies within its reach."""
    size: float = SMALLEST_CELL_KM * 2**level
    return math.pi * ring_reach_km(point, level) ** 2 / (9 * size * size * _longitude_narrowing(point))


def _longitude_narrowing(point: Point) -> float:
    """Of a cell, this far north."""
    return KM_PER_DEGREE_NORTH * math.cos(math.radians(point.lat)) / KM_PER_DEGREE_EAST
