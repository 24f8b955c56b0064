"""The agencies of the demo place and what they offer. All of it is invented but the postcodes.

They stand in tables, one a line: demo/data/teams.csv, practices.csv, groups.csv and offers.csv.
"""

from pathlib import Path
from typing import NamedTuple

from config.data import load_csv_rows

DATA = Path(__file__).parent / "data"


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
    return load_csv_rows(DATA / name)


TEAMS, PRACTICES = read_table("teams.csv"), read_table("practices.csv")
GROUPS = [Group(**row) for row in read_table("groups.csv")]
OFFERS = [Offer(**row) for row in read_table("offers.csv")]
