"""`/api/oruk/v3/`: what caches may keep, how many queries it takes, and what never leaks."""

import datetime
import json
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django.utils.http import http_date

from directory.exchange.api.oruk import COLLECTION_PARAMETERS, COLLECTIONS
from directory.exchange.importer import Importer
from directory.models import Edition, Service
from tests.directory.exchange.test_api import BASE, get
from tests.directory.exchange.test_importer import walk
from tests.factories import AgencyFactory, ServiceFactory
from tests.oruk.making import SECRET, bare, rich, unlisted
from tests.queries import assert_max_queries

# --- Caches -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["", "/services", "/services?full=true", "/taxonomies", "/service_at_locations"])
def test_nothing_is_built_for_who_has_it_already(path: str, client: Client) -> None:
    rich()
    first = client.get(f"{BASE}{path}")
    assert first["Cache-Control"] == "public, max-age=60"
    assert "Cookie" not in first.get("Vary", "")
    with assert_max_queries(1):
        again = client.get(f"{BASE}{path}", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["Access-Control-Allow-Origin"] == "*"
    since = client.get(f"{BASE}{path}", headers={"If-Modified-Since": first["Last-Modified"]})
    assert since.status_code == 304
    older = client.get(f"{BASE}{path}", headers={"If-Modified-Since": http_date(0)})
    assert older.status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        lambda s: Service.objects.filter(pk=s.pk).update(name="New name"),
        lambda s: Service.objects.filter(pk=s.pk).update(hidden_at=timezone.now()),
        lambda s: s.agency.save(),
        lambda s: s.at_locations.get().location.save(),
        lambda s: s.at_locations.get().location.accessibility.all().delete(),
        lambda s: s.contacts.update(name="Ann"),
        lambda s: s.sessions.update(taken=6),
        lambda s: s.service_terms.all().delete(),
    ],
)
def test_whatever_is_published_changes_the_edition(change: Any, client: Client) -> None:
    service = rich()
    first = client.get(f"{BASE}/services/{service.pk}")
    change(service)
    again = client.get(f"{BASE}/services/{service.pk}", headers={"If-None-Match": first["ETag"]})
    assert again.status_code in (200, 404), "304 would be an old copy"


def test_how_many_there_are_is_right_at_once(client: Client) -> None:
    service = bare()
    assert get(client, "/services")["total_items"] == 1
    bare("Another")
    assert get(client, "/services")["total_items"] == 2
    Service.objects.filter(pk=service.pk).update(hidden_at=timezone.now())
    assert get(client, "/services")["total_items"] == 1


def test_older_editions_are_forgotten_and_no_name_comes_twice() -> None:
    bare()
    seen = {Edition.now().name}
    for _ in range(3):
        Edition.objects.update(at=timezone.now() - datetime.timedelta(days=9))
        Edition.delete_older(timezone.now() - datetime.timedelta(days=1))
        assert Edition.now().name not in seen
        seen.add(Edition.now().name)
    assert Edition.objects.count() == 1


def test_it_is_packed_for_who_can_unpack_it(client: Client) -> None:
    for number in range(9):
        rich(f"Walk {number}")
    packed = client.get(f"{BASE}/services", headers={"Accept-Encoding": "gzip"})
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    again = client.get(f"{BASE}/services", headers={"Accept-Encoding": "gzip", "If-None-Match": packed["ETag"]})
    assert again.status_code == 304


def test_no_cookie_is_read_or_set(client_of: Any, connector: Any) -> None:
    """A member of staff reads what everybody reads, and the answer may be kept for all."""
    client = client_of(connector)
    response = client.get(f"{BASE}/services")
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")
    assert not hasattr(response.wsgi_request.user, "email")


@pytest.mark.parametrize("name", COLLECTIONS)
def test_many_items_take_as_many_queries_as_a_few(name: str, client: Client) -> None:
    def count(**full: str) -> int:
        with assert_max_queries(17 if full else 5) as statements:
            get(client, f"/{name}", **full)
        return len(statements)

    asked = [{}, {"full": "true"}] if "full" in COLLECTION_PARAMETERS[name] else [{}]
    counted = []
    for more in (2, 3):
        for number in range(more):
            rich(f"Walk {more} {number}")
        counted.append([count(**full) for full in asked])
    few, many = counted
    assert few == many


# --- What never leaks -------------------------------------------------------------------------------


def test_nothing_that_is_not_listed_is_in_any_answer(client: Client) -> None:
    hidden = unlisted()
    rich()
    paths = [f"/{name}?full=1&per_page=100" for name in COLLECTIONS] + [f"/{name}?per_page=100" for name in COLLECTIONS]
    for path in [p.replace("full=1&", "") if p.startswith("/taxonom") else p for p in paths]:
        assert SECRET not in client.get(f"{BASE}{path}").content.decode(), path
    for name in COLLECTIONS:
        stream = client.get(f"{BASE}/{name}", {"format": "ndjson"})
        assert SECRET not in b"".join(stream.streaming_content).decode(), name
    for service in hidden:
        assert client.get(f"{BASE}/services/{service.pk}").status_code == 404
        assert client.get(f"{BASE}/organizations/{service.agency_id}").status_code == 404
        for at in service.at_locations.all():
            assert client.get(f"{BASE}/service_at_locations/{at.pk}").status_code == 404
    assert get(client, "/services", search=SECRET)["total_items"] == 0
    assert get(client, "/services", organization_id=hidden[0].agency_id)["total_items"] == 0


def test_addresses_of_people_are_not_published(client: Client) -> None:
    service = rich()
    text = json.dumps(get(client, f"/services/{service.pk}")) + json.dumps(get(client, "/services"))
    assert SECRET not in text, "where referrals go, who checked it, the agency's own e-mail"
    assert "joan@group.example.org" in text, "whom to ask for is on its page too"


def test_what_a_feed_published_of_an_agency_is_published_again(client: Client) -> None:
    work = Importer("feed")
    list(
        work.import_services(
            [walk(organization={"id": "o", "name": "Walkers", "description": "W", "email": "w@walk.example.org"})]
        )
    )
    assert get(client, "/services")["contents"][0]["organization"]["email"] == "w@walk.example.org"
    agency = AgencyFactory(email="own@agency.example.org")
    ServiceFactory(agency=agency)
    assert "own@agency.example.org" not in json.dumps(get(client, "/services"))
