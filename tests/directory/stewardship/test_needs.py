"""/steward/needs/: by which needs listings are found, and why; put right for good."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agencies.access import Role
from agencies.models import Membership
from directory.exchange.actions.take_back import take_back_run
from directory.models import NeedCorrection, Service, ServiceTerm, Spot, TaxonomyTerm
from directory.search.index import index_services, mark_needs
from directory.search.query import SearchQuery
from directory.search.statement import search
from tests.directory.exchange.test_importer import walk
from tests.directory.exchange.test_renamed import bring
from tests.directory.exchange.test_sources import words
from tests.directory.making import listed
from tests.directory.making import need as make_need
from tests.factories import MembershipFactory

ClientOf = Callable[[Membership], Client]
URL = "directory:needs"


@pytest.fixture
def company() -> TaxonomyTerm:
    return make_need("company-test", "Company", "lonely, befriending")


@pytest.fixture
def helen(steward: Membership, client_of: ClientOf) -> Client:
    return client_of(steward)


def correct(client: Client, deed: str, need: TaxonomyTerm, *services: Service, query: str = "", **posted: Any) -> Any:
    data = {"deed": deed, "need": str(need.pk), "service": [str(one.pk) for one in services]} | posted
    return client.post(f"{reverse('directory:correct_needs')}{query}", data, follow=True)


def found_by(need: TaxonomyTerm) -> set[str]:
    return {card.name for card in search(SearchQuery(need=need)).cards}


def test_each_tag_says_why_it_is_there(helen: Client, company: TaxonomyTerm) -> None:
    given, _, _ = listed("Visitors"), listed("Tea", description="For lonely people."), listed("Zither")
    ServiceTerm.objects.create(service=given, term=company)
    index_services([given.pk])
    page = words(helen.get(reverse(URL)))
    assert 'Company <span class="small">(given)</span>' in page
    assert 'Company <span class="small">(in its words)</span>' in page
    assert "no need" in page
    assert "Zither" not in words(helen.get(reverse(URL), {"show": "with", "need": company.pk}))
    assert "Visitors" not in words(helen.get(reverse(URL), {"show": "without", "need": company.pk}))
    assert "Tea" in words(helen.get(reverse(URL), {"words": "te"}))


def test_what_is_taken_away_and_given_stays_so_at_the_next_import(
    helen: Client, tmp_path: Path, company: TaxonomyTerm
) -> None:
    term = {"id": str(company.pk), "name": "Company"}
    rows = [
        walk("1", name="Spoken", description="For lonely people."),
        walk("2", name="Given", attributes=[{"taxonomy_term": term}]),
        walk("3", name="Neither"),
    ]
    bring(tmp_path, rows)
    assert found_by(company) == {"Spoken", "Given"}
    spoken, given, neither = (Service.objects.get(name=name) for name in ("Spoken", "Given", "Neither"))
    assert "2 listings: Company taken away" in words(correct(helen, "take", company, spoken, given))
    assert "1 listing: Company given" in words(correct(helen, "give", company, neither))
    assert found_by(company) == {"Neither"}
    bring(tmp_path, [row | {"fees": "£2"} for row in rows])
    mark_needs()
    assert found_by(company) == {"Neither"}
    assert not ServiceTerm.objects.filter(term=company).exclude(service=neither).exists()
    page = words(helen.get(reverse(URL)))
    assert page.count("(you took it away)") == 2
    assert page.count("(you said so)") == 1
    correct(helen, "give", company, spoken)
    assert found_by(company) == {"Neither", "Spoken"}


def test_all_that_were_found_are_put_right_at_once(helen: Client, tmp_path: Path, company: TaxonomyTerm) -> None:
    bring(tmp_path, [walk(str(n), name=f"Club {n}", description="lonely") for n in range(4)])
    other = listed("Elsewhere", description="lonely")
    correct(helen, "take", company, query="?source=x&show=with", all="1")
    assert found_by(company) == {other.name}
    assert NeedCorrection.objects.filter(carries=False).count() == 4


def test_a_correction_alone_does_not_keep_what_a_mistaken_import_brought(
    helen: Client, tmp_path: Path, company: TaxonomyTerm
) -> None:
    run = bring(tmp_path, [walk("1"), walk("2")])
    correct(helen, "give", company, *Service.objects.all())
    take_back_run(run, by=None)
    assert not Service.objects.exists()


@pytest.mark.parametrize(
    "data", [{"deed": "eat"}, {"need": "x"}, {"need": ""}, {"service": ["x", "\x00"]}, {"service": []}]
)
def test_nonsense_changes_nothing(helen: Client, company: TaxonomyTerm, data: dict[str, Any]) -> None:
    tea = listed("Tea")
    answer = helen.post(
        reverse("directory:correct_needs"), {"deed": "give", "need": str(company.pk), "service": [str(tea.pk)]} | data
    )
    assert answer.status_code == 302
    assert not NeedCorrection.objects.exists()


@pytest.mark.parametrize("query", ["?page=x", "?page=99", "?words=%00", "?source=nobody", "?need=x", "?show=zz"])
def test_odd_addresses_are_answered(helen: Client, query: str) -> None:
    listed("Tea")
    assert helen.get(f"{reverse(URL)}{query}").status_code in (200, 422)


def test_only_the_steward(client_of: ClientOf, helen: Client, company: TaxonomyTerm) -> None:
    other = client_of(MembershipFactory(role=Role.CONNECTOR))
    assert other.get(reverse(URL)).status_code in (403, 404)
    assert correct(other, "give", company, listed("Tea")).status_code in (403, 404)
    assert helen.get(reverse("directory:correct_needs")).status_code == 405
    assert not Spot.objects.filter(marks__contains=[f"#{company.pk.hex}"]).exists()


def test_a_page_takes_as_many_queries_however_many_listings(
    helen: Client, company: TaxonomyTerm, django_assert_max_num_queries: Any
) -> None:
    for number in range(6):
        listed(f"Club {number}", description="lonely")
    with django_assert_max_num_queries(22):
        helen.get(reverse(URL))
