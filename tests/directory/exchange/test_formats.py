"""Feeds and files of each shape that directories give away, as `import_services` reads them."""

import csv
import gzip
import io
import json
import uuid
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from directory.exchange import tables
from directory.exchange.feeds import FeedError, read_file, read_services
from directory.exchange.json_stream import CHUNK_BYTES
from directory.models import Capacity, Location, Run, Schedule, Service, ServiceTerm
from tests.directory.exchange.test_feeds import Server, paged, server  # noqa: F401
from tests.directory.exchange.test_importer import walk

HOUNSLOW = Path(__file__).parents[4] / "shared" / "data" / "hounslow-connect"


def council(key: str = "1", **changed: Any) -> dict[str, Any]:
    """A service of a council's feed in Open Referral UK 1.0."""
    location = {
        "id": f"L{key}",
        "name": "Hall",
        "latitude": 50.81,
        "longitude": -0.37,
        "physical_addresses": [{"id": "x", "address_1": "1 High St", "city": "Worthing", "postal_code": "BN11 2AA"}],
        "accessibility_for_disabilities": [{"id": "y", "accessibility": "Ramp at the door"}],
    }
    return {
        "id": key,
        "name": "Lunch club",
        "status": "active",
        "description": "<p>Lunch</p>",
        "organization": {"id": "o1", "name": "Age Well", "url": "https://well.example.org"},
        "eligibilitys": [
            {"id": "e", "eligibility": "Older people", "minimum_age": 55, "maximum_age": 99},
            {"id": "f", "eligibility": "Carers", "minimum_age": 18, "maximum_age": 120},
        ],
        "regular_schedules": [{"id": f"rs{key}", "weekday": "2", "opens_at": "12:00", "closes_at": "14:00"}],
        "service_taxonomys": [{"id": "st", "taxonomy": {"id": "esd:1", "name": "Isolation", "vocabulary": "esdTypes"}}],
        "languages": [{"id": "l", "language": "Polish"}],
        "service_areas": [{"id": "sa", "service_area": "Adur"}],
        "service_at_locations": [{"id": f"sl{key}", "location": location}],
    } | changed


def american(key: str = "us-1", **changed: Any) -> dict[str, Any]:
    """A service of a US 211 in HSDS 3.1."""
    location = {
        "id": "loc",
        "name": "Center",
        "location_type": "physical",
        "latitude": 47.6,
        "longitude": -122.3,
        "addresses": [
            {
                "id": "ad",
                "address_1": "5 Main St",
                "city": "Seattle",
                "state_province": "WA",
                "postal_code": "98101",
                "country": "US",
                "address_type": "physical",
            }
        ],
        "schedules": [{"id": "h", "description": "Mon-Fri 8:30 AM - 5:00 PM"}],
    }
    return {
        "id": key,
        "name": "Food bank",
        "status": "active",
        "fees_description": "Free",
        "eligibility_description": "Residents of King County",
        "phones": [{"id": "f", "number": "206-555-0199", "type": "fax"}, {"id": "p", "number": "206-555-0100"}],
        "organization": {"id": "org", "name": "Harvest", "website": "https://harvest.example.org"},
        "capacities": [{"id": "c", "unit": {"id": "u", "name": "beds"}, "available": 3, "updated": "2026-01-01"}],
        "attributes": [{"id": "a", "taxonomy_term": {"id": "BD-1", "code": "BD-1", "name": "Food", "taxonomy": "211"}}],
        "service_at_locations": [{"id": "sal", "location": location}],
    } | changed


def bring(path: Path | str, name: str = "feed") -> Run:
    call_command("import_services", str(path), "--source", name, "--allow-private", verbosity=0)
    return Run.objects.order_by("-started_at")[0]


def written(tmp_path: Path, name: str, content: bytes | str) -> Path:
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def twice(path: Path | str) -> Run:
    """Brought in; a second run finds nothing changed."""
    first, second = bring(path), bring(path)
    assert (second.new, second.changed) == (0, 0)
    assert (second.same, second.refused) == (first.new, first.refused)
    return first


# --- Open Referral UK 1.0 and HSDS -------------------------------------------------------------------


