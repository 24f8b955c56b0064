"""A source in which nearly everything costs 0 is asked about, once."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agencies.access import Role
from agencies.models import Membership
from directory.exchange.actions.zero_cost import CostCounts
from directory.models import CostOption, Run, Service, Source, Spot
from tests.directory.exchange.test_importer import walk
from tests.directory.exchange.test_renamed import bring
from tests.directory.exchange.test_sources import post_file, words
from tests.factories import MembershipFactory, SourceFactory
from tests.jobs import run_jobs

ClientOf = Callable[[Membership], Client]
QUESTION = "cost nothing: is that so?"


def rows(zero: int, priced: int = 0, **changed: Any) -> list[dict[str, Any]]:
    prices = [0] * zero + [3] * priced
    return [walk(str(n), cost_options=[{"amount": price}], **changed) for n, price in enumerate(prices)]


def answer(client: Client, source: Source, zero: str) -> Any:
    return client.post(reverse("directory:zero_cost", args=[source.pk]), {"zero": zero}, follow=True)


@pytest.mark.parametrize(
    ("listings", "priced", "zero", "asked"),
    [
        (20, 20, 19, True),
        (20, 20, 20, True),
        (313, 296, 296, True),
        (20, 20, 15, False),
        (9, 9, 9, False),
        (100, 20, 20, False),
    ],
)
def test_when_it_is_asked(listings: int, priced: int, zero: int, asked: bool) -> None:
    assert CostCounts(listings, priced, zero).is_suspicious is asked


def test_a_feed_is_asked_about_after_its_first_run_and_never_again(
    tmp_path: Path, steward: Membership, client_of: ClientOf
) -> None:
    helen, run = client_of(steward), bring(tmp_path, rows(19, 1))
    for page in (reverse("directory:run", args=[run.pk]), reverse("directory:source", args=[run.source_id])):
        assert f"95 % {QUESTION}" in words(helen.get(page))
    assert "Asks about prices" in words(helen.get(reverse("directory:sources")))
    assert QUESTION not in words(answer(helen, run.source, "free"))
    again = bring(tmp_path, rows(22, 1))
    assert QUESTION not in words(helen.get(reverse("directory:run", args=[again.pk])))
    assert Service.objects.filter(cost_options__amount=0).count() == 22


def test_what_is_no_price_is_shown_without_one_now_and_later(
    tmp_path: Path, steward: Membership, client_of: ClientOf
) -> None:
    helen, run = client_of(steward), bring(tmp_path, rows(19, 1, fees="Free"))
    assert Spot.objects.filter(chips__contains=["Free"]).count() == 19
    answer(helen, run.source, "unknown")
    run_jobs()
    assert list(CostOption.objects.values_list("amount", flat=True)) == [3]
    assert not Spot.objects.filter(chips__contains=["Free"]).exclude(service__cost_options__amount=3).exists()
    bring(tmp_path, [*rows(19, 1, fees="Free"), walk("new", cost_options=[{"amount": "0.00"}], fees="Free of charge")])
    assert not CostOption.objects.filter(amount=0).exists()
    assert Service.objects.exclude(cost_options__amount=3).exclude(fees="").count() == 0
    answer(helen, Source.objects.get(), "free")
    bring(tmp_path, rows(19, 1))
    assert Service.objects.filter(cost_options__amount=0).count() == 19, "what is free after all comes again"


@pytest.mark.parametrize(("zero", "free"), [("free", 12), ("unknown", 0), ("", 12)])
def test_a_file_is_asked_about_before_it_comes_in(
    steward: Membership, client_of: ClientOf, zero: str, free: int
) -> None:
    helen = client_of(steward)
    post_file(helen, json.dumps(rows(12)), "list.json")
    run = Run.objects.get()
    assert f"100 % {QUESTION}" in words(helen.get(reverse("directory:run", args=[run.pk])))
    helen.post(reverse("directory:begin_run", args=[run.pk]), {"deed": "begin", "zero": zero})
    run_jobs()
    assert Service.objects.count() == 12
    assert CostOption.objects.filter(amount=0).count() == free
    asked = QUESTION in words(helen.get(reverse("directory:run", args=[run.pk])))
    assert asked is (zero == ""), "asked again only where no answer was given"


def test_nonsense_is_no_answer(tmp_path: Path, steward: Membership, client_of: ClientOf) -> None:
    run = bring(tmp_path, rows(19, 1))
    assert "Choose whether" in words(answer(client_of(steward), run.source, "maybe"))
    assert Source.objects.get().zero_cost == "asked"


def test_only_the_steward_answers(client_of: ClientOf, steward: Membership) -> None:
    source = SourceFactory()
    url = reverse("directory:zero_cost", args=[source.pk])
    assert client_of(MembershipFactory(role=Role.CONNECTOR)).post(url, {"zero": "free"}).status_code in (403, 404)
    assert client_of(steward).get(url).status_code == 405
