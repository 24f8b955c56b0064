"""A listing as data: into rows and back it is the same, and what differs between two states is said once a field."""

import json
from typing import Any

from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from agencies.models import Author
from directory.models import Service, Status
from directory.models.service import ConfirmationInterval
from directory.publishing.diff import COMPARED_FIELDS, compare_listings, format_listing_fields
from directory.publishing.snapshot import build_snapshot
from directory.publishing.versions import restore_version, update_listing
from tests.factories import ServiceFactory, needs
from tests.properties.strategies import CLOCKS, DAYS

LINE = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), max_size=30)
AMOUNTS = st.none() | st.decimals(0, 9999, places=2, allow_nan=False).map(str)
ID = st.uuids(version=4).map(str)
AGES = st.none() | st.integers(0, 120)

RUNNING = {"status", "paused_until", "published"}  # whether it runs is as it is now, whatever is put back


def rows(**columns: st.SearchStrategy[Any]) -> st.SearchStrategy[list[dict[str, Any]]]:
    return st.lists(st.fixed_dictionaries({"id": ID} | columns), max_size=2, unique_by=lambda row: row["id"])


SCHEDULES = rows(
    freq=st.sampled_from(["WEEKLY", "MONTHLY", ""]),
    byday=st.sampled_from(["TU", "MO,TH", "2TU", "-1FR", ""]),
    interval=st.integers(1, 4),
    opens_at=st.none() | CLOCKS.map(str),
    closes_at=st.none() | CLOCKS.map(str),
    dtstart=st.none() | DAYS.map(str),
    places=st.none() | st.integers(0, 500),
    skips=st.lists(DAYS.map(str), max_size=2),
    notes=LINE,
)
LISTINGS = st.fixed_dictionaries(
    {
        "name": LINE.filter(str.strip),
        "description": LINE,
        "fees": LINE,
        "alert": LINE,
        "status": st.sampled_from(Status.values),
        "published": st.booleans(),
        "minimum_age": AGES,
        "meets_you": st.booleans(),
        "offer_hours": st.integers(1, 72),
        "paused_until": st.none() | DAYS.map(str),
        "confirm_every": st.sampled_from(ConfirmationInterval.values),
        "schedules": SCHEDULES,
        "costs": rows(option=LINE, amount=AMOUNTS, amount_description=LINE),
        "contacts": rows(name=LINE, title=LINE, phone=st.just("01632 960001")),
        "languages": rows(code=st.just("pl"), name=LINE, note=LINE),
        "areas": rows(name=LINE.filter(str.strip)),
        "places": rows(name=LINE, city=LINE, postcode=st.just("BN11 2AA"), note=LINE),
    }
)


def by_id(data: dict[str, Any]) -> dict[str, Any]:
    """Without the order of its rows."""
    return {
        name: sorted(value, key=lambda row: row["id"]) if isinstance(value, list) else value
        for name, value in data.items()
    }


def snapshot_of(service: Service) -> dict[str, Any]:
    return by_id(build_snapshot(Service.objects.get(pk=service.pk)))


@settings(max_examples=settings.default.max_examples // 6)  # each is saved three times
@given(LISTINGS, LISTINGS, st.sets(st.sampled_from(sorted(COMPARED_FIELDS))))
def test_a_version_put_back_says_what_it_said_but_whether_it_runs(
    first: dict[str, Any], other: dict[str, Any], taken: set[str]
) -> None:
    with transaction.atomic():
        term = needs("Company")[0]
        service = ServiceFactory(published_at=None)
        terms = {"terms": [{"id": str(term.pk), "name": term.name}]}
        kept = update_listing(service, first | terms, by=Author.system(), what="First")
        before = snapshot_of(service)
        assert json.loads(json.dumps(before)) == before == by_id(kept.data)
        for name, value in first.items():
            if not isinstance(value, list):
                assert before[name] == value, name
            else:
                assert {row["id"] for row in before[name]} == {row["id"] for row in value}, name
        update_listing(
            service, before | {n: v for n, v in other.items() if n in taken | RUNNING}, by=Author.system(), what="Next"
        )
        between = snapshot_of(service)
        restore_version(kept, by=Author.system())
        running = {name: between[name] for name in RUNNING}
        assert snapshot_of(service) == by_id(kept.data | running)
        transaction.set_rollback(True)


@given(LISTINGS, LISTINGS, st.sets(st.sampled_from(sorted(COMPARED_FIELDS))))
def test_what_differs_is_said_once_a_field_and_the_other_way_round_the_other_way_round(
    old: dict[str, Any], other: dict[str, Any], taken: set[str]
) -> None:
    new = old | {name: value for name, value in other.items() if name in taken}
    found = compare_listings(old, new)
    assert compare_listings(old, old) == []
    assert [one.field for one in found] == [name for name in COMPARED_FIELDS if name in {one.field for one in found}]
    assert {one.field for one in found} <= {name for name in new if new[name] != old[name]}
    assert [(one.field, one.new, one.old) for one in compare_listings(new, old)] == [
        (one.field, one.old, one.new) for one in found
    ]
    said = dict(format_listing_fields(new))
    assert all(said.get(one.label, "") == one.new for one in found)