def test_a_council_s_feed_of_1_0(server: Server) -> None:  # noqa: F811
    pages = paged([council(str(n)) for n in range(5)])

    def older(query: dict[str, list[str]]) -> Any:
        page = pages(query)
        return {
            "totalElements": 5,
            "totalPages": 3,
            "number": page["page_number"],
            "size": page["size"],
            "first": page["first_page"],
            "last": page["last_page"],
            "content": page["contents"],
        }

    server.pages = {"/services": older}
    run = twice(f"{server.url}/services")
    assert (run.new, run.problems) == (5, [])
    service = Service.objects.order_by("pk")[0]
    assert (service.minimum_age, service.maximum_age) == (18, 120)
    assert service.eligibility == "Older people\nCarers"
    assert service.agency.url == "https://well.example.org"
    assert (service.schedules.get().byday, service.languages.get().name) == ("TU", "Polish")
    assert (service.areas.get().name, service.terms.get().name) == ("Adur", "Isolation")
    place = service.at_locations.get().location
    assert (place.postcode, place.accessibility.get().description) == ("BN11 2AA", "Ramp at the door")


def test_pages_that_are_numbered_from_0(server: Server) -> None:  # noqa: F811
    rows = [council(str(n)) for n in range(5)]

    def page(query: dict[str, list[str]]) -> Any:
        number = int(query.get("page", ["0"])[0])
        content = rows[number * 2 : number * 2 + 2]
        return {"totalElements": 5, "totalPages": 3, "first": number == 0, "last": number == 2, "content": content}

    server.pages = {"/services": page}
    assert bring(f"{server.url}/services").new == 5


@pytest.mark.parametrize("name", ["us.json", "us.ndjson", "us.json.gz", "us.zip"])
def test_hsds_of_a_us_211(tmp_path: Path, name: str) -> None:
    rows = [american(f"us-{n}") for n in range(3)]
    lines = "\n".join(map(json.dumps, rows)) + "\n"
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data/services.json", json.dumps(rows))
    content = {
        "us.json": json.dumps({"total_items": 3, "contents": rows}),
        "us.ndjson": lines,
        "us.json.gz": gzip.compress(lines.encode()),
        "us.zip": packed.getvalue(),
    }[name]
    run = twice(written(tmp_path, name, content))
    assert (run.new, run.problems) == (3, [])
    service = Service.objects.order_by("pk")[0]
    assert (service.phone, service.fees, service.is_free) == ("206-555-0100", "Free", True)
    assert service.eligibility == "Residents of King County"
    assert service.schedules.get().byday == "MO,TU,WE,TH,FR"
    assert Capacity.objects.filter(service=service).get().available == 3
    assert ServiceTerm.objects.filter(service=service).get().term.name == "Food"


def test_organisations_that_hold_their_services(tmp_path: Path) -> None:
    owner = {
        "id": "org",
        "name": "Harvest",
        "services": [{"id": "a", "name": "Food bank"}, {"id": "b", "name": "Choir"}],
    }
    assert bring(written(tmp_path, "o.json", json.dumps([owner]))).new == 2
    assert {service.agency.name for service in Service.objects.all()} == {"Harvest"}


def hsds_tables(older: bool = False) -> dict[str, list[dict[str, str]]]:
    """A set of HSDS tables, in the names of 3.x or of 2.0."""
    address = {"id": "ad", "location_id": "loc", "address_1": "1 High St", "city": "Hove", "postal_code": "BN3 2AA"}
    return {
        "organizations": [{"id": "org", "name": "Walkers", "description": "We walk"}],
        "services": [
            {"id": "s1", "organization_id": "org", "name": "Walk", "status": "active"},
            {"id": "s2", "name": ""},
        ],
        "locations": [{"id": "loc", "name": "Hall", "latitude": "50.83", "longitude": "-0.17"}],
        "service_at_locations": [{"id": "sal", "service_id": "s1", "location_id": "loc"}],
        "physical_addresses" if older else "addresses": [address],
        "phones": [{"id": "p", "service_id": "s1", "number": "01632 960123"}],
        "regular_schedules" if older else "schedules": [
            {"id": "h", "service_at_location_id": "sal", "opens_at": "10:00"}
            | ({"weekday": "2"} if older else {"byday": "TU"})
        ],
        "cost_options": [{"id": "c", "service_id": "s1", "amount": "2.50", "option": "Each"}],
        "service_taxonomies" if older else "attributes": [
            {"id": "a", "service_id" if older else "link_id": "s1", "taxonomy_term_id": "t", "link_entity": "service"}
        ],
        "taxonomies": [{"id": "x", "name": "Kinds"}],
        "taxonomy_terms": [{"id": "t", "name": "Outdoors", "taxonomy_id": "x"}],
    }


