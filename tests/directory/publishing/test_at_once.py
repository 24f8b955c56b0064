"""Two people of a group, or a person and the night's job, at the same moment, on real commits."""

import uuid

import pytest
from django.db import transaction
from django.utils import timezone

from agencies.access import Role
from agencies.models import Author
from directory.catalogue.timetable import sync_sessions
from directory.models import Proposal, Service, Session, Version
from directory.publishing.actions.freshness import ask_group, end_listing
from directory.publishing.actions.listings import change_section, create_listing, load_working_copy, publish_draft
from directory.publishing.actions.sessions import TooFewPlaces, change_session, fingerprint_session
from directory.publishing.sections import SECTIONS
from directory.publishing.versions import build_snapshot
from tests.agencies.test_at_once import at_once
from tests.agencies.test_hand_over_at_once import start_until_it_waits
from tests.directory.own import a_listing, verified
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db(transaction=True)
ABOUT = SECTIONS["about"]


@pytest.fixture
def member():
    return MembershipFactory(role=Role.PROVIDER)


def rename(service, name, mark, member):
    return change_section(
        service=Service.objects.select_related("agency").get(pk=service.pk),
        section=ABOUT,
        seen=mark,
        to=lambda data: data | {"name": name},
        by=Author.of(member),
    )


def test_given_two_change_a_section_then_one_is_told_and_the_other_kept(member):
    walk = a_listing(verified(member))
    mark = ABOUT.fingerprint(load_working_copy(walk))
    results = at_once(*[lambda name=name: rename(walk, name, mark, member) for name in ("Stroll", "Ramble")])
    assert sorted(type(result).__name__ for result in results) == ["ChangedMeanwhile", "Version"]
    assert list(Version.objects.order_by("number").values_list("number", flat=True)) == [1, 2]


def test_given_an_unverified_group_writes_twice_at_once_then_one_proposal_waits(member):
    walk = a_listing(member)
    fees = lambda data: data | {"fees": "£2"}  # noqa: E731
    cost = SECTIONS["cost"]
    marks = ABOUT.fingerprint(load_working_copy(walk)), cost.fingerprint(load_working_copy(walk))
    at_once(
        lambda: rename(walk, "Stroll", marks[0], member),
        lambda: change_section(service=walk, section=cost, seen=marks[1], to=fees, by=Author.of(member)),
    )
    proposal = Proposal.objects.get()
    assert set(proposal.changes) == {"name", "fees"}


def test_given_the_nights_job_and_an_edit_then_each_day_is_laid_out_once(member):
    walk = a_listing(verified(member), places=4)
    results = at_once(*[lambda: sync_sessions(walk)] * 4)
    assert results == [None] * 4
    assert Session.objects.count() == len(set(Session.objects.values_list("on", flat=True))) == 12


def test_given_the_same_post_many_times_at_once_then_one_draft_and_one_publication(member):
    verified(member)
    key = uuid.uuid4()
    like = build_snapshot(a_listing(member))
    made = at_once(
        *[lambda: create_listing(agency=member.agency, name="Lunch", by=Author.of(member), key=key, like=like)] * 4
    )
    drafts = Service.objects.filter(name="Lunch")
    assert drafts.count() == 1, made
    at_once(*[lambda: publish_draft(service=drafts.get(), by=Author.of(member))] * 3)
    assert Version.objects.filter(service=drafts.get(), what="Published").count() == 1
    assert drafts.get().published_at <= timezone.now()


def test_given_places_are_taken_and_taken_away_at_once_then_the_database_keeps_its_promise(member):
    walk = a_listing(verified(member), places=4)
    sync_sessions(walk)
    row = Session.objects.order_by("on").first()
    values = {
        "starts_at": row.starts_at,
        "ends_at": row.ends_at,
        "places": 2,
        "note": "",
        "at_location_id": row.at_location_id,
    }
    results = at_once(
        lambda: Session.objects.filter(pk=row.pk).update(taken=4),
        lambda: change_session(session=row, values=values, seen_before=fingerprint_session(row)),
    )
    row.refresh_from_db()
    assert row.taken <= row.places
    assert not [r for r in results if isinstance(r, Exception) and not isinstance(r, TooFewPlaces)] or row.places == 2


def test_given_a_listing_ends_while_its_edit_is_decided_then_neither_blocks_the_other(member):
    """Whoever decides holds the edit, then the listing; so does whoever ends it."""
    walk = a_listing(member)
    rename(walk, "Stroll", ABOUT.fingerprint(load_working_copy(walk)), member)
    with transaction.atomic():
        Proposal.objects.select_for_update().get()
        ending, results = start_until_it_waits(lambda: end_listing(walk, by=Author.of(member)))
        Service.objects.select_for_update(nowait=True).get(pk=walk.pk)
    ending.join()
    assert results == [None]


def test_given_a_group_is_asked_while_it_confirms_then_its_listings_are_held_in_one_order(member):
    first, second = (a_listing(member, pk=uuid.UUID(int=n), name=name) for n, name in ((1, "Walk"), (2, "Art")))
    with transaction.atomic():
        Service.objects.select_for_update().get(pk=first.pk)
        asking, results = start_until_it_waits(
            lambda: transaction.atomic(ask_group)(member.agency, timezone.localdate())
        )
        assert not results, "it waits for the first, whatever it is called"
        Service.objects.select_for_update(nowait=True).get(pk=second.pk)
    asking.join()
