"""Searches that found nothing: what is kept of them, and what the steward sees."""

import datetime
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.models import Membership
from directory.jobs import forget_lost_searches
from directory.models import LostSearch, Place, Postcode
from directory.search import unmet
from directory.search.forms.search import SearchForm
from directory.search.statement import search
from tests.directory.making import listed, need
from tests.directory.search.test_search import HOSTILE
from tests.queries import assert_max_queries

SEARCH, LIST, FILE = reverse("directory:activities"), reverse("directory:lost"), reverse("directory:lost_csv")


def rows() -> list[tuple[str, str, str, int]]:
    found = LostSearch.objects.order_by("words", "near", "filters")
    return list(found.values_list("words", "near", "filters", "times"))


def kept(words: str = "", near: str = "", filters: str = "", times: int = 1, days_ago: int = 0) -> LostSearch:
    on = timezone.localdate() - datetime.timedelta(days=days_ago)
    return LostSearch.objects.create(on=on, words=words, near=near, filters=filters, times=times)


# --- What is kept ------------------------------------------------------------------------------------------


def test_a_search_without_a_result_is_counted_by_day(client: Client) -> None:
    listed("Walk", day="MO")
    for _ in range(2):
        client.get(SEARCH, {"words": "Zumba", "near": "worthing", "day": "TU", "free": "1"})
    assert rows() == [("zumba", "Worthing", "day=TU&free=1", 2)]
    assert LostSearch.objects.get().on == timezone.localdate()


def test_a_sentence_is_counted_as_it_was_understood(client: Client) -> None:
    listed("Walk", day="MO")
    client.get(SEARCH, {"words": "free zumba on tuesday near worthing"})
    client.get(SEARCH, {"words": "zumba", "near": "Worthing", "day": "TU", "free": "1"})
    assert rows() == [("zumba", "Worthing", "day=TU&free=1", 2)]


def test_a_search_with_a_result_is_not(client: Client) -> None:
    listed("Walk", day="MO")
    client.get(SEARCH, {"words": "walk"})
    assert rows() == []


def test_asking_for_nothing_is_no_search(client: Client) -> None:
    client.get(SEARCH)
    client.get(SEARCH, {"words": "", "day": "", "miles": "3"})
    assert rows() == []


def test_a_place_that_nobody_knows_is_kept_even_when_something_is_found(client: Client) -> None:
    listed("Walk")
    client.get(SEARCH, {"words": "walk", "near": "Atlantis"})
    client.get(SEARCH, {"words": "walk", "near": "12 High Street, by the old oak"})
    assert rows() == [("walk", "", "", 1), ("walk", "atlantis", "", 1)]


@pytest.mark.parametrize(
    ("typed", "left"),
    [
        ("call me on 01632 960001", "call me on"),
        ("joan.whitfield@example.org walking", "walking"),
        ("walks at BN11 2AA", "walks at"),
        ("NHS 9990000018 help", "nhs help"),
        ("x" * 26 + " choir", "choir"),
        ("born 27/3/1951", "born"),
        ("٣٤٥ café ŵ", "café ŵ"),
        ("@ @@ a@b", ""),
    ],
)
def test_nothing_that_could_point_at_somebody_is_kept(typed: str, left: str) -> None:
    assert unmet.anonymise_words(typed) == left


@pytest.mark.parametrize(
    ("near", "left"),
    [("BN11 2AA", "BN11"), ("bn112aa", "BN11"), ("BN11 2", "BN11"), ("worthing", "Worthing"), ("ZZ99 9ZZ", "")],
)
def test_of_a_postcode_only_the_first_half_is_kept(near: str, left: str, client: Client) -> None:
    Postcode.objects.create(code="BN112AA", latitude=50.81, longitude=-0.37)
    Place.objects.create(name="bn11", shown="BN11", latitude=50.81, longitude=-0.37, district=True)
    listed("Walk")
    form = SearchForm(QueryDict(f"near={near}"))
    assert unmet.anonymise_place(form, search(form.asked())) == left


def test_of_an_age_its_decade_is_kept(client: Client) -> None:
    listed("Youth club", minimum_age=11, maximum_age=18)
    client.get(SEARCH, {"words": "youth", "age": "83"})
    client.get(SEARCH, {"words": "youth", "age": "7"})
    assert rows() == [("youth", "", "age=0", 1), ("youth", "", "age=80", 1)]


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Purpose": "prefetch;prerender"},
        {"Purpose": "prefetch"},
        {"X-Moz": "prefetch"},
        {"HX-Request": "true", "HX-Trigger": "typing", "HX-Target": "results"},
    ],
)
def test_what_nobody_looks_at_yet_is_not_counted(client: Client, headers: dict[str, str]) -> None:
    client.get(SEARCH, {"words": "zumba"}, headers=headers)
    client.head(SEARCH, {"words": "zumba"})
    assert rows() == []


