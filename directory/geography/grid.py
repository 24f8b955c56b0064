"""British and Irish grid references to latitude and longitude, in pure Python.

Ordnance Survey, "A guide to coordinate systems in Great Britain", annexes B and C: the inverse transverse
Mercator, then a seven-parameter Helmert turn to WGS84. Within 5 m on the ground, which a postcode never is.
"""

from math import atan2, cos, degrees, radians, sin, sqrt, tan
from typing import NamedTuple


class Point(NamedTuple):
    """WGS84 degrees."""

    lat: float
    lon: float


class GridProjection(NamedTuple):
    """An ellipsoid (a, b in metres), a projection on it, and the way from it to WGS84."""

    a: float
    b: float
    scale: float
    origin: tuple[float, float]  # latitude and longitude, degrees
    false: tuple[float, float]  # easting and northing of the origin, metres
    shift: tuple[float, float, float]  # metres
    turn: tuple[float, float, float]  # seconds of arc
    ppm: float


BRITISH = GridProjection(  # EPSG:27700, Airy 1830
    6377563.396,
    6356256.909,
    0.9996012717,
    (49, -2),
    (400_000, -100_000),
    (446.448, -125.157, 542.060),
    (0.1502, 0.2470, 0.8421),
    -20.4894,
)
IRISH = GridProjection(  # EPSG:29902, Airy modified 1849: postcodes in BT
    6377340.189,
    6356034.447938534,
    1.000035,
    (53.5, -8),
    (200_000, 250_000),
    (482.5, -130.6, 564.6),
    (-1.042, -0.214, -0.631),
    8.15,
)
WGS84 = (6378137.0, 6356752.314245)


def grid_to_point(easting: float, northing: float, grid: GridProjection = BRITISH) -> Point:
    """Metres east and north on the grid → WGS84 degrees."""
    return _helmert_transform(*_unproject(easting, northing, grid), grid)


def _meridian_metres(lat: float, grid: GridProjection) -> float:
    """Metres along the meridian from the origin to the latitude (radians)."""
    n = (grid.a - grid.b) / (grid.a + grid.b)
    low, high = lat - radians(grid.origin[0]), lat + radians(grid.origin[0])
    return (
        grid.b
        * grid.scale
        * (
            (1 + n + 1.25 * n**2 + 1.25 * n**3) * low
            - (3 * n + 3 * n**2 + 2.625 * n**3) * sin(low) * cos(high)
            + (1.875 * n**2 + 1.875 * n**3) * sin(2 * low) * cos(2 * high)
            - 35 / 24 * n**3 * sin(3 * low) * cos(3 * high)
        )
    )


def _unproject(easting: float, northing: float, grid: GridProjection) -> tuple[float, float]:
    """Latitude and longitude (radians) on the grid's own ellipsoid."""
    north = northing - grid.false[1]
    lat = radians(grid.origin[0]) + north / (grid.a * grid.scale)
    while abs(short := north - _meridian_metres(lat, grid)) > 0.0001:  # metres
        lat += short / (grid.a * grid.scale)
    e2 = 1 - (grid.b / grid.a) ** 2
    nu = grid.a * grid.scale / sqrt(1 - e2 * sin(lat) ** 2)
    rho = nu * (1 - e2) / (1 - e2 * sin(lat) ** 2)
    eta2 = nu / rho - 1
    t, east = tan(lat), easting - grid.false[0]
    t2, t4 = t**2, t**4
    lat_found = (
        lat
        - east**2 * t / (2 * rho * nu)
        + east**4 * t / (24 * rho * nu**3) * (5 + 3 * t2 + eta2 - 9 * t2 * eta2)
        - east**6 * t / (720 * rho * nu**5) * (61 + 90 * t2 + 45 * t4)
    )
    lon_found = radians(grid.origin[1]) + (
        east / nu
        - east**3 / (6 * nu**3) * (nu / rho + 2 * t2)
        + east**5 / (120 * nu**5) * (5 + 28 * t2 + 24 * t4)
        - east**7 / (5040 * nu**7) * (61 + 662 * t2 + 1320 * t4 + 720 * t2 * t4)
    ) / cos(lat)
    return lat_found, lon_found


def _helmert_transform(lat: float, lon: float, grid: GridProjection) -> Point:
    """From the grid's ellipsoid to WGS84, through cartesian coordinates at height 0."""
    nu = grid.a / sqrt(1 - (1 - (grid.b / grid.a) ** 2) * sin(lat) ** 2)
    x, y = nu * cos(lat) * cos(lon), nu * cos(lat) * sin(lon)
    z = nu * (grid.b / grid.a) ** 2 * sin(lat)
    (dx, dy, dz), size = grid.shift, 1 + grid.ppm / 1e6
    rx, ry, rz = (radians(seconds / 3600) for seconds in grid.turn)
    x, y, z = (
        dx + size * x - rz * y + ry * z,
        dy + rz * x + size * y - rx * z,
        dz - ry * x + rx * y + size * z,
    )
    a, b = WGS84
    e2, p = 1 - (b / a) ** 2, sqrt(x * x + y * y)
    found = atan2(z, p * (1 - e2))
    for _ in range(2):  # what is left is a hundredth of a millimetre
        found = atan2(z + e2 * a / sqrt(1 - e2 * sin(found) ** 2) * sin(found), p)
    return Point(degrees(found), degrees(atan2(y, x)))
