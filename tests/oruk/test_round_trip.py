"""What is read as Open Referral UK 3.0 is written as Open Referral UK 3.0, valid against its compiled schema."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from jsonschema import Draft202012Validator, FormatChecker

from directory.exchange.importer import Importer
from directory.exchange.open_referral import FULL_SERVICE_PREFETCH, from_oruk, to_oruk
from directory.models import Service

HERE = Path(__file__).parent
HOUNSLOW = HERE.parents[2] / "shared" / "data" / "hounslow-oruk.json"
EXAMPLE = json.loads((HERE / "service_full.json").read_text())


def errors(service: dict[str, Any], schema: str = "service") -> list[str]:
    """What the schema says against it, with formats asserted as the official validator does."""
    return [f"{error.json_path}: {error.message[:100]}" for error in validator_of(schema).iter_errors(service)]


@cache
def validator_of(schema: str) -> Draft202012Validator:
    compiled = json.loads((HERE / "compiled" / f"{schema}.json").read_text())
    return Draft202012Validator(compiled, format_checker=FormatChecker())


def brought_in(*raws: dict[str, Any]) -> list[Service]:
    work = Importer("example")
    list(work.import_services(raws))
    assert work.report.refused == 0, work.report.problems
    return list(
        Service.objects.filter(source="example").prefetch_related(*FULL_SERVICE_PREFETCH).order_by("name", "id")
    )


def test_the_schema_bites() -> None:
    assert errors({"id": "1", "name": "Walk", "status": "on"}) != []
    assert errors(EXAMPLE | {"email": "nobody"}) != []
    assert errors(EXAMPLE | {"url": "not an address"}) != []


def test_the_full_example_comes_back_with_nothing_lost_but_what_is_wrong_in_it() -> None:
    (service,) = brought_in(EXAMPLE)
    out = to_oruk(service)
    assert errors(out) == []
    for name, value in EXAMPLE.items():
        if not isinstance(value, (dict, list)) and name != "assurer_email":
            assert out[name] == value.strip() if isinstance(value, str) else value, name
    assert service.assurer_email == EXAMPLE["assurer_email"]
    assert "assurer_email" not in out, "who checked it is nobody else's business"
    assert out["schedules"] == EXAMPLE["schedules"]
    assert out["cost_options"] == EXAMPLE["cost_options"]
    assert out["contacts"] == EXAMPLE["contacts"]
    (number,) = out["organization"].pop("organization_identifiers")
    assert number.items() >= {"identifier_scheme": "GB-COH", "identifier": "1234567"}.items()
    assert out["organization"].items() <= EXAMPLE["organization"].items()
    place, sent = (d["service_at_locations"][0]["location"] for d in (out, EXAMPLE))
    assert (place["id"], place["name"], place["description"]) == (sent["id"], sent["name"], sent["description"])
    assert "latitude" not in place, "100 degrees north is no place"
    assert out["attributes"][0]["taxonomy_term"]["id"] == EXAMPLE["attributes"][0]["taxonomy_term"]["id"]
    assert service.received["funding"] == EXAMPLE["funding"], "what has no column here is kept"


def test_a_service_with_nothing_but_its_name_is_valid() -> None:
    (service,) = brought_in(
        {"id": "shed-1", "name": "Men's shed", "status": "active", "organization": {"name": "Shed"}}
    )
    out = to_oruk(service)
    assert errors(out) == []
    assert None not in out.values()
    assert "" not in out.values()
    assert "url" not in out


def test_a_place_with_a_postcode_alone_gives_a_whole_address() -> None:
    location = {"id": "a", "addresses": [{"postal_code": "BN11 2AA"}]}
    raw = {"id": "s", "name": "Walk", "status": "active", "service_at_locations": [{"location": location}]}
    (service,) = brought_in(raw)
    assert errors(to_oruk(service)) == []


def test_what_we_write_we_read_to_the_same_again() -> None:
    (service,) = brought_in(EXAMPLE)
    once = to_oruk(service)
    Service.objects.all().delete()
    assert from_oruk(once, "example").problems == []
    (again,) = brought_in(once)
    assert to_oruk(again) == once


@pytest.mark.skipif(not HOUNSLOW.exists(), reason="the real directory is not part of the repository")
def test_all_313_real_services_come_in_and_go_out_valid() -> None:
    raws = json.loads(HOUNSLOW.read_text())
    services = brought_in(*raws)
    assert len(services) == 313
    assert [(s.name, errors(to_oruk(s))[:3]) for s in services if errors(to_oruk(s))] == []


def test_writing_many_takes_as_many_queries_as_writing_one() -> None:
    counts = []
    for number in (1, 5):
        rows = [EXAMPLE | {"id": f"s{n}", "name": f"Walk {n}"} for n in range(number)]
        brought_in(*rows)
        with CaptureQueriesContext(
            connection,
        ) as seen:
            for service in Service.objects.filter(source="example").prefetch_related(*FULL_SERVICE_PREFETCH):
                to_oruk(service)
        counts.append(len(seen))
    assert counts[0] == counts[1]
