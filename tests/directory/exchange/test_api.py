"""`/api/oruk/v3/`: what it gives, what it refuses, what caches may keep, and what never leaks."""

import datetime
import json
import uuid
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from directory.exchange.api.oruk import COLLECTIONS
from directory.models import Schedule, Service, ServiceAtLocation, Taxonomy, TaxonomyTerm
from tests.directory.making import HOVE, SHOREHAM, WORTHING, listed
from tests.factories import ServiceFactory
from tests.oruk.making import bare, rich

BASE = "/api/oruk/v3"


def get(client: Client, path: str, **query: Any) -> Any:
    response = client.get(f"{BASE}{path}", query)
    assert response.status_code == 200, response.content
    return response.json()


def names(client: Client, path: str = "/services", **query: Any) -> list[str]:
    return sorted((item.get("service") or item)["name"] for item in get(client, path, **query)["contents"])


# --- Works ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "/"])
def test_the_base_says_the_version_as_the_validator_reads_it(path: str, client: Client) -> None:
    about = get(client, path)
    assert about["version"] == "HSDS-UK-3.0"
    assert about["openapi_url"].endswith("/api/openapi.json")
    assert about["profile"].startswith("https://")


def test_a_page_has_the_envelope_and_its_items_in_a_fixed_order(client: Client) -> None:
    for number in range(5):
        bare(f"Shed {number}")
    pages = [get(client, "/services", page=number, per_page=2) for number in (1, 2, 3, 4)]
    assert [page["size"] for page in pages] == [2, 2, 1, 0]
    assert {page["total_items"] for page in pages} == {5}
    assert {page["total_pages"] for page in pages} == {3}
    assert [page["page_number"] for page in pages] == [1, 2, 3, 4]
    assert [page["first_page"] for page in pages] == [True, False, False, False]
    assert [page["last_page"] for page in pages] == [False, False, True, True]
    assert [page["empty"] for page in pages] == [False, False, False, True]
    ids = [item["id"] for page in pages for item in page["contents"]]
    assert ids == sorted(str(pk) for pk in Service.objects.values_list("pk", flat=True))


def test_a_service_comes_with_all_that_belongs_to_it(client: Client) -> None:
    service = rich()
    item = get(client, f"/services/{service.pk}")
    assert item["name"] == "Seafront walk"
    assert item["first_time"] == "Look for the red hat"
    assert (item["meets_you"], item["bookable"]) == (True, True)
    place = item["service_at_locations"][0]
    assert place["description"] == "Upstairs"
    assert place["schedules"][0]["skips"] == ["2027-01-05"]
    assert place["location"]["transportation"] == "Bus 700"
    assert item["organization"]["organization_identifiers"][0]["identifier_scheme"] == "GB-CHC"
    minibus, session = item["capacities"]
    assert (minibus["unit"]["name"], minibus["available"], minibus["maximum"]) == ("places", 3, 12)
    assert (session["available"], session["maximum"]) == (7, 12)
    assert session["description"].startswith("At the next session, ")


def test_a_list_holds_what_there_is_one_of_and_full_holds_all(client: Client) -> None:
    service = rich()
    (item,) = get(client, "/services")["contents"]
    assert "schedules" not in item
    assert item["organization"]["name"] == "Seafront walk group"
    (whole,) = get(client, "/services", full="true")["contents"]
    assert whole == get(client, f"/services/{service.pk}")
    (least,) = get(client, "/services", minimal="true")["contents"]
    assert least.keys() == {"id", "last_modified"}


