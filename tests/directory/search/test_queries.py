"""What a helpful librarian of the demo place would show first, as a table: queries.csv.

`UPDATE_SNAPSHOTS=1` writes what is found now; look at the diff as that librarian would.
"""

import csv
import os
from pathlib import Path

import pytest

from demo.building import build_activities
from demo.publishing import add_steward_words
from directory.models import Synonym
from directory.search.statement import SearchQuery, search

TABLE = Path(__file__).with_name("queries.csv")
COLUMNS = ["words", "first", "second", "third"]


@pytest.fixture
def demo_place() -> None:
    build_activities()
    add_steward_words()


def list_first_three(words: str) -> list[str]:
    names = [card.name for card in search(SearchQuery(words=words)).cards[:3]]
    return names + [""] * (3 - len(names))


def test_each_query_finds_what_a_librarian_would_show_first(demo_place: None) -> None:
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    found = {row["words"]: list_first_three(row["words"]) for row in rows}
    if os.environ.get("UPDATE_SNAPSHOTS") == "1":
        with TABLE.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(
                [COLUMNS, *([words, *names] for words, names in found.items())]
            )
    else:
        assert found == {row["words"]: [row[name] for name in COLUMNS[1:]] for row in rows}
        assert len(found) >= 120


def test_a_place_starts_with_the_meanings_of_what_people_type() -> None:
    assert Synonym.objects.count() >= 300