def test_who_types_and_then_rests_is_counted_once(client: Client) -> None:
    typing = {"HX-Request": "true", "HX-Trigger": "typing", "HX-Target": "results"}
    html = client.get(SEARCH, {"words": "zumba"}, headers=typing).content.decode()
    assert 'id="settled"' in html
    settled = {"HX-Request": "true", "HX-Trigger": "settled", "HX-Target": "settled"}
    part = client.get(SEARCH, {"words": "zumba"}, headers=settled).content.decode()
    assert part.strip() == ""
    assert rows() == [("zumba", "", "", 1)]


def test_the_steward_who_tries_a_search_is_not_counted(client_of: Any, steward: Membership, gp: Membership) -> None:
    client_of(steward).get(SEARCH, {"words": "zumba"})
    assert rows() == []
    client_of(gp).get(SEARCH, {"words": "zumba"})
    assert rows() == [("zumba", "", "", 1)]


def test_made_up_searches_fill_no_disk(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unmet, "MAX_ROWS_PER_DAY", 2)
    for words in ("aaa", "bbb", "ccc", "aaa"):
        client.get(SEARCH, {"words": words})
    assert rows() == [("aaa", "", "", 1), ("bbb", "", "", 1)]


@pytest.mark.parametrize("words", [w for w in HOSTILE if len(w) < 50_000], ids=lambda w: repr(w)[:20])
def test_anything_may_be_kept(client: Client, words: str) -> None:
    assert client.get(SEARCH, {"words": f"zumba {words}", "near": words}).status_code in (200, 422)


def test_after_a_year_they_are_gone() -> None:
    kept("old", days_ago=367)
    kept("new", days_ago=365)
    forget_lost_searches(0)
    assert [row[0] for row in rows()] == ["new"]


# --- The steward's list --------------------------------------------------------------------------------------


def test_the_steward_sees_the_most_usual_first(client_of: Any, steward: Membership) -> None:
    lonely = need()
    kept("zumba", "BN11", "day=TU&free=1", times=2)
    kept("zumba", "BN11", "day=TU&free=1", times=2, days_ago=3)
    kept("bees", "", f"need={lonely.code}&access=step-free", times=3)
    html = client_of(steward).get(LIST).content.decode()
    assert html.index("zumba") < html.index("bees")
    assert '<td data-label="Times" class="number">4</td>' in html
    assert "Tuesday, Free" in html
    assert "Company, Step-free" in html
    assert 'href="/activities/?words=zumba&amp;near=BN11&amp;day=TU&amp;free=1"' in html
    assert 'href="/steward/words/?typed=zumba"' in html


def test_a_place_that_nobody_knows_leads_to_the_neighbourhoods(client_of: Any, steward: Membership) -> None:
    kept(near="old salts")
    client = client_of(steward)
    assert 'href="/steward/places/?name=old%20salts"' in client.get(LIST).content.decode()
    assert 'value="Old Salts"' in client.get("/steward/places/?name=old%20salts").content.decode()


@pytest.mark.parametrize(("days", "seen"), [("7", 1), ("30", 2), ("90", 3), ("365", 4), ("", 2), ("1e9", 2), ("-1", 2)])
def test_a_period_is_chosen(client_of: Any, steward: Membership, days: str, seen: int) -> None:
    for number, ago in enumerate((0, 20, 80, 300)):
        kept(f"word{'abcd'[number]}", days_ago=ago)
    html = client_of(steward).get(LIST, {"days": days}).content.decode()
    assert sum(f"word{letter}</strong>" in html for letter in "abcd") == seen


def test_nothing_lost_is_good_news(client_of: Any, steward: Membership) -> None:
    assert "Everybody found something" in client_of(steward).get(LIST).content.decode()


def test_the_file_has_all_and_no_formula_in_it(client_of: Any, steward: Membership) -> None:
    kept("=cmd", "+BN11", times=2)
    response = client_of(steward).get(FILE, {"days": "90"})
    text = response.content.decode("utf-8-sig")
    assert response["Content-Type"].startswith("text/csv")
    assert "-90-days-" in response["Content-Disposition"]
    assert text.splitlines()[0] == "Words,Near,Filters,Times,On how many days,Last"
    assert text.splitlines()[1].startswith("'=cmd,'+BN11,,2,1,")


def test_the_same_statements_however_many(client_of: Any, steward: Membership) -> None:
    client = client_of(steward)
    for number in range(5):
        kept(f"word{'abcde'[number]}")
    with assert_max_queries(4):
        client.get(LIST)


@pytest.mark.parametrize("url", [LIST, FILE])
def test_nobody_else_may_read_them(client_of: Any, client: Client, provider: Membership, url: str) -> None:
    assert client_of(provider).get(url).status_code == 403
    assert client.get(url).status_code == 302


@pytest.mark.parametrize("url", [LIST, FILE])
def test_the_wrong_verb_changes_nothing(client_of: Any, steward: Membership, url: str) -> None:
    assert client_of(steward).post(url).status_code == 405