def test_a_stream_gives_all_of_them_a_line_each(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("directory.exchange.api.responses.ROWS_PER_CHUNK", 2)
    for number in range(5):
        bare(f"Shed {number}")
    response = client.get(f"{BASE}/services", {"format": "ndjson", "per_page": 1, "full": "true"})
    assert response["Content-Type"] == "application/x-ndjson"
    lines = [json.loads(line) for line in b"".join(response.streaming_content).splitlines()]
    assert sorted(line["name"] for line in lines) == [f"Shed {number}" for number in range(5)]
    assert all("service_at_locations" in line for line in lines)
    places = client.get(f"{BASE}/service_at_locations", {"format": "ndjson"})
    assert len(b"".join(places.streaming_content).splitlines()) == 5


def test_places_terms_and_organisations_are_there_too(client: Client) -> None:
    service = rich()
    at = ServiceAtLocation.objects.get()
    (place,) = get(client, "/service_at_locations")["contents"]
    assert place["service"]["id"] == str(service.pk)
    assert get(client, f"/service_at_locations/{at.pk}")["service"]["first_time"] == "Look for the red hat"
    taxonomy = Taxonomy.objects.get(name="Kinds")
    whole = get(client, f"/taxonomies/{taxonomy.pk}")
    assert sorted(term["name"] for term in whole["taxonomy_terms"]) == ["Outdoors", "Walking"]
    walking, outdoors = TaxonomyTerm.objects.get(name="Walking"), TaxonomyTerm.objects.get(name="Outdoors")
    assert get(client, f"/taxonomy_terms/{walking.pk}")["parent_id"] == str(outdoors.pk)
    assert get(client, f"/taxonomy_terms/{outdoors.pk}")["filled"] == ["description"]
    assert names(client, "/taxonomy_terms", taxonomy_id=taxonomy.pk, top_only="true") == ["Outdoors"]
    assert names(client, "/taxonomy_terms", parent_id=outdoors.pk) == ["Walking"]
    assert names(client, "/organizations") == ["Seafront walk group"]
    assert get(client, f"/organizations/{service.agency_id}")["organization_identifiers"]


# --- Filters ----------------------------------------------------------------------------------------


def test_words_terms_and_organisations_narrow_it_and_add_up(client: Client) -> None:
    service = rich()
    listed("Gardening")
    term = TaxonomyTerm.objects.get(name="Walking")
    assert names(client, search="gardens") == ["Gardening"]
    assert names(client, search="walk red") == []
    assert names(client, taxonomy_term_id=term.pk) == ["Seafront walk"]
    assert names(client, taxonomy_id=term.taxonomy_id) == ["Seafront walk"]
    assert names(client, organization_id=service.agency_id) == ["Seafront walk"]
    assert names(client, taxonomy_id=term.taxonomy_id, search="gardening") == []
    assert names(client, "/service_at_locations", search="gardening") == ["Gardening"]


def test_ages_are_read_as_the_standard_says(client: Client) -> None:
    ServiceFactory(name="Youth", minimum_age=11, maximum_age=18)
    ServiceFactory(name="Elders", minimum_age=60)
    ServiceFactory(name="All")
    assert names(client, minimum_age=18) == ["Elders"]
    assert names(client, maximum_age=18) == ["Youth"]
    assert names(client, minimum_age=11, maximum_age=20) == ["Youth"]


def test_day_and_times_are_of_the_same_meeting(client: Client) -> None:
    walk = listed("Walk", day="TU")  # 10:30 to 12
    Schedule.objects.create(service=walk, freq="WEEKLY", byday="TH", opens_at=datetime.time(19))
    Schedule.objects.create(service=walk, byday="SU", valid_to=timezone.localdate() - datetime.timedelta(days=1))
    for query in (
        {"day": "TU"},
        {"day": "tuesday"},
        {"day": "Tue"},
        {"start_time": "10:30"},
        {"end_time": "12:00:00"},
        {"day": "TH"},
    ):
        assert names(client, **query) == ["Walk"], query
        assert names(client, "/service_at_locations", **query) == ["Walk"], query
    for query in ({"day": "MO"}, {"day": "SU"}, {"day": "TU", "start_time": "18:00"}, {"end_time": "11:00"}):
        assert names(client, **query) == [], query
        assert names(client, "/service_at_locations", **query) == [], query


def test_near_a_postcode_by_metres(client: Client) -> None:
    listed("Walk", WORTHING)
    listed("Swim", SHOREHAM)  # 7 km
    listed("Bowls", HOVE)  # 14 km
    listed("Phone", None)
    near = {"postcode": "BN11 2AA"}
    assert names(client, "/service_at_locations", **near, proximity=3000) == ["Walk"]
    assert names(client, "/service_at_locations", **near) == ["Walk"]
    assert names(client, "/service_at_locations", **near, proximity=10_000) == ["Swim", "Walk"]
    assert names(client, "/service_at_locations", **near, proximity=400_000) == ["Bowls", "Swim", "Walk"]


def test_what_changed_or_came_after_a_moment(client: Client) -> None:
    old = timezone.now() - datetime.timedelta(days=9)
    ServiceFactory(name="Old", last_modified=old, created_at=old, published_at=old)
    ServiceFactory(name="Changed", created_at=old, published_at=old)
    ServiceFactory(name="New, from a feed that says it is old", last_modified=old)
    since = (timezone.now() - datetime.timedelta(days=1)).astimezone(datetime.UTC)
    for written in (since.isoformat(), since.isoformat().replace("+00:00", "Z"), f"{since:%Y-%m-%d}"):
        assert names(client, modified_after=written) == ["Changed", "New, from a feed that says it is old"], written
    assert client.get(f"{BASE}/services?modified_after={since.isoformat()}").json()["total_items"] == 2  # "+" as " "
    changes = get(client, "/services", modified_after="2020-01-01")["contents"]
    assert [item["name"] for item in changes][:2] == ["Old", "Changed"], "in the order in which they changed"


# --- Bad input --------------------------------------------------------------------------------------


BAD = {
    "page": "0",
    "per_page": "101",
    "taxonomy_term_id": "walking",
    "taxonomy_id": "1",
    "organization_id": "\0",
    "minimum_age": "old",
    "maximum_age": "-1",
    "start_time": "25:00",
    "end_time": "soon",
    "day": "Caturday",
    "modified_after": "yesterday",
    "full": "perhaps",
    "format": "xml",
    "search": "x" * 201,
}


@pytest.mark.parametrize(("name", "value"), BAD.items())
def test_a_parameter_that_cannot_be_used_is_named(name: str, value: str, client: Client) -> None:
    response = client.get(f"{BASE}/services", {name: value})
    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert response["Access-Control-Allow-Origin"] == "*"
    (wrong,) = response.json()["errors"]
    assert wrong["name"] == name
    assert wrong["reason"] in response.json()["detail"]


def test_how_many_on_a_page_is_said_in_the_same_words_everywhere(client: Client) -> None:
    said = "a whole number from 1 to 100, or to 10,000 with minimal=true"
    for value in ("0", "101", "10001", "many"):
        assert f"per_page is {said}" in client.get(f"{BASE}/services", {"per_page": value}).json()["detail"], value
    (row,) = [
        row
        for row in client.get("/api/openapi.json").json()["paths"]["/services"]["get"]["parameters"]
        if row["name"] == "per_page"
    ]
    assert said in row["description"]


def test_all_that_is_wrong_is_said_at_once(client: Client) -> None:
    response = client.get(f"{BASE}/service_at_locations", {"page": "x", "postcode": "ZZ99 9ZZ", "day": "TU"})
    assert [wrong["name"] for wrong in response.json()["errors"]] == ["postcode", "page"]
    lone = client.get(f"{BASE}/service_at_locations", {"proximity": "100"})
    assert lone.json()["detail"] == "proximity needs a postcode to be measured from."
    opposite = client.get(f"{BASE}/services", {"minimal": "true", "full": "true"})
    assert opposite.status_code == 400


@pytest.mark.parametrize("text", ["a\0b", "🦩🧑🏽‍🦽", "\u202eعبد", "x:* | !", "'; DROP", "&&&", "   ", "%", "\\"])
def test_any_words_can_be_looked_for(text: str, client: Client) -> None:
    rich()
    assert client.get(f"{BASE}/services", {"search": text}).status_code == 200
    assert client.get(f"{BASE}/services", {"other": text, "page": ""}).status_code == 200


@pytest.mark.parametrize("name", COLLECTIONS)
@pytest.mark.parametrize("key", ["2f0bb1c0-7a55-4d2c-9a41-0c6b7d0c9e11", "nothing", "a b", "%00", "🦩", "1" * 5000])
def test_an_unknown_id_is_404_in_json(name: str, key: str, client: Client) -> None:
    response = client.get(f"{BASE}/{name}/{key}")
    assert response.status_code == 404
    assert response["Access-Control-Allow-Origin"] == "*"
    assert response.json()["title"] == f"There is no such item among the {name}"


def test_an_unknown_address_is_404_in_json(client: Client) -> None:
    for path in ("/reviews", "/services/a/b", "/../v2"):
        response = client.get(f"{BASE}{path}")
        assert (response.status_code, response["Access-Control-Allow-Origin"]) == (404, "*")
        assert response.json()["status"] == 404


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_nothing_can_be_written(method: str) -> None:
    strict = Client(enforce_csrf_checks=True)
    for path in ("/", "/services", f"/services/{uuid.uuid4()}", "/nothing"):
        response = getattr(strict, method)(f"{BASE}{path}")
        assert response.status_code == 405, path
        assert response["Allow"] == "GET, HEAD, OPTIONS"
        assert response.json()["status"] == 405


def test_another_sites_script_may_ask_first_and_read_the_headers(client: Client) -> None:
    response = client.options(f"{BASE}/services", headers={"Origin": "https://elsewhere.example.org"})
    assert (response.status_code, response["Access-Control-Allow-Origin"]) == (204, "*")
    assert "If-None-Match" in response["Access-Control-Allow-Headers"]
    assert "ETag" in client.get(f"{BASE}/services")["Access-Control-Expose-Headers"]


def test_a_fault_of_ours_is_json_too(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("directory.exchange.api.queries.count_rows", lambda *_: 1 // 0)
    response = client.get(f"{BASE}/services")
    assert (response.status_code, response["Access-Control-Allow-Origin"]) == (500, "*")
    assert response.json()["title"].startswith("Something went wrong")
