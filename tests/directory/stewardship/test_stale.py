"""/steward/ and /steward/stale/: what waits, and listings to check."""

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from factory import LazyFunction

from agencies.access import Role
from agencies.models import Membership, Message
from directory.models import Claim, Likeness, LostSearch, Run, Service, Source, Spot, Status
from tests.directory.making import listed
from tests.factories import MembershipFactory, ServiceFactory
from tests.queries import assert_max_queries

ClientOf = Callable[[Membership], Client]
PAGE = "directory:stale"


def old() -> date:
    return timezone.localdate() - timedelta(days=91)


def tell(client: Client, service: Service, deed: str, show: str = "hidden") -> Any:
    return client.post(reverse("directory:stale_tell", args=[service.pk]), {"deed": deed, "show": show})


def names(client: Client, show: str) -> str:
    return client.get(reverse(PAGE), {"show": show}).content.decode()


# --- The steward's first page ----------------------------------------------------------------------------


def test_the_steward_lands_on_what_waits(steward: Membership, client_of: ClientOf) -> None:
    first, second = sorted([ServiceFactory(), ServiceFactory()], key=lambda service: service.pk)
    Likeness.objects.create(first=first, second=second, score=0.9, why="Same name")
    LostSearch.objects.create(on=timezone.localdate(), words="yoga", times=7)
    LostSearch.objects.create(on=timezone.localdate() - timedelta(days=31), words="golf", times=9)
    source = Source.objects.create(name="feed")
    Run.objects.create(source=source, error="It was cut off", ended_at=timezone.now())
    listed("Harbour walk", hidden_at=timezone.now())
    response = client_of(steward).get(reverse("directory:steward"))
    counts = {tile.words: tile.count for tile in response.context["tiles"]}
    assert counts.pop("Warnings about safe keeping")  # tests/agencies/test_backups.py
    assert counts == {
        "Groups that ask to take part": 0,
        "Edits to look at": 0,
        "Reports from readers": 0,
        "Listings that are hidden": 1,
        "Likely doubles": 1,
        "Imports that failed or ask something": 1,
        "Searches that found nothing": 7,
        "Jobs that failed or are late": 0,
        "Data breaches": 0,
        "Complaints": 0,
        "Old records to decide on": 0,
    }
    assert reverse("directory:claims") in response.content.decode()


def test_who_waits_longer_than_promised_is_marked(steward: Membership, client_of: ClientOf) -> None:
    claim = Claim.objects.create(
        key=uuid.uuid4(), name="Singers", contact_name="Nadia", contact_email="nadia@singers.example.org"
    )
    client = client_of(steward)
    assert "some late" not in client.get(reverse("directory:steward")).content.decode()
    Claim.objects.filter(pk=claim.pk).update(made_at=timezone.now() - timedelta(days=14))
    assert "some late" in client.get(reverse("directory:steward")).content.decode()


def test_the_first_page_takes_the_same_statements_however_much_waits(steward: Membership, client_of: ClientOf) -> None:
    client = client_of(steward)
    for _ in range(3):
        listed("Harbour walk", hidden_at=timezone.now())
    client.get(reverse("directory:steward"))
    with assert_max_queries(17):
        client.get(reverse("directory:steward"))


def test_an_import_that_has_worked_since_is_no_failure(steward: Membership, client_of: ClientOf) -> None:
    source = Source.objects.create(name="feed")
    Run.objects.create(
        source=source, error="It was cut off", started_at=timezone.now() - timedelta(days=1), ended_at=timezone.now()
    )
    Run.objects.create(source=source, ended_at=timezone.now())
    tiles = client_of(steward).get(reverse("directory:steward")).context["tiles"]
    assert {tile.words: tile.count for tile in tiles}["Imports that failed or ask something"] == 0


@pytest.mark.parametrize("role", [role for role in Role if role != Role.STEWARD])
def test_nobody_else_may_look(role: Role, client_of: ClientOf) -> None:
    client, service = client_of(MembershipFactory(role=role, manages_team=True)), listed("Harbour walk")
    assert client.get(reverse("directory:steward")).status_code == 403
    assert client.get(reverse(PAGE)).status_code == 403
    assert tell(client, service, "ended").status_code == 403
    assert Service.objects.get().status == Status.ACTIVE


