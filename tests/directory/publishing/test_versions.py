"""A listing as data and back; every version kept, compared and put back."""

import datetime
import json
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction

from agencies.models import Author
from directory.models import (
    Accessibility,
    Contact,
    CostOption,
    Language,
    Location,
    Proposal,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
    ServiceTerm,
    Session,
    Spot,
    Status,
    Version,
)
from directory.publishing.diff import COMPARED_FIELDS, compare_listings, format_listing_fields
from directory.publishing.snapshot import build_snapshot
from directory.publishing.versions import (
    find_open_edit,
    propose_edit,
    record_version,
    restore_version,
    update_listing,
)
from tests.factories import ServiceFactory, needs


@pytest.fixture
def by(provider):
    return Author.of(provider)


@pytest.fixture
def hall():
    hall = Location.objects.create(
        name="St Mary's Hall", city="Worthing", postcode="BN11 2AA", latitude=50.8, longitude=-0.37
    )
    Accessibility.objects.create(location=hall, description="Step-free")
    return hall


@pytest.fixture
def walk(provider, hall):
    """A listing with something of everything."""
    walk = ServiceFactory(agency=provider.agency, name="Harbour walk", description="We walk.", minimum_age=50)
    at = ServiceAtLocation.objects.create(service=walk, location=hall, description="Side door")
    Schedule.objects.create(
        service=walk,
        at_location=at,
        freq="WEEKLY",
        byday="TU",
        opens_at=datetime.time(10, 30),
        places=12,
        closes_at=datetime.time(12),
        dtstart=datetime.date(2026, 9, 1),
        skips=[datetime.date(2026, 12, 29)],
    )
    CostOption.objects.create(service=walk, option="Everybody", amount=Decimal("2.5"))
    Contact.objects.create(service=walk, name="Joan", phone="01632 960001")
    Language.objects.create(service=walk, code="pl", name="Polish")
    ServiceArea.objects.create(service=walk, name="Adur")
    ServiceTerm.objects.create(service=walk, term=needs("Company")[0])
    return walk


def fresh(service):
    return Service.objects.get(pk=service.pk)


def test_given_a_listing_when_put_as_it_is_then_every_row_is_as_it_was(walk, by):
    data = build_snapshot(walk)
    assert json.loads(json.dumps(data)) == data
    update_listing(walk, data, by=by, what="Nothing new")
    assert build_snapshot(fresh(walk)) == data
    assert [row.what for row in Version.objects.filter(service=walk)] == ["As it was before"]


def test_given_a_change_then_both_states_are_kept_and_it_is_found_by_its_new_words(walk, by):
    version = update_listing(walk, build_snapshot(walk) | {"name": "Seaside stroll"}, by=by, what="About")
    assert (version.number, version.byline, walk.version, walk.name) == (
        2,
        f"Joan Whitcombe, {walk.agency.name}",
        2,
        "Seaside stroll",
    )
    assert [row.data["name"] for row in Version.objects.order_by("number")] == ["Harbour walk", "Seaside stroll"]
    assert Spot.objects.filter(service=walk, search="stroll").exists()
    assert fresh(walk).quality > 0
    assert Session.objects.filter(service=walk).exists()


def test_given_lists_change_then_rows_go_come_and_keep_their_ids(walk, by):
    before = build_snapshot(walk)
    pattern = before["schedules"][0]
    after = before | {
        "costs": [before["costs"][0] | {"amount": "3.00"}, {"option": "Carers", "amount": "0"}],
        "schedules": [pattern | {"byday": "WE"}, {"freq": "MONTHLY", "byday": "2TH", "opens_at": "14:00:00"}],
        "contacts": [],
        "languages": [],
        "areas": [],
        "terms": [],
    }
    update_listing(walk, after, by=by, what="Much")
    now = build_snapshot(fresh(walk))
    assert {row["amount"] for row in now["costs"]} == {"0.00", "3.00"}
    assert before["costs"][0]["id"] in {row["id"] for row in now["costs"]}
    assert pattern["id"] in {row["id"] for row in now["schedules"]}
    assert [now[name] for name in ("contacts", "languages", "areas", "terms")] == [[], [], [], []]


def test_given_an_older_version_when_restored_then_it_says_that_again_but_stays_closed(walk, by):
    first = record_version(walk, by=by, what="Written")
    update_listing(
        walk,
        build_snapshot(walk) | {"name": "Other", "places": [], "schedules": [], "costs": []},
        by=by,
        what="Emptied",
    )
    update_listing(walk, build_snapshot(walk) | {"status": Status.CLOSED}, by=by, what="Closed")
    version = restore_version(first, by=by)
    now = fresh(walk)
    assert (version.number, version.what, now.status) == (4, "Version 1 put back", Status.CLOSED)
    assert compare_listings(build_snapshot(now), first.data | {"status": Status.CLOSED}) == []
    assert Version.objects.filter(service=walk).count() == 4


