"""Files of any content: read to the end as plain readers read them, or refused in words; never any other error."""

import csv
import io
import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from directory.exchange.files import FeedError, read_file
from directory.exchange.json_stream import JSONError, read_objects
from directory.exchange.open_referral.hsds_csv import nest_csv_tables
from directory.exchange.tables import read_csv
from tests.properties.strategies import JSON_VALUES, awkward_text

FINITE = JSON_VALUES.filter(lambda value: "NaN" not in json.dumps(value) and "Infinity" not in json.dumps(value))


class DrippingFile(io.BytesIO):
    """Gives a few bytes at a time, as a socket may."""

    def __init__(self, content: bytes, most: int) -> None:
        super().__init__(content)
        self.most = most

    def read(self, size: int | None = -1) -> bytes:
        return super().read(self.most)


def read_all(content: bytes, most: int = 1000) -> tuple[list[Any], bool]:
    """The objects that came, and whether the file was read to its end."""
    found: list[Any] = []
    try:
        for one in read_objects(DrippingFile(content, most), ("contents",)):
            found.append(one)
    except JSONError:
        return found, False
    return found, True


@given(st.lists(FINITE, max_size=4), st.integers(1, 9), st.sampled_from([None, 0, 2]), st.booleans())
def test_a_list_is_read_as_python_reads_it_however_it_drips(
    values: list[Any], most: int, indent: int | None, inside: bool
) -> None:
    document = {"total": 1, "contents": values, "more": []} if inside else values
    content = json.dumps(document, ensure_ascii=False, indent=indent).encode("utf-8", "surrogatepass")
    expected = json.loads(content.decode("utf-8", "replace"))
    assert read_all(content, most) == (expected["contents"] if inside else expected, True)


@given(st.lists(FINITE, min_size=1, max_size=4), st.data())
def test_a_list_cut_off_gives_what_came_before_and_says_so(values: list[Any], data: st.DataObject) -> None:
    content = json.dumps(values).encode()
    found, whole = read_all(content[: data.draw(st.integers(0, len(content) - 1))])
    assert not whole
    assert found == json.loads(content)[: len(found)]


def read_as_file(content: bytes, name: str) -> list[Any] | str:
    """What is read of it, or why it is refused."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_bytes(content)
        try:
            return list(read_file(path))
        except FeedError as error:
            return str(error)


CELL = awkward_text(["name", "id", "services", "1,2", '"', ";", "\t", "\r\n", "BN11 2AA", "https://a.example.org"], 3)
CONTENT = st.binary(max_size=200) | CELL.map(str.encode) | FINITE.map(json.dumps).map(str.encode)


@given(CONTENT, st.sampled_from(["list.json", "list.csv", "list"]))
def test_any_file_is_read_or_refused_in_words(content: bytes, name: str) -> None:
    assert isinstance(read_as_file(content, name), list | str)


CELLS = st.sampled_from(["1", "2", 3, "", None]) | FINITE
IDS = ["organization_id", "service_id", "location_id", "contact_id", "service_at_location_id", "taxonomy_term_id"]
IDS += ["link_id", "link_entity", "unit_id"]
COLUMNS = [*IDS, "is_free", "fees", "criteria_age", "intro", "address_1", "address_2", "eligibility_description"]
ROWS = st.fixed_dictionaries({"id": CELLS, "name": CELLS}, optional=dict.fromkeys(COLUMNS, CELLS))
TABLES = ["organizations", "locations", "service_at_locations", "contacts", "phones", "attributes", "taxonomy_terms"]
TABLES += ["addresses", "schedules", "units", "service_capacities"]


@given(st.dictionaries(st.sampled_from(TABLES), st.lists(ROWS, max_size=2), min_size=1), ROWS)
def test_tables_as_json_are_nested_whatever_stands_in_their_cells(tables: dict[str, Any], service: Any) -> None:
    read = read_as_file(json.dumps({"services": [service]} | tables).encode(), "tables.json")
    assert isinstance(read, str) or len(read) == 1


WORD = st.text(st.characters(codec="utf-8", categories=["L", "N", "Zs", "P"]), min_size=1, max_size=12).map(str.strip)
WORD = WORD.filter(lambda word: word and word.lower() != "null" and not word.isspace())


@given(st.lists(st.tuples(WORD, WORD, WORD), min_size=1, max_size=4))
def test_tables_of_csv_give_each_service_its_own_rows(rows: list[tuple[str, str, str]]) -> None:
    def write(heading: list[str], lines: list[list[str]]) -> bytes:
        out = io.StringIO()
        csv.writer(out).writerows([heading, *lines])
        return out.getvalue().encode()

    numbered = list(enumerate(rows))
    tables = {
        "services.csv": write(["id", "name", "organization_id"], [[f"s{n}", row[0], f"o{n}"] for n, row in numbered]),
        "organizations.csv": write(["id", "name"], [[f"o{n}", row[1]] for n, row in reversed(numbered)]),
        "contacts.csv": write(["id", "service_id", "name"], [[f"c{n}", f"s{n}", row[2]] for n, row in numbered]),
    }
    nested = nest_csv_tables({name: list(read_csv(content)) for name, content in tables.items()})
    assert [(one["name"], one["organization"]["name"], one["contacts"][0]["name"]) for one in nested] == rows
