"""Towns and local authorities of the whole country: that a place is outside ours is said, and not that it is unknown.

Names and GSS codes: Government Digital Service, local-links-manager (MIT, Crown copyright). The middle of each is the
middle of its postcodes: ONS Postcode Directory (Open Government Licence v3).
"""

import csv
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from directory.geography.grid import Point

DATA = Path(__file__).parent / "data"


def find_town(name: str) -> tuple[str, Point] | None:
    """A town or an authority by its whole name in any case, as it is written, and its middle."""
    return load_towns().get(_key(name))


@cache
def load_towns() -> dict[str, tuple[str, Point]]:
    """A town before an authority of its name: its middle is where people mean."""
    rows = [*_iter_rows("towns.csv"), *_iter_rows("authorities.csv")]
    found: dict[str, tuple[str, Point]] = {}
    for row in rows:
        point = Point(float(row["latitude"]), float(row["longitude"]))
        found.setdefault(_key(row["name"]), (row["name"], point))
    return found


# What holds all of them, beside the country that the first letter of a GSS code says.
EVERYWHERE = ("united kingdom", "uk", "great britain", "nationwide", "national", "K02000001", "K03000001")
COUNTRIES = {"E": "england", "W": "wales", "S": "scotland", "N": "northern ireland"}


@cache
def list_area_names(gss: str) -> tuple[str, ...]:
    """What the area may be called that holds what lies in this authority: GSS codes, and names in small letters."""
    authorities = {row["gss"]: row for row in _iter_rows("authorities.csv")}
    if gss not in authorities:
        return ()
    county = authorities.get(authorities[gss]["county"])
    named = [authorities[gss], *([county] if county else [])]
    names = [row["name"].lower() for row in named]
    endings = ("", " council", " borough", " borough council", " district", " district council", " county")
    beginnings = ("london borough of ", "royal borough of ", "borough of ", "city of ", "county of ", "the ")
    said = [f"{name}{ending}" for name in names for ending in (*endings, " county council", " city council")]
    said += [f"{beginning}{name}" for name in names for beginning in beginnings]
    country = (COUNTRIES.get(gss[0], ""), f"{gss[0]}92000001")
    return (*(row["gss"] for row in named), *said, *country, *EVERYWHERE)


def _key(name: str) -> str:
    return " ".join(re.sub(r"['’]", "", name.lower()).replace("-", " ").replace("&", "and").split())


def _iter_rows(name: str) -> Iterator[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)
