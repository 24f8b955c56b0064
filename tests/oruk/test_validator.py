"""The whole feed judged as the national validator judges it, over HTTP."""

import json
import random
from pathlib import Path
from typing import Any

import pytest

from directory.exchange.importer import Importer
from directory.models import Service, ServiceAtLocation
from tests.oruk.making import bare, rich, unlisted
from tests.oruk.validator import Validator, problems_of

HOUNSLOW = Path(__file__).parents[3] / "shared" / "data" / "hounslow-oruk.json"
pytestmark = pytest.mark.django_db(transaction=True)


def judge(live_server: Any) -> Any:
    return Validator(f"{live_server.url}/api/oruk/v3", random.Random(1)).judge()


def test_a_directory_that_uses_every_column_passes(live_server: Any) -> None:
    for number in range(3):
        rich(f"Walk {number}")
    bare()
    unlisted()
    verdict = judge(live_server)
    assert verdict.errors == []
    assert verdict.warnings == []


@pytest.mark.skipif(not HOUNSLOW.exists(), reason="the real directory is not part of the repository")
def test_the_313_real_services_pass_on_every_page(live_server: Any) -> None:
    work = Importer("hounslow")
    list(work.import_services(json.loads(HOUNSLOW.read_text())))
    verdict = judge(live_server)
    assert verdict.errors == []
    assert verdict.warnings == []
    validator = Validator(f"{live_server.url}/api/oruk/v3")
    listed = 0
    for number in range(1, 8):
        listed += len(validator.page("/services", number, "service_list")["contents"])
    for number in range(1, 8):
        validator.page("/service_at_locations", number, "service_at_location_list")
    assert listed == 313
    assert validator.verdict.errors == []


def test_an_empty_directory_is_only_warned_of(live_server: Any) -> None:
    Service.objects.all().delete()
    verdict = judge(live_server)
    assert verdict.errors == []
    assert "/services: the feed is empty" in verdict.warnings


def test_the_judge_bites() -> None:
    assert problems_of({"id": "1", "name": "Walk", "status": "on"}, "service")
    assert problems_of({"id": "1", "name": "Kinds"}, "taxonomy")
    good = {"id": "5c4d79d7-cc55-470e-9f1f-8cad074e4892", "name": "Walk", "status": "active"}
    assert problems_of(good, "service") == []
    assert problems_of(good | {"fees": ""}, "service") == ["$.fees: empty"]


def test_a_service_at_a_place_is_valid_as_both_schemas(live_server: Any) -> None:
    """The published description asks for a service at `/service_at_locations/{id}`, the data model for its own."""
    rich()
    validator = Validator(f"{live_server.url}/api/oruk/v3")
    item = validator.get(f"/service_at_locations/{ServiceAtLocation.objects.get().pk}")
    assert problems_of(item, "service") == []
    assert problems_of(item, "service_at_location") == []
    assert item["location"]["addresses"][0]["postal_code"] == "BN11 2AA"