def as_csv(rows: list[dict[str, str]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(dict.fromkeys(name for row in rows for name in row)))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


@pytest.mark.parametrize("shape", ["folder", "zip", "one name", "workbook", "older"])
def test_hsds_tables(tmp_path: Path, shape: str) -> None:
    found = {name: as_csv(rows) for name, rows in hsds_tables(older=shape == "older").items()}
    path = tmp_path / ("set.zip" if shape == "zip" else "set.xlsx" if shape == "workbook" else "set")
    if shape == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in found.items():
                archive.writestr(f"export/{name}.csv", content)
    elif shape == "workbook":
        book = openpyxl.Workbook()
        for name, rows in hsds_tables().items():
            sheet = book.create_sheet(name)
            for row in csv.reader(io.StringIO(as_csv(rows))):
                sheet.append(row)
        book.save(path)
    else:
        path.mkdir()
        for name, content in found.items():
            single = {"addresses": "address", "taxonomies": "taxonomy"}.get(name, name.rstrip("s"))
            (path / f"{single if shape == 'one name' else name}.csv").write_text(content)
    run = twice(path)
    assert (run.new, run.refused) == (1, 1)
    service = Service.objects.get()
    assert (service.agency.name, service.phone) == ("Walkers", "01632 960123")
    at = service.at_locations.get()
    assert (at.location.postcode, at.schedules.get().byday) == ("BN3 2AA", "TU")
    assert service.cost_options.get().amount == 2.5
    assert (service.terms.get().name, service.terms.get().taxonomy.name) == ("Outdoors", "Kinds")


@pytest.mark.skipif(not HOUNSLOW.exists(), reason="the real directory is not part of the repository")
def test_the_real_tables_of_a_shape_of_their_own() -> None:
    run = twice(HOUNSLOW)
    assert (run.new, run.refused) == (313, 0)
    scouts = Service.objects.get(name="3rd Chiswick Scout Group")
    assert (scouts.minimum_age, scouts.maximum_age, scouts.is_free) == (6, 14, True)
    assert scouts.at_locations.get().location.postcode == "W4 1TF"


# --- Spreadsheets and flat lists ---------------------------------------------------------------------

UNO = ("Café Uno", "1 High St", "Worthing", "bn112aa", "50.812", "-0.371")
CONTACT = ("01632 960001", "a@b.example.org")
VENUES = [
    ("Venue Name", "Address", "Town", "Postcode", "Lat", "Lng", "Opening Times", "Tel", "Email", "Charge"),
    (*UNO, "Mon-Fri 9am-5pm", *CONTACT, "Free"),
    ("Hall Two", "2 High St, Hove BN11 1AA", "", "", "-0.371", "50.812", "Weds 7.30pm", "", "n/a", "£2 per session"),
    ("Shed 3", "3 High St", "Hove", "BN3 2AA", "0", "0", "first Tuesday of the month", "", "", ""),
    ("Library", "4 High St", "Hove", "BN3 2AA", "91", "x", "phone for times", "", "", "Donations"),
    ("", "5 High St", "Hove", "BN3 2AA", "", "", "", "", "", ""),
    (*UNO, "Mon-Fri 9am-5pm", *CONTACT, "Free"),
    (*UNO, "Sat 9am-5pm", *CONTACT, "Free"),
]


def venues(delimiter: str = ",") -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(VENUES)
    return out.getvalue()


@pytest.mark.parametrize(
    ("delimiter", "encoding"), [(",", "utf-8"), (";", "cp1252"), ("\t", "utf-16"), (",", "utf-8-sig")]
)
def test_dirty_venues(tmp_path: Path, delimiter: str, encoding: str) -> None:
    run = twice(written(tmp_path, "venues.csv", venues(delimiter).encode(encoding)))
    assert (run.new, run.refused) == (5, 2), "one has no name, one is there twice word for word"
    uno, two, shed, library = (
        Service.objects.filter(name=n).order_by("pk")[0] for n in ("Café Uno", "Hall Two", "Shed 3", "Library")
    )
    place = {one.name: one.at_locations.get().location for one in (uno, two, shed, library)}
    assert (place["Café Uno"].postcode, uno.is_free, uno.phone) == ("BN11 2AA", True, "01632 960001")
    assert Location.objects.filter(postcode="BN11 2AA").count() == 1, "two rows at one place share it"
    assert (place["Hall Two"].postcode, place["Hall Two"].latitude) == ("BN11 1AA", 50.812)
    assert two.cost_options.get().amount == 2
    assert (two.schedules.get().byday, two.schedules.get().opens_at.isoformat()) == ("WE", "19:30:00")
    assert (shed.schedules.get().freq, shed.schedules.get().byday) == ("MONTHLY", "1TU")
    assert place["Shed 3"].latitude == pytest.approx(50.83, abs=0.02), "0, 0 is no place: the postcode's is taken"
    assert library.schedules.get().description == "phone for times"
    said = [f"{which}: {what}" for which, _, what in run.problems]
    assert not any("n/a" in words for words in said), "nothing was said, and that is no fault"
    assert any("swapped" in one for one in said)
    assert any(one.startswith("Row 6: there is no name") for one in said)


@pytest.mark.parametrize("end", ["50.", "-", "1e", "tr", '"half'])
def test_a_value_that_goes_on_in_the_next_chunk_is_read_whole(tmp_path: Path, end: str) -> None:
    values = {"50.": "50.81", "-": "-0.37", "1e": "1e-3", "tr": "true", '"half': '"half way"'}
    filling = '["' + "x" * (CHUNK_BYTES - len(end) - 5) + '", '
    (tmp_path / "list.json").write_text(f"{filling}{values[end]}]")
    assert len(filling + end) == CHUNK_BYTES
    assert list(read_file(tmp_path / "list.json"))[1:] == [json.loads(values[end])]


def test_a_flat_json_list_and_geojson(tmp_path: Path) -> None:
    names, *rows = VENUES
    flat = [dict(zip(names, row, strict=True)) for row in rows]
    assert bring(written(tmp_path, "v.json", json.dumps(flat)), "flat").new == 5
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [-0.37, 50.81]},
            "properties": {"name": f"Hub {n}", "address": "1 High St", "hours": {"Monday": "9-5", "Tuesday": "Closed"}},
        }
        for n in range(3)
    ]
    path = written(tmp_path, "v.geojson", json.dumps({"type": "FeatureCollection", "features": features}))
    assert bring(path, "map").new == 3
    hub = Service.objects.get(name="Hub 1")
    assert hub.at_locations.get().location.latitude == 50.81
    assert hub.schedules.get().byday == "MO"