# --- The lists -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("show", "fields"),
    [
        ("hidden", {"hidden_at": LazyFunction(timezone.now)}),
        ("hidden", {"hidden_at": LazyFunction(timezone.now), "source": "feed"}),
        ("old", {"assured_date": LazyFunction(old)}),
        ("old", {"assured_date": None}),
        ("nobody", {"agency__email": "", "referral_email": ""}),
        ("poor", {"quality": 49}),
        ("feeds", {"assured_date": LazyFunction(old), "source": "feed"}),
        ("ended", {"status": Status.DEFUNCT}),
    ],
)
def test_each_listing_stands_in_its_list(
    steward: Membership, client_of: ClientOf, show: str, fields: dict[str, Any]
) -> None:
    fine = {"assured_date": timezone.localdate(), "quality": 80}
    ServiceFactory(name="All is well", **fine)
    ServiceFactory(name="Look at me", **fine | fields)
    page = names(client_of(steward), show)
    assert "Look at me" in page
    assert "All is well" not in page


def test_it_opens_with_the_first_list_that_has_something(steward: Membership, client_of: ClientOf) -> None:
    client = client_of(steward)
    assert "Nothing here" in names(client, "nonsense")
    ServiceFactory(name="Poor one", quality=10, assured_date=timezone.localdate())
    assert "Poor one" in names(client, "")


def test_a_member_with_an_account_is_somebody_to_ask(steward: Membership, client_of: ClientOf) -> None:
    service = ServiceFactory(name="Look at me", agency__email="", referral_email="")
    MembershipFactory(agency=service.agency, role=Role.PROVIDER)
    assert "Look at me" not in names(client_of(steward), "nobody")


# --- What the steward heard ------------------------------------------------------------------------------


def test_they_say_it_is_right(steward: Membership, client_of: ClientOf) -> None:
    service = listed("Harbour walk", hidden_at=timezone.now(), asks=2, assured_date=old())
    for _ in range(2):
        assert tell(client_of(steward), service, "right")["Location"] == reverse(PAGE) + "?show=hidden"
    row = Service.objects.get()
    assert (row.hidden_at, row.assured_date, row.asks) == (None, timezone.localdate(), 0)
    assert Spot.objects.exists()


def test_it_has_ended_and_runs_again(steward: Membership, client_of: ClientOf) -> None:
    service, client = listed("Harbour walk"), client_of(steward)
    tell(client, service, "ended")
    assert not Spot.objects.exists()
    for _ in range(2):
        tell(client, service, "again", "ended")
    assert Spot.objects.exists()
    assert Service.objects.get().status == Status.ACTIVE
    assert [m.subject for m in Message.objects.order_by("created_at")] == [
        "Harbour walk has ended, we were told",
        "Harbour walk runs again, we were told",
    ]


def test_asking_by_email_is_once_a_day(steward: Membership, client_of: ClientOf) -> None:
    service = listed("Harbour walk", assured_date=old())
    for _ in range(2):
        tell(client_of(steward), service, "ask", "old")
    assert Message.objects.get().to == service.agency.email
    assert Service.objects.get().asks == 1


def test_asking_where_nobody_reads_says_so(steward: Membership, client_of: ClientOf) -> None:
    service = listed("Harbour walk", agency__email="", referral_email="")
    client = client_of(steward)
    tell(client, service, "ask")
    assert "There is no address to write to" in names(client, "hidden")


def test_a_feeds_listing_can_only_be_shown_again(steward: Membership, client_of: ClientOf) -> None:
    service, client = listed("Harbour walk", source="feed", hidden_at=timezone.now()), client_of(steward)
    for deed in ("right", "ended", "ask", "again"):
        assert tell(client, service, deed).status_code == 404
    tell(client, service, "show")
    assert Spot.objects.exists()


def test_bad_input_and_wrong_verbs_are_refused(steward: Membership, client_of: ClientOf) -> None:
    service, client = listed("Harbour walk"), client_of(steward)
    assert tell(client, service, "").status_code == 404
    assert tell(client, service, "show").status_code == 404
    assert client.get(reverse("directory:stale_tell", args=[service.pk])).status_code == 405
    assert client.post(reverse(PAGE)).status_code == 405
    assert client.post(reverse("directory:steward")).status_code == 405
