"""The agencies of the demo place and what they offer. All of it is invented but the postcodes.

The groups and their activities stand in tables, demo/data/groups.csv and offers.csv, one a line.
"""

import csv
from pathlib import Path
from typing import NamedTuple

DATA = Path(__file__).parent / "data"

TEAMS = [
    # code, name, postcode, phone
    ("worthing", "Worthing Connectors", "BN11 1HS", "01632 960101"),
    ("shoreham", "Shoreham and Southwick Connectors", "BN43 5WU", "01632 960102"),
    ("lancing", "Lancing and Sompting Connectors", "BN15 8AQ", "01632 960103"),
]

PRACTICES = [
    # ODS code (made up), name, postcode, team
    ("X99001", "Alder Street Surgery", "BN11 3JS", "worthing"),
    ("X99002", "Broadwater Green Medical Centre", "BN14 8HT", "worthing"),
    ("X99003", "Chalk Pit Lane Practice", "BN14 9QD", "worthing"),
    ("X99004", "Goring Sea Road Surgery", "BN12 4PJ", "worthing"),
    ("X99005", "Heene Garden Practice", "BN11 4PN", "worthing"),
    ("X99006", "Tarring Orchard Surgery", "BN14 7LN", "worthing"),
    ("X99007", "Harbour View Practice", "BN43 5DD", "shoreham"),
    ("X99008", "Kingston Lighthouse Surgery", "BN43 6RN", "shoreham"),
    ("X99009", "Southwick Square Medical Centre", "BN42 4FT", "shoreham"),
    ("X99010", "Beach Green Surgery", "BN15 8PS", "lancing"),
    ("X99011", "Lancing Mill Practice", "BN15 0DY", "lancing"),
    ("X99012", "Sompting Pond Surgery", "BN15 9UQ", "lancing"),
]


class Group(NamedTuple):
    """A voluntary group (or other agency with listings)."""

    code: str
    name: str
    kind: str
    postcode: str
    phone: str
    about: str


class Offer(NamedTuple):
    """A weekly session. `needs` are codes, `cost` is in pounds, "0" when free; without a postcode it is online or by telephone."""

    group: str
    name: str
    needs: str
    day: str
    opens: str
    closes: str
    venue: str
    postcode: str
    cost: str
    about: str


def read_table(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


GROUPS = [Group(**row) for row in read_table("groups.csv")]
OFFERS = [Offer(**row) for row in read_table("offers.csv")]