def test_letters_that_were_mangled_are_put_right(tmp_path: Path) -> None:
    bring(written(tmp_path, "m.csv", "Name,Postcode,Description\nCafÃ© club,BN11 1AA,Itâ€™s Â£2 &amp; <b>fun</b>\n"))
    service = Service.objects.get()
    assert (service.name, service.description) == ("Café club", "It’s £2 & fun")


# --- What is made to fail ----------------------------------------------------------------------------


def test_one_bad_record_spoils_no_other(tmp_path: Path) -> None:
    rows = [
        walk("a"),
        None,
        7,
        "x",
        [],
        {},
        {"id": {}},
        {"id": "n", "name": {"a": 1}},
        walk("b", organization=[]),
        walk("c", schedules={"a": 1}),
        walk("d", service_at_locations=[None, 1, {"location": 5}]),
        walk("e", name="n" * 100_000),
        walk("f", minimum_age=1e400),
        walk("g", attributes=[{"taxonomy_term": []}]),
        walk("h", eligibility=[{"minimum_age": "x"}], phones=5),
        walk("a"),
        walk("i", url="http://[bad"),
        walk("j", schedules=[{"weekday": {}}, {"byday": {"x": 1}}]),
        walk("k", description="\ud800"),
        walk("l"),
    ]
    run = bring(written(tmp_path, "bad.json", json.dumps(rows)))
    assert Service.objects.filter(name="Seafront walk").count() + 1 == run.new
    assert run.new + run.refused == len(rows), "nothing is lost without a reason"
    assert run.documents.filter(number=0).exists()


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.json", '[{"id": "1", "name": "Walk", "organization": {}}, {"id"', "ends in the middle"),
        ("a.json", '[{"id": "1", "name": "Walk", "organization": {}} x', "cannot be read as JSON"),
        (
            "a.ndjson",
            '{"id": "1", "name": "Walk", "status": "active"}\n{"id": "2", "name": "Wa',
            "ends in the middle of line 2",
        ),
        ("a.json", "[" * 100_000, "nested too deeply"),
        ("a.json", '{"a":' * 100_000, "nested too deeply"),
        ("a.json", "<html>", "a web page"),
        ("a.json", '{"error": "Invalid API key"}', "^a.json: This is an error message"),
        ("a.pdf", "%PDF-1.7", "a PDF"),
        ("a.json", "{}", "not a JSON list"),
        ("a.csv", "x,y\n1,2\n", "No column looks like the name"),
        ("a.txt", "hello", "not a list of services"),
        ("a.zip", "PK\x03\x04", "damaged"),
        ("a.gz", "\x1f", "no list"),
    ],
)
def test_what_cannot_be_read_says_why(tmp_path: Path, name: str, content: str, said: str) -> None:
    with pytest.raises(FeedError, match=said):
        list(read_file(written(tmp_path, name, content)))


