"""What is not understood is never dropped or guessed in silence: the table that each import ends with."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse

from agencies.models import Membership
from directory.exchange.field_use import FieldUse
from directory.models import Run, Service
from tests.directory.exchange.test_importer import walk
from tests.directory.exchange.test_sources import ClientOf, brought_in, uploaded, words


def bring(path: Path, source: str = "x") -> tuple[Run, str]:
    out = io.StringIO()
    call_command("import_services", str(path), "--source", source, stdout=out)
    return Run.objects.get(source__name=source), out.getvalue()


def fields(run: Run) -> dict[str, FieldUse]:
    return {row[0]: FieldUse(*row) for row in run.fields}


def write_tables(folder: Path, tables: dict[str, str], encoding: str = "utf-8") -> Path:
    folder.mkdir()
    for name, content in tables.items():
        (folder / name).write_bytes(content.encode(encoding))
    return folder


# --- HSDS tables -------------------------------------------------------------------------------------

HSDS_1_1 = {
    "organizations.csv": "id,name,description\n10,St Paul's,Church\n11,Depot,Bikes\n",
    "services.csv": "id,organization_id,name,description\n1,10,Tea club,Tea\n2,10,Choir,Singing\n3,11,Repairs,Bikes\n",
    "locations.csv": "id,organization_id,name\n20,10,Head office\n21,,Heene Hall\n22,11,The Depot\n",
    "services_at_location.csv": "id,service_id,location_id\n40,1,21\n41,2,21\n42,3,22\n",
    "physical_addresses.csv": "id,location_id,address_1,city,postal_code,country\n"
    "30,20,1 Head Street,Worthing,BN11 1EE,GB\n31,21,2 Heene Road,Worthing,BN11 3RG,GB\n"
    "32,22,3 Yard,Worthing,BN11 2AA,GB\n",
    "phones.csv": "id,location_id,service_id,organization_id,contact_id,service_at_location_id,number\n"
    "50,21,1,,,40,01632 960123\n51,,,10,,,01632 960100\n52,22,,,,,01632 960122\n53,,,,60,,01632 960160\n"
    "54,,99,,,,01632 960199\n",
    "contacts.csv": "id,service_id,service_at_location_id,name\n60,2,,Ada Choir\n61,,42,Bo Bike\n",
    "regular_schedules.csv": "id,service_id,location_id,service_at_location_id,weekday,opens_at,closes_at\n"
    "70,1,21,40,Tuesday,10:00,12:00\n71,2,21,,4,19:00,21:00\n72,,22,,6,09:00,12:00\n",
    "holiday_schedules.csv": "id,service_id,closed,start_date,end_date\n80,2,true,2027-12-23,2027-12-30\n",
    "service_areas.csv": "id,service_id,service_area\n90,1,Heene\n",
    "eligibility.csv": "id,service_id,eligibility\n91,1,Over 60s\n",
    "interpretation_notes.csv": "id,service_id,note\n95,1,Signers on request\n",
    "programs.csv": "id,organization_id,name\n96,10,Winter\n",
}


def renamed(tables: dict[str, str], names: dict[str, str], columns: dict[str, str]) -> dict[str, str]:
    """The same tables under other names, with other headings."""
    found = {}
    for name, content in tables.items():
        heading, rest = content.split("\n", 1)
        cells = [columns.get(cell, cell) for cell in heading.split(",")]
        found[names.get(name, name)] = f"{','.join(cells)}\n{rest}"
    return found


SPELLINGS: list[dict[str, str]] = [
    HSDS_1_1,
    renamed(
        HSDS_1_1,
        {
            "services_at_location.csv": "Service_At_Locations.csv",
            "organizations.csv": "Organisation.csv",
            "services.csv": "Service.CSV",
            "regular_schedules.csv": "regularSchedule.csv",
            "phones.csv": "Phone.csv",
        },
        {"organization_id": "Organisation ID*", "service_id": "serviceId", "postal_code": "Post code", "city": "Town"},
    ),
    renamed(
        HSDS_1_1,
        {name: f"export 2026-11 {name}" for name in HSDS_1_1}
        | {"services_at_location.csv": "export 2026-11 servicesatlocation.csv"},
        {"service_at_location_id": "ServiceAtLocationID", "location_id": "LocationId", "id": "Id"},
    ),
]


@pytest.mark.parametrize("tables", SPELLINGS, ids=["as named", "other spellings", "a prefix"])
@pytest.mark.parametrize("form", ["utf-8", "utf-8-sig", "semicolons"])
def test_each_row_of_a_table_hangs_where_it_belongs(tmp_path: Path, tables: dict[str, str], form: str) -> None:
    if form == "semicolons":
        tables = {name: content.replace(",", ";") for name, content in tables.items()}
    encoding = "utf-8-sig" if form == "utf-8-sig" else "utf-8"
    run, _ = bring(write_tables(tmp_path / "set", tables, encoding))
    assert (run.new, run.refused) == (3, 0)
    tea, choir, bikes = (Service.objects.get(name=name) for name in ("Tea club", "Choir", "Repairs"))
    where = {one.name: one.at_locations.get().location for one in (tea, choir, bikes)}
    assert {name: place.postcode for name, place in where.items()} == {
        "Tea club": "BN11 3RG",
        "Choir": "BN11 3RG",
        "Repairs": "BN11 2AA",
    }
    assert (tea.phone, choir.phone, bikes.phone) == ("01632 960123", "01632 960100", "01632 960122")
    assert choir.contacts.get(name="Ada Choir").phone == "01632 960160"
    assert bikes.contacts.get().name == "Bo Bike"
    assert [one.schedules.get().byday for one in (tea, choir, bikes)] == ["TU", "TH", "SA"]
    assert choir.schedules.get().at_location == choir.at_locations.get()
    assert (tea.areas.get().name, tea.eligibility) == ("Heene", "Over 60s")


def test_tables_say_what_became_of_every_column(tmp_path: Path) -> None:
    run, out = bring(write_tables(tmp_path / "set", HSDS_1_1))
    found = fields(run)
    assert found["services_at_location.location_id"][1:4] == (3, "Link", 0)
    assert (found["phones.number"].used, found["phones.number"].unused) == (4, 1)
    assert found["phones.number"].examples == ["01632 960199"], "its service is not in the tables"
    assert found["phones.service_id"].examples == ["99"]
    assert found["interpretation_notes.note"].used == 0
    assert found["programs.name"].examples == ["Winter"]
    assert found["physical_addresses.postal_code"].unused == 1, "nothing meets at the head office"
    assert "Tables that are not known, and not used: interpretation_notes" in out
    assert "programs.name" in out.split("Not used: ")[-1]
    sent = sum(sum(map(bool, row.values())) for text in HSDS_1_1.values() for row in csv.DictReader(io.StringIO(text)))
    assert sum(row.used + row.unused for row in found.values()) == sent, "every value is counted once"


def test_holidays_are_no_days_to_come(tmp_path: Path) -> None:
    bring(write_tables(tmp_path / "set", HSDS_1_1))
    skips = Service.objects.get(name="Choir").schedules.get().skips
    assert (len(skips), str(skips[0])) == (8, "2027-12-23")


@pytest.mark.parametrize(("places", "taken", "said"), [(1, 1, "the only place"), (2, 0, "at which of the 2 places")])
def test_where_no_table_says_where_nothing_is_guessed_in_silence(
    tmp_path: Path, places: int, taken: int, said: str
) -> None:
    tables = {
        "organizations.csv": "id,name\n1,Trust\n",
        "services.csv": "id,organization_id,name\n1,1,Tea\n",
        "locations.csv": "id,organization_id,address_1,postcode\n"
        + "".join(f"{n},1,{n} High St,BN11 1AA\n" for n in range(places)),
    }
    run, out = bring(write_tables(tmp_path / "set", tables))
    assert Service.objects.get().at_locations.count() == taken
    assert said in out
    assert any(said in problem[2] for problem in run.problems)


# --- Nested JSON -------------------------------------------------------------------------------------

OUTPOST: dict[str, Any] = {
    "id": 1,
    "name": "Lunch club",
    "description": "Lunch.",
    "min_age": 50,
    "max_age": 90,
    "free": True,
    "status": "published",
    "organisation": {"id": 9, "name": "St Paul's"},
    "locations": [
        {
            "id": 1,
            "name": "St Paul's Hall",
            "address_1": "55 Chapel Road",
            "city": "Worthing",
            "state_province": "West Sussex",
            "postal_code": "BN11 1EE",
            "country": "GB",
            "geometry": {"type": "Point", "coordinates": [-0.3711, 50.8129]},
            "accessibilities": [{"name": "Ramp"}],
        }
    ],
    "contacts": [{"id": 3, "name": "Ada", "phone": "01632 960123"}],
    "taxonomies": [{"id": 4, "name": "Food", "slug": "food", "parent_id": None}],
    "regular_schedules": [{"id": 5, "weekday": "Tuesday", "opens_at": "12:00", "closes_at": "14:00"}],
    "send_needs": [{"id": 6, "name": "Autism"}],
}


def camel(value: Any) -> Any:
    if isinstance(value, dict):
        return {"".join(p.title() if n else p for n, p in enumerate(k.split("_"))): camel(v) for k, v in value.items()}
    return [camel(item) for item in value] if isinstance(value, list) else value


def nested(address: Any, **place: Any) -> dict[str, Any]:
    """The same, its address in another shape."""
    lines = ("address_1", "city", "state_province", "postal_code", "country")
    bare = {name: value for name, value in OUTPOST["locations"][0].items() if name not in lines}
    return OUTPOST | {"locations": [bare | place | address]}


LINES = {"address_1": "55 Chapel Road", "city": "Worthing", "postal_code": "BN11 1EE"}
SHAPES = {
    "as Outpost": OUTPOST,
    "camelCase": camel(OUTPOST),
    "a list of addresses": nested({"physical_addresses": [LINES]}),
    "one address": nested({"physical_addresses": LINES}),
    "an address": nested({"address": LINES}),
    "other lines": nested({"address_line_1": "55 Chapel Road", "town": "Worthing", "postcode": "BN11 1EE"}),
    "at a location": {k: v for k, v in OUTPOST.items() if k != "locations"}
    | {"service_at_locations": [{"id": "a", "location": OUTPOST["locations"][0]}]},
    "one location": {k: v for k, v in OUTPOST.items() if k != "locations"} | {"location": OUTPOST["locations"][0]},
    "a point": nested(LINES, geometry=None, coordinates={"lat": 50.8129, "lng": -0.3711}),
}


@pytest.mark.parametrize("raw", SHAPES.values(), ids=SHAPES.keys())
def test_an_address_inside_its_place_is_kept_with_point_and_ages(tmp_path: Path, raw: dict[str, Any]) -> None:
    (tmp_path / "feed.json").write_text(json.dumps({"content": [raw], "totalPages": 1, "totalElements": 1}))
    bring(tmp_path / "feed.json")
    service = Service.objects.get()
    place = service.at_locations.get().location
    assert (service.minimum_age, service.maximum_age, service.is_free) == (50, 90, True)
    assert (place.address, place.city, place.postcode) == ("55 Chapel Road", "Worthing", "BN11 1EE")
    assert (place.latitude, place.longitude) == (50.8129, -0.3711)
    assert place.accessibility.get().description == "Ramp"
    assert (service.agency.name, service.contacts.get().phone) == ("St Paul's", "01632 960123")
    assert (service.terms.get().name, service.schedules.get().byday) == ("Food", "TU")


def test_a_feed_says_what_became_of_every_field(tmp_path: Path) -> None:
    (tmp_path / "feed.json").write_text(json.dumps([OUTPOST, OUTPOST | {"id": 2, "min_age": "young"}]))
    run, out = bring(tmp_path / "feed.json")
    found = fields(run)
    assert found["min_age"][1:] == (1, "Activity: minimum age", 1, ["young"])
    assert found["locations.postal_code"][1:4] == (2, "Place: postal code", 0)
    assert found["taxonomies.slug"][1:] == (0, "", 2, ["food"])
    assert "not used: “food”" in out
    assert "taxonomies.slug" in out.split("Not used: ")[-1]


@pytest.mark.parametrize(("yes", "no"), [(True, False), ("Y ", "N"), ("on", "off"), ("x", "f")])
def test_a_masked_address_is_not_shown_and_what_is_hidden_does_not_run(tmp_path: Path, yes: Any, no: Any) -> None:
    """A refuge: the source says itself that nobody may see where it is, in whatever words its makers use."""
    masked = nested(LINES | {"mask_exact_address": yes})
    rows = [
        masked,
        OUTPOST | {"id": 2, "visible": no},
        OUTPOST | {"id": 3, "discarded_at": "2026-01-01"},
        OUTPOST | {"id": 4, "status": "archived"},
        OUTPOST | {"id": 5, "temporarily_closed": yes},
        OUTPOST | {"id": 6, "visible": yes, "discarded_at": None, "approved": yes},
    ]
    (tmp_path / "feed.json").write_text(json.dumps(rows))
    bring(tmp_path / "feed.json")
    place = Service.objects.get(received__id=1).at_locations.get().location
    assert (place.address, place.postcode, place.latitude, place.city) == ("", "", None, "Worthing")
    states = {row.received["id"]: row.status for row in Service.objects.all()}
    assert states == {
        1: "active",
        2: "inactive",
        3: "inactive",
        4: "inactive",
        5: "temporarily closed",
        6: "active",
    }


def test_further_numbers_are_kept_with_what_they_are_for(tmp_path: Path) -> None:
    phones = [
        {"number": "01632 960001", "type": "voice"},
        {"number": "01632 960002", "description": "Helpline"},
        {"number": "01632 960003", "type": "fax"},
    ]
    (tmp_path / "feed.json").write_text(json.dumps([walk(phones=phones)]))
    run, _ = bring(tmp_path / "feed.json")
    service = Service.objects.get()
    assert service.phone == "01632 960001"
    assert [(row.title, row.phone) for row in service.contacts.all()] == [("Helpline", "01632 960002")]
    assert fields(run)["phones.number"].went == "Phone, Left out: a fax"


# --- What is no list of services ---------------------------------------------------------------------

FEATURES = {"type": "FeatureCollection", "features": [{"type": "Feature", "properties": {"name": "Ward"}}]}
AREA = {"type": "Polygon", "coordinates": [[[0, 51], [0, 52], [1, 52], [0, 51]]]}
SPOT = {"type": "Point", "coordinates": [-0.37, 50.81]}
OTHERS: list[tuple[str, Any, str]] = [
    ("a.json", {"contents": [{"id": "1", "name": "Trust", "legal_status": "CIO"}]}, "organisations"),
    (
        "a.json",
        {"organizations": [{"id": "1", "name": "Trust", "services": []}]},
        "list of nothing",
    ),
    ("a.json", [{"id": "1", "name": "Isolation", "taxonomy": "needs"}], "taxonomy terms"),
    ("a.json", [{"id": "1", "name": "Kinds", "description": "A list"}], "only id, name, description"),
    ("a.json", {"openapi": "3.1.0", "paths": {}}, "description of an API"),
    ("a.json", {"resourceType": "Bundle", "entry": []}, "FHIR"),
    ("a.json", {"error": "not found"}, "error message"),
    ("a.json", [{"sku": "1", "price_band": "A"}], "only sku, price_band"),
    ("a.json", "{}", "nothing"),
    ("a.geojson", FEATURES | {"features": [FEATURES["features"][0] | {"geometry": AREA}]}, "GeoJSON"),
    ("a.geojson", FEATURES | {"features": [FEATURES["features"][0] | {"geometry": SPOT}]}, "places on a map"),
    ("a.csv", "<!DOCTYPE html><html><body>Sign in, please</body></html>", "a web page"),
    ("a.csv", "", "empty"),
    ("a.csv", " \n\n", "empty"),
    ("a.csv", "%PDF-1.7 ...", "a PDF"),
    ("a.csv", "Organisation,Charity number,Address,Postcode\nTrust,1000000,1 High St,BN11 1AA\n", "organisations"),
    ("organizations.csv", "id,name,description,email\n1,Trust,A trust,a@example.org\n", "organisations"),
    ("locations.csv", "id,name,latitude,longitude\n1,Hall,50.8,-0.3\n", "locations"),
    ("a.csv", "BEGIN:VCALENDAR\nEND:VCALENDAR\n", "a calendar"),
    ("a.xml", "<rss><channel></channel></rss>", "a news feed"),
    ("a.txt", "Dear all\nthe list is on its way\n", "plain text"),
]


@pytest.mark.parametrize(
    ("name", "content", "said"), OTHERS, ids=[f"{said}-{n}" for n, (_, _, said) in enumerate(OTHERS)]
)
def test_what_is_no_list_of_services_is_refused_by_name(tmp_path: Path, name: str, content: Any, said: str) -> None:
    (tmp_path / name).write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(CommandError, match=said):
        bring(tmp_path / name)
    assert not Service.objects.exists()


# --- Said where the steward looks --------------------------------------------------------------------


def test_the_preview_and_the_run_show_the_table(steward: Membership, client_of: ClientOf) -> None:
    helen = client_of(steward)
    sheet = "Name,Postcode,Opening hours,Cost,Hearing loop\nChess,BN11 1AA,Mon 2-4pm,Free,Yes\nBridge,BN11 1AA,,,\n"
    page = words(helen.get(reverse("directory:run", args=[uploaded(helen, sheet).pk])))
    assert "What became of each field" in page
    assert "Hearing loop" in page
    run = brought_in(helen, sheet)
    found = fields(run)
    assert found["Name"][1:4] == (2, "Name of the activity", 0)
    assert found["Hearing loop"][1:] == (0, "", 1, ["Yes"])
    assert "Hearing loop" in words(helen.get(reverse("directory:run", args=[run.pk])))
    again = brought_in(helen, sheet)
    assert (again.same, again.fields) == (2, [])
    assert reverse("directory:run", args=[run.pk]) in words(helen.get(reverse("directory:run", args=[again.pk])))


def test_each_line_is_said_once_with_a_count(tmp_path: Path) -> None:
    rows = [walk(str(n), email=f"nobody{n}", status="pondering") for n in range(5)]
    (tmp_path / "feed.json").write_text(json.dumps(rows))
    _, out = bring(tmp_path / "feed.json")
    lines = [line for line in out.splitlines() if "is not an e-mail address" in line]
    assert len(lines) == 1
    assert lines[0].startswith("5 times (0, 1, 2, …), email: ")
    assert sum("it is shown as running" in line for line in out.splitlines()) == 1


def test_when_all_was_refused_the_command_fails(tmp_path: Path) -> None:
    (tmp_path / "feed.json").write_text(json.dumps([walk(str(n), name="") for n in range(3)]))
    with pytest.raises(CommandError, match="All of it was refused"):
        bring(tmp_path / "feed.json")


def test_two_services_of_a_source_do_not_mix_their_counts(client: Client, tmp_path: Path) -> None:
    """What is as it was says nothing about the fields."""
    (tmp_path / "feed.json").write_text(json.dumps([walk("a"), walk("b")]))
    bring(tmp_path / "feed.json")
    (tmp_path / "feed.json").write_text(json.dumps([walk("a"), walk("b", fees="£2", odd="?")]))
    call_command("import_services", str(tmp_path / "feed.json"), "--source", "x", verbosity=0)
    found = fields(Run.objects.order_by("-started_at")[0])
    assert (found["name"].used, found["fees"].used, found["odd"].unused) == (1, 1, 1)


# --- Feeds of other makers ---------------------------------------------------------------------------


def test_times_with_a_day_that_means_nothing_languages_of_the_place_and_what_to_bring(tmp_path: Path) -> None:
    """As .NET and Rails write a time of day, and as a 211 sends languages, waiting times and documents."""
    raw = walk(
        "1",
        schedules=[{"Weekday": "Monday", "Opens_at": "2023-01-01T10:00:00", "Closes_at": "2000-01-01T12:00:00.000Z"}],
        required_documents=[{"document": "Proof of address"}],
        wait_time="2 weeks",
    )
    raw["service_at_locations"][0]["location"]["languages"] = [{"language": "Polish"}]
    (tmp_path / "feed.json").write_text(json.dumps([raw]))
    run, _ = bring(tmp_path / "feed.json")
    service = Service.objects.get()
    hours = service.schedules.get()
    assert (hours.byday, f"{hours.opens_at:%H:%M}", f"{hours.closes_at:%H:%M}") == ("MO", "10:00", "12:00")
    assert service.languages.get().name == "Polish"
    assert service.application == "Waiting time: 2 weeks\n\nBring: Proof of address"
    assert not [row.field for row in fields(run).values() if row.unused]
