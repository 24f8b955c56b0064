"""Listings of different sources that may be the same: suggested, joined, parted, or kept apart for good."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agencies.access import Role
from agencies.models import Membership
from directory.exchange.actions.duplicates import JoinRefused, count_open_likenesses, join_listings, suggest_duplicates
from directory.models import Decision, Likeness, Service, Spot
from tests.directory.exchange.test_importer import run, walk
from tests.factories import MembershipFactory, ServiceFactory, likeness, teammate

ClientOf = Callable[[Membership], Client]


def at(latitude: float, longitude: float, postcode: str = "BN11 2AA", **changed: Any) -> dict[str, Any]:
    raw = walk(**changed)
    place = raw["service_at_locations"][0]["location"]
    place |= {"latitude": latitude, "longitude": longitude}
    place["addresses"][0]["postal_code"] = postcode
    return raw


def suggested(one: dict[str, Any], other: dict[str, Any]) -> list[Likeness]:
    run(one, source="one")
    run(other, source="two")
    suggest_duplicates("two")
    return list(Likeness.objects.all())


HERE = {"latitude": 50.81, "longitude": -0.37}


@pytest.mark.parametrize(
    ("other", "why"),
    [
        (at(**HERE, key="b"), "Same postcode, the same name, the same organisation"),
        (
            at(50.8115, -0.3712, "BN11 1AA", key="b", name="The seafront walk"),
            "Less than 300 metres apart, names that look alike",
        ),
        (at(**HERE, key="b", name="Seafront walks", phones=[{"number": "+44 1632 960123"}]), "the same phone number"),
        (at(**HERE, key="b", name="Seafront walks", url="http://www.walk.example.org/"), "the same website"),
    ],
)
def test_neighbours_that_look_alike_are_suggested(other: dict[str, Any], why: str) -> None:
    one = at(**HERE, phones=[{"number": "01632 960123"}], url="https://walk.example.org")
    found = suggested(one, other)
    assert len(found) == 1
    assert why in found[0].why
    assert suggest_duplicates("two") == 0, "once"
    assert count_open_likenesses() == 1


@pytest.mark.parametrize(
    "other",
    [
        at(**HERE, key="b", name="Debt advice"),
        at(50.86, -0.37, "BN14 8AH", key="b"),
        at(**HERE, key="b", status="inactive"),
        at(**HERE, key="b", name="Chess", organization={"name": "Somebody"}, phones=[{"number": "1"}]),
    ],
    ids=["another name", "far away", "does not run", "nothing alike"],
)
def test_others_are_not(other: dict[str, Any]) -> None:
    assert suggested(at(**HERE), other) == []


def test_two_of_one_source_are_not_suggested() -> None:
    run(at(**HERE, key="a"), at(**HERE, key="b"), source="one")
    assert suggest_duplicates("one") == 0


# --- Joining ----------------------------------------------------------------------------------------


@pytest.fixture
def pair() -> Likeness:
    return suggested(at(**HERE), at(**HERE, key="b"))[0]


def page(row: Likeness) -> str:
    return reverse("directory:likeness", args=[row.pk])


def test_joined_one_is_found_and_undone_both_are(pair: Likeness, steward: Membership, client_of: ClientOf) -> None:
    helen = client_of(steward)
    assert "Same postcode" in helen.get(reverse("directory:likenesses")).content.decode()
    text = helen.get(page(pair)).content.decode()
    assert "Keep the one from one" in text
    assert helen.post(page(pair), {"keep": str(pair.second_id)}).status_code == 302
    pair.refresh_from_db()
    assert (pair.decision, pair.decided_by) == (Decision.ACCEPTED, steward)
    assert Service.objects.get(pk=pair.first_id).joined_to_id == pair.second_id
    assert list(Spot.objects.values_list("service", flat=True)) == [pair.second_id]
    assert helen.post(page(pair), {"keep": str(pair.second_id)}).status_code == 302, "twice is no mistake"
    assert "Joined" in helen.get(page(pair)).content.decode()
    run(at(**HERE, fees="£1"), source="one")
    assert Service.objects.get(pk=pair.first_id).joined_to_id == pair.second_id, "an import does not part them"
    helen.post(page(pair), {"deed": "undo"})
    assert Spot.objects.count() == 2
    assert count_open_likenesses() == 1


def test_different_ones_are_never_suggested_again(pair: Likeness, steward: Membership, client_of: ClientOf) -> None:
    client_of(steward).post(page(pair), {"deed": "different"})
    assert count_open_likenesses() == 0
    assert suggest_duplicates("one") == suggest_duplicates("two") == 0


def test_what_leads_to_another_already_is_not_joined_again(
    pair: Likeness, steward: Membership, client_of: ClientOf
) -> None:
    Service.objects.filter(pk=pair.first_id).update(joined_to=ServiceFactory())
    with pytest.raises(JoinRefused):
        join_listings(pair, keep=pair.second, by=steward)
    answer = client_of(steward).post(page(pair), {"keep": str(pair.second_id)})
    assert answer.status_code == 409
    assert "joined to another listing already" in answer.content.decode()


@pytest.mark.parametrize("data", [{}, {"keep": str(uuid.uuid4())}, {"deed": "nonsense"}, {"keep": "\x00"}])
def test_nothing_chosen(data: dict[str, str], pair: Likeness, steward: Membership, client_of: ClientOf) -> None:
    answer = client_of(steward).post(page(pair), data)
    assert answer.status_code == 422
    assert "Choose which one to keep" in answer.content.decode()


def test_only_stewards(steward: Membership, client_of: ClientOf) -> None:
    row = likeness()
    assert client_of(teammate(steward)).get(page(row)).status_code == 200
    for role in set(Role) - {Role.STEWARD}:
        client = client_of(MembershipFactory(role=role))
        assert client.get(page(row)).status_code == client.get(reverse("directory:likenesses")).status_code == 403
        assert client.post(page(row), {"deed": "different"}).status_code == 403
    assert count_open_likenesses() == 1


def test_not_found_and_wrong_verbs(steward: Membership, client_of: ClientOf) -> None:
    helen = client_of(steward)
    assert helen.get(reverse("directory:likeness", args=[uuid.uuid4()])).status_code == 404
    assert helen.put(page(likeness())).status_code == 405
    assert helen.post(reverse("directory:likenesses")).status_code == 405


# --- Three that are alike, and two stewards -----------------------------------------------------------


def test_what_waits_with_the_one_joined_away_waits_with_the_one_that_is_kept(
    pair: Likeness, steward: Membership
) -> None:
    third, own = ServiceFactory(source="three"), ServiceFactory(source=pair.first.source)
    for one in (third, own):
        first, second = sorted((one, pair.second), key=lambda service: service.pk)
        Likeness.objects.create(first=first, second=second, score=0.5, why="Alike")
    join_listings(pair, keep=pair.first, by=steward)
    row = Likeness.objects.get(decision=Decision.OPEN)
    assert {row.first_id, row.second_id} == {pair.first_id, third.pk}
    assert pair.second.name in row.why
    assert count_open_likenesses() == 1, "two of one source are no pair"


def test_the_second_steward_is_told_by_whom(pair: Likeness, steward: Membership, client_of: ClientOf) -> None:
    join_listings(pair, keep=pair.first, by=steward)
    colleague = client_of(teammate(steward))
    for data in ({"keep": str(pair.second_id)}, {"deed": "different"}):
        answer = colleague.post(page(pair), data)
        assert answer.status_code == 409, data
        assert "joined" in answer.content.decode()
        assert f", by {steward.user.name}" in answer.content.decode(), data