def test_a_file_cut_off_keeps_what_came(tmp_path: Path) -> None:
    path = written(tmp_path, "a.json", json.dumps([walk(str(n)) for n in range(5)])[:-300])
    with pytest.raises(CommandError, match="ends in the middle"):
        bring(path)
    run = Run.objects.get()
    assert (run.new, run.gone) == (4, [])
    assert "ends in the middle" in run.error


def test_bombs_are_stopped_while_they_unpack(tmp_path: Path) -> None:
    with pytest.raises(FeedError, match="more than is allowed"):
        list(read_file(written(tmp_path, "a.gz", gzip.compress(b"[" + b" " * 50_000_000))))
    for inside in ("services.csv", "xl/workbook.xml"):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(inside, b" " * 50_000_000)
        with pytest.raises(FeedError, match="more than is allowed"):
            list(read_file(written(tmp_path, "a.zip", packed.getvalue())))


def test_a_workbook_with_an_xml_bomb_is_not_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Name", "Postcode"])
    whole = io.BytesIO()
    book.save(whole)
    bad = io.BytesIO()
    lol = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><worksheet>&b;</worksheet>'
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(bad, "w") as new:
        for name in old.namelist():
            new.writestr(name, lol if name == "xl/worksheets/sheet1.xml" else old.read(name))
    with pytest.raises(FeedError, match="cannot be read"):
        list(read_file(written(tmp_path, "a.xlsx", bad.getvalue())))


def test_a_table_has_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MAX_TABLE_ROWS", 3)
    with pytest.raises(FeedError, match="more than 3 rows"):
        list(read_file(written(tmp_path, "a.csv", venues())))


def test_a_packed_bomb_at_an_address(server: Server) -> None:  # noqa: F811
    server.pages = {"/a.json": (200, {"Content-Encoding": "gzip"}, gzip.compress(b" " * 60_000_000))}
    with pytest.raises(FeedError, match="far more than was sent"):
        list(read_services(f"{server.url}/a.json", allow_private=True))