def test_a_version_is_never_changed(walk, by):
    version = record_version(walk, by=by, what="Written")
    with pytest.raises(PermissionDenied):
        version.save()
    with pytest.raises(DatabaseError), transaction.atomic():
        Version.objects.update(what="Another")


def test_given_nothing_changed_then_no_new_version(walk, by):
    assert record_version(walk, by=by, what="Written") == record_version(walk, by=by, what="Again")


# --- Places ---------------------------------------------------------------------------------------------


def with_ramp(data):
    place = data["places"][0]
    return data | {
        "places": [place | {"access": [*place["access"], {"description": "Ramp", "details": "", "url": ""}]}]
    }


def test_given_a_place_of_ones_own_when_changed_then_the_other_listings_there_keep_a_version(walk, by, hall):
    other = ServiceFactory(agency=walk.agency, name="Choir")
    ServiceAtLocation.objects.create(service=other, location=hall)
    update_listing(walk, with_ramp(build_snapshot(walk)), by=by, what="Access")
    assert [row.description for row in hall.accessibility.all()] == ["Ramp", "Step-free"]
    assert Version.objects.get(service=other).what == "Changed with another activity: St Mary's Hall, Worthing"


@pytest.mark.parametrize("reason", ["others meet there", "a feed brought it"])
def test_given_a_place_of_others_when_changed_then_theirs_stays_as_it_is(walk, by, hall, reason):
    if reason == "others meet there":
        ServiceAtLocation.objects.create(service=ServiceFactory(), location=hall)
    else:
        Location.objects.update(source="Feed")
    update_listing(walk, with_ramp(build_snapshot(walk)), by=by, what="Access")
    assert [row.description for row in hall.accessibility.all()] == ["Step-free"]
    at = walk.at_locations.get()
    assert at.location != hall
    assert (at.location.name, at.location.accessibility.count(), at.location.source) == ("St Mary's Hall", 2, "")
    assert walk.schedules.get().at_location == at


def test_given_a_place_was_joined_to_another_since_then_an_old_version_goes_there(walk, by, hall):
    first = record_version(walk, by=by, what="Written")
    kept = Location.objects.create(name="St Mary's Hall", postcode="BN11 2AA")
    walk.at_locations.update(location=kept)
    Location.objects.filter(pk=hall.pk).update(joined_to=kept)
    restore_version(first, by=by)
    assert walk.at_locations.get().location == kept
    assert walk.schedules.get().at_location == walk.at_locations.get()


# --- Side by side ---------------------------------------------------------------------------------------


def test_differences_are_said_in_words(walk):
    old = build_snapshot(walk)
    new = old | {
        "fees": "Free tea",
        "paused_until": "2027-01-05",
        "bookable": True,
        "confirm_every": 6,
        "schedules": [old["schedules"][0] | {"byday": "TH", "skips": []}],
        "costs": [old["costs"][0] | {"amount": "0"}],
        "terms": [{"id": "x", "name": "Moving more"}],
    }
    assert [(one.field, one.old, one.new) for one in compare_listings(old, new)] == [
        ("paused_until", "", "5 January 2027"),
        (
            "schedules",
            "Tuesdays, 10:30am to midday, from 1 September 2026, not on 29 December 2026, 12 places",
            "Thursdays, 10:30am to midday, from 1 September 2026, 12 places",
        ),
        ("fees", "", "Free tea"),
        ("costs", "Everybody, £2.50", "Everybody, Free"),
        ("terms", "Company", "Moving more"),
        ("bookable", "No", "Yes"),
        ("confirm_every", "Every 3 months", "Every 6 months"),
    ]


def test_everything_can_be_said_and_compared_with_nothing(walk):
    said = dict(format_listing_fields(build_snapshot(walk)))
    assert said["Where"] == "St Mary's Hall, Worthing, BN11 2AA\nAccess: Step-free\nSide door"
    assert said["Who to ask for"] == "Joan, 01632 960001"
    assert len(compare_listings({}, build_snapshot(walk))) == len(said)
    assert compare_listings(build_snapshot(walk), build_snapshot(walk)) == []


def test_every_column_of_a_listing_has_a_label(walk):
    assert set(build_snapshot(walk)) == set(COMPARED_FIELDS)


# --- Proposals ------------------------------------------------------------------------------------------


def test_given_an_unverified_groups_edits_then_one_proposal_waits_and_the_listing_stays(walk, by):
    propose_edit(walk, build_snapshot(walk) | {"fees": "£2"}, by)
    proposal = propose_edit(walk, find_open_edit(walk).data | {"name": "Stroll"}, by)
    assert Proposal.objects.get() == proposal == find_open_edit(walk)
    assert proposal.changes == {"name": ["Harbour walk", "Stroll"], "fees": ["", "£2"]}
    assert (fresh(walk).name, fresh(walk).fees) == ("Harbour walk", "")
    update_listing(walk, proposal.data, by=by, what="Accepted")
    assert (walk.name, walk.fees) == ("Stroll", "£2")
