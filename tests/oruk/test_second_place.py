"""Our own feed, read over HTTP into an empty place: the same directory comes out."""

import json
from pathlib import Path
from typing import Any

import pytest

from agencies.models import Agency
from directory.exchange.feeds import read_services
from directory.exchange.importer import Importer
from directory.exchange.open_referral import select_for_full, to_oruk
from directory.models import (
    Location,
    Schedule,
    Service,
    ServiceAtLocation,
    Session,
    Taxonomy,
    TaxonomyTerm,
)
from directory.search.statement import SearchQuery, search
from tests.oruk.making import bare, rich

HOUNSLOW = Path(__file__).parents[3] / "shared" / "data" / "hounslow-oruk.json"
pytestmark = pytest.mark.django_db(transaction=True)

# Where places are booked stays where the service is kept, and so does a term's short name; all else comes over.
STAYS = {"bookable", "code"}
COLUMNS = (
    "name",
    "description",
    "url",
    "email",
    "phone",
    "status",
    "fees",
    "accreditations",
    "eligibility",
    "application",
    "minimum_age",
    "maximum_age",
    "alert",
    "assured_date",
    "first_time",
    "meets_you",
)
PLACE = (
    "location_type",
    "name",
    "description",
    "address",
    "city",
    "region",
    "county",
    "postcode",
    "country",
    "latitude",
    "longitude",
    "transport",
)
HOURS = (
    "freq",
    "interval",
    "byday",
    "bymonthday",
    "opens_at",
    "closes_at",
    "dtstart",
    "valid_from",
    "valid_to",
    "description",
    "notes",
    "schedule_link",
    "attending_type",
    "places",
    "skips",
    "at_location_id",
    "service_id",
)


def directory() -> dict[str, Any]:
    """All that a reader can find, from the tables."""
    return {
        "services": {row["id"]: row for row in Service.visible_to().values("id", "agency_id", *COLUMNS)},
        "agencies": {
            row["id"]: row
            for row in Agency.objects.filter(services__isnull=False).values(
                "id", "name", "description", "url", "charity_number", "company_number"
            )
        },
        "places": {row["id"]: row for row in Location.objects.filter(at_services__isnull=False).values("id", *PLACE)},
        "at": {row["id"]: row for row in ServiceAtLocation.objects.values("id", "service", "location", "description")},
        "hours": {row["id"]: row for row in Schedule.objects.values("id", *HOURS)},
        "terms": {
            row["id"]: row
            for row in TaxonomyTerm.objects.filter(services__isnull=False).values(
                "id", "name", "description", "words", "parent", "taxonomy__name", "uri"
            )
        },
    }


def as_published() -> dict[str, Any]:
    return {str(row.pk): without(to_oruk(row)) for row in select_for_full(Service.visible_to()).order_by("pk")}


def without(item: Any) -> Any:
    """What of an item comes over; lists in the order of their ids."""
    if isinstance(item, dict):
        languages = "note" in item  # a language's code is its own
        return {k: without(v) for k, v in item.items() if k not in STAYS or (languages and k == "code")}
    if isinstance(item, list) and item and isinstance(item[0], dict):
        return sorted(map(without, item), key=lambda row: row["id"])
    return item


def emptied() -> None:
    Session.objects.all().delete()
    ServiceAtLocation.objects.all().delete()
    Service.objects.all().delete()
    Location.objects.all().delete()
    TaxonomyTerm.objects.filter(parent__isnull=False).delete()
    TaxonomyTerm.objects.all().delete()
    Taxonomy.objects.all().delete()
    Agency.objects.all().delete()


# What is asked about, and taken all the same.
QUESTIONS = ("is not among the postcodes in use: is it right?", "is it still on? It is shown as running")


def moved(live_server: Any) -> Importer:
    """The feed is read page by page and one by one, then comes into an empty place."""
    raws = list(read_services(f"{live_server.url}/api/oruk/v3/", allow_private=True))
    emptied()
    work = Importer("another place")
    list(work.import_services(raws))
    assert work.report.refused == 0, work.report.problems
    assert [problem for problem in work.report.problems if not problem.said.endswith(QUESTIONS)] == []
    return work


def test_every_column_that_is_published_comes_over(live_server: Any) -> None:
    for number in range(3):
        rich(f"Walk {number}")
    bare()
    before, published = directory(), as_published()
    moved(live_server)
    after = directory()
    for what, rows in before.items():
        assert after[what] == rows, what
    assert as_published() == published


@pytest.mark.skipif(not HOUNSLOW.exists(), reason="the real directory is not part of the repository")
def test_the_313_real_services_come_over_and_are_found_alike(live_server: Any) -> None:
    work = Importer("hounslow")
    list(work.import_services(json.loads(HOUNSLOW.read_text())))
    asked = [
        SearchQuery(words=words, size=50) for words in ("gardening", "carers", "exercise class", "bereavement", "food")
    ]
    published, found = as_published(), [sorted(s.name for s in search(one).cards) for one in asked]
    assert len(published) == 313
    assert all(found)
    moved(live_server)
    now = as_published()
    assert {key: now.get(key) for key in published if now.get(key) != published[key]} == {}
    assert len(now) == 313
    assert [sorted(s.name for s in search(one).cards) for one in asked] == found
