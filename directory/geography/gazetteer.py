"""Towns and local authorities of the whole country: that a place is outside ours is said, and not that it is unknown.

Names and GSS codes: Government Digital Service, local-links-manager (MIT, Crown copyright). The middle of each is the
middle of its postcodes: ONS Postcode Directory (Open Government Licence v3).
"""

import re
from functools import cache
from pathlib import Path

from config.data import load_csv_rows
from directory.geography.grid import Point

DATA = Path(__file__).parent / "data"


def find_town(name: str) -> tuple[str, Point] | None:
    """A town or an authority by its whole name in any case, as it is written, and its middle."""
    return load_towns().get(_key(name))


@cache
def load_towns() -> dict[str, tuple[str, Point]]:
    """A town before an authority of its name: its middle is where people mean."""
    found: dict[str, tuple[str, Point]] = {}
    for row in load_csv_rows(DATA / "towns.csv") + load_csv_rows(DATA / "authorities.csv"):
        point = Point(float(row["latitude"]), float(row["longitude"]))
        found.setdefault(_key(row["name"]), (row["name"], point))
    return found


# What holds all of them, beside the country that the first letter of a GSS code says.
EVERYWHERE = ("united kingdom", "uk", "great britain", "nationwide", "national", "K02000001", "K03000001")
COUNTRIES = {"E": "england", "W": "wales", "S": "scotland", "N": "northern ireland"}


@cache
def list_area_names(gss: str) -> tuple[str, ...]:
    """What the area may be called that holds what lies in this authority: GSS codes, and names in small letters."""
    authorities = {row["gss"]: row for row in load_csv_rows(DATA / "authorities.csv")}
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