def test_a_spreadsheet_at_an_address(server: Server) -> None:  # noqa: F811
    server.pages = {"/venues.csv": (200, {"Content-Type": "text/csv"}, venues().encode())}
    assert bring(f"{server.url}/venues.csv").new == 5


def test_a_list_that_says_when_each_last_changed_is_not_fetched_one_by_one_again(server: Server) -> None:  # noqa: F811
    moment = "2026-01-01T00:00:00.000Z"
    listed = [{"id": str(n), "name": "Walk", "last_modified": moment} for n in range(4)]
    server.pages = {"/services": paged(listed)}
    server.pages |= {f"/services/{n}": walk(str(n), last_modified=moment) for n in range(4)}
    assert bring(f"{server.url}/services").new == 4
    server.asked.clear()
    listed[2]["last_modified"] = "2026-02-01T00:00:00.000Z"
    server.pages["/services/2"] = walk("2", last_modified="2026-02-01T00:00:00.000Z", fees="£1")
    run = bring(f"{server.url}/services")
    assert (run.changed, run.same) == (1, 3)
    assert [path for path in server.asked if path.startswith("/services/")] == ["/services/2"]
    assert Schedule.objects.count() == 4


@pytest.mark.parametrize("shape", ["one object", "services first", "folder", "zip"])
def test_hsds_tables_as_json(tmp_path: Path, shape: str) -> None:
    found: dict[str, Any] = hsds_tables()
    if shape == "services first":
        found = {"services": found.pop("services")} | found
    path = tmp_path / "set"
    if shape == "folder":
        path.mkdir()
        for name, rows in found.items():
            (path / f"{name}.json").write_text(json.dumps(rows))
    elif shape == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("datapackage.json", "{}")
            for name, rows in found.items():
                archive.writestr(f"{name}.json", json.dumps({"contents": rows}))
    else:
        path.write_text(json.dumps(found))
    run = twice(path)
    assert (run.new, run.refused) == (1, 1)
    service = Service.objects.get()
    assert (service.agency.name, service.at_locations.get().location.postcode) == ("Walkers", "BN3 2AA")


def test_a_venues_list_in_its_own_words_says_what_is_not_used(tmp_path: Path) -> None:
    sheet = "Venue,Who runs it,What is it?,Addr 1,Addr 2,Post code,Tel. no.,Hearing loop\n"
    path = written(tmp_path, "venues.csv", f"{sheet}Hall,The Trust,A hall,1 High St,Goring,BN12 4PJ,01632 960001,Yes\n")
    out = io.StringIO()
    call_command("import_services", str(path), stdout=out)
    found = Service.objects.select_related("agency").get()
    place = found.at_locations.get().location
    assert (found.name, found.agency.name, found.description) == ("Hall", "The Trust", "A hall")
    assert (place.postcode, found.phone) == ("BN12 4PJ", "01632 960001")
    assert "1 High St" in place.address
    assert "Not used: Hearing loop" in out.getvalue()


def test_the_same_directory_under_a_second_name_ends_with_one_line(tmp_path: Path) -> None:
    services = [{"id": str(uuid.UUID(int=n)), "name": f"Club {n}", "status": "active"} for n in (1, 2)]
    path = written(tmp_path, "us 211.json", json.dumps(services))
    call_command("import_services", str(path), stdout=io.StringIO())
    out = io.StringIO()
    with pytest.raises(CommandError, match="All of it was refused"):
        call_command("import_services", str(path), "--source", "other", stdout=out)
    assert out.getvalue().endswith("2 belong to us 211.json. The same directory? --source 'us 211.json'\n")


def test_an_object_where_a_cell_should_be_is_no_cell(tmp_path: Path) -> None:
    odd = {"id": {"$oid": "1"}, "name": "Odd", "organization_id": ["o"], "fees": {}, "is_free": [], "criteria_age": [1]}
    tables = {"organizations": [{"id": [], "name": "Shed"}], "services": [odd, {"id": 2, "name": "Walk"}]}
    (tmp_path / "tables.json").write_text(json.dumps(tables))
    assert list(read_file(tmp_path / "tables.json")) == [{"name": "Odd"}, {"id": "2", "name": "Walk"}]
