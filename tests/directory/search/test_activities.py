"""The search page: list, filters, pages, what is announced."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agencies.models import Membership
from directory.models import LostSearch
from directory.search.index import index_services, refresh_counts
from tests.directory.making import HOVE, SHOREHAM, WORTHING, listed, need
from tests.directory.search.test_search import HOSTILE, listed_quickly
from tests.fragments import assert_fragment_equals_page
from tests.queries import assert_max_queries

URL = reverse("directory:activities")


def page(client: Client, **query: Any) -> str:
    response = client.get(URL, query)
    assert response.status_code == 200
    return response.content.decode()


def titles(html: str) -> list[str]:
    return re.findall(r'href="/activities/[0-9a-f-]{36}/"[^>]*>([^<]+)<', html)


def test_anyone_finds_activities_with_when_and_where(client: Client) -> None:
    listed("Harbour walk", day="TU", free=True, phone="01632 960001", description="An easy walk by the sea.")
    html = page(client)
    assert titles(html) == ["Harbour walk"]
    for words in (
        "1 activity",
        "Tuesdays, 10:30am to midday, St Mary&#x27;s Hall, Worthing",
        "An easy walk by the sea.",
        "Free",
        "tel:01632960001",
        "Not checked yet",
    ):
        assert words in html


def test_signed_in_members_find_the_same(client_of: Any, gp: Membership) -> None:
    listed("Harbour walk")
    assert titles(page(client_of(gp))) == ["Harbour walk"]


def test_words_need_place_distance_and_day_work_together(client: Client) -> None:
    lonely = need(words="lonely")
    listed("Tea for the lonely", day="TU", at=WORTHING)
    listed("Tea for the lonely far away", day="TU", at=HOVE, city="Hove")
    listed("Tea on Monday for the lonely", day="MO")
    listed("Tea", day="TU")
    query = {"words": "tea", "need": lonely.code, "near": "BN11 2AA", "miles": "3", "day": "TU"}
    html = page(client, **query)
    assert titles(html) == ["Tea for the lonely"]
    assert "near BN11 2AA" in html
    assert "miles away" in html or "half a mile away" in html
    *near, last = titles(page(client, **query | {"miles": "", "day": ""}))
    assert (set(near), last) == ({"Tea for the lonely", "Tea on Monday for the lonely"}, "Tea for the lonely far away")


def test_a_town_by_its_name(client: Client) -> None:
    listed("Walk in Worthing", at=WORTHING)
    listed("Walk in Shoreham", at=SHOREHAM, city="Shoreham-by-Sea")
    assert titles(page(client, near="shoreham"))[0] == "Walk in Shoreham"


def test_a_typing_mistake_is_said(client: Client) -> None:
    listed("Gardening together")
    html = page(client, words="gardning")
    assert "Showing results for <strong>gardening</strong>" in html
    assert titles(html) == ["Gardening together"]


def test_nothing_found_says_what_to_widen_and_a_phone_number(client: Client) -> None:
    listed("Walk", day="MO")
    html = page(client, words="walk", day="TU", need=need().code)
    assert "Nothing matches yet" in html
    assert "Any day, not only Tuesday" in html
    assert 'href="?words=walk&amp;need=company"' in html
    assert "tel:01632960100" in html
    assert 'role="alert"' in html


def test_an_unknown_place_is_an_error_that_keeps_what_was_typed(client: Client) -> None:
    listed("Walk")
    response = client.get(URL, {"words": "walk", "near": "Atlantis"})
    html = response.content.decode()
    assert response.status_code == 422
    assert "<title>Error: " in html
    assert 'href="#id_near"' in html
    assert 'value="walk"' in html
    assert 'value="Atlantis"' in html
    assert titles(html) == ["Walk"], "what can be found without the place is there"


@pytest.mark.parametrize(
    "query",
    [
        {"day": "XX"},
        {"need": "nothing"},
        {"miles": "999"},
        {"miles": "nan"},
        {"time": "noon"},
        {"free": "2"},
        {"access": "wings"},
    ],
)
def test_a_choice_that_is_not_offered_is_an_error(client: Client, query: dict[str, str]) -> None:
    listed("Walk")
    response = client.get(URL, query)
    html = response.content.decode()
    assert response.status_code == 422
    assert html.count("from the list") == 2, "above, and at the filter"
    assert titles(html) == ["Walk"], "what can be read of it is searched for"


@pytest.mark.parametrize("age", ["-1", "121", "abc", "1e3", "٣"])
def test_an_age_that_cannot_be_is_an_error_that_keeps_what_was_typed(client: Client, age: str) -> None:
    response = client.get(URL, {"age": age})
    html = response.content.decode()
    if response.status_code == 200:
        assert age == "٣", "a digit is a digit in any script"
        return
    assert 'href="#id_age"' in html
    assert f'value="{age}"' in html


def test_ten_at_a_time_without_script(client: Client) -> None:
    wanted = {listed_quickly(f"Walk {n}", (50.8 + n / 1000, -0.37)) for n in range(23)}
    refresh_counts()
    seen, url = [], URL
    for last in (10, 20, 23):
        html = client.get(url).content.decode()
        assert f"Showing {last} of 23 activities" in html
        seen += titles(html)
        more = re.search(r'href="(\?[^"]*after=[^"]*)"', html)
        url = URL + more[1].replace("&amp;", "&") if more else ""
    assert sorted(seen) == sorted(wanted)
    assert url == ""
    assert "Back to the first activities" in html


def test_more_with_htmx_is_the_same_rows_and_takes_the_focus(client: Client) -> None:
    for n in range(12):
        listed_quickly(f"Walk {n}", (50.8 + n / 1000, -0.37))
    refresh_counts()
    more = re.search(r'hx-get="([^"]*after=[^"]*)"', page(client))
    assert more
    part = client.get(more[1].replace("&amp;", "&"), headers={"HX-Request": "true", "HX-Target": "more"})
    html = part.content.decode()
    assert len(titles(html)) == 2
    assert html.count("data-focus") == 1
    assert "<html" not in html
    assert 'id="more"' in html


@pytest.mark.parametrize("query", [{}, {"words": "gardning"}, {"words": "nothing"}, {"near": "Atlantis"}])
def test_what_htmx_swaps_in_is_what_a_fresh_page_shows(client: Client, query: dict[str, str]) -> None:
    listed("Gardening together", day="TU")
    fragment = assert_fragment_equals_page(client, URL, target="results", **query)
    assert "data-announce" in fragment.content.decode()


FIELDS = ("words", "near", "need", "miles", "day", "time", "age", "free", "access", "language", "after", "shown")


@pytest.mark.parametrize("words", [w for w in HOSTILE if len(w) < 50_000], ids=lambda words: repr(words)[:20])
def test_anything_may_be_in_the_address(client: Client, words: str) -> None:
    for field in FIELDS:
        assert client.get(URL, {field: words}).status_code in (200, 422), field


def test_what_is_typed_is_escaped(client: Client) -> None:
    listed("Walk <script>alert(1)</script>", description="<b>x</b>")
    html = page(client, words="<script>walk")
    assert "<script>alert" not in html
    assert "<b>x" not in html
    assert "&lt;script&gt;walk" in html


@pytest.mark.parametrize("count", [1, 12])
def test_at_most_four_queries_however_many_are_found(client: Client, count: int) -> None:
    need()
    for number in range(count):
        index_services([listed(f"Walk {number}", day="TU", free=True).pk])
    with assert_max_queries(4):
        page(client, words="walk", near="Worthing", day="TU", miles="5")


def test_the_wrong_verb_changes_nothing(client: Client) -> None:
    listed("Walk")
    assert client.post(URL, {"words": "walk"}).status_code == 405


TOLD = "the lad next door has not been himself since the accident"


@pytest.mark.parametrize("words", [TOLD, "my zebra swallowed the front door", "she gave all her hats away"])
def test_who_tells_a_story_that_nothing_here_is_for_gets_numbers_and_is_not_counted(client: Client, words: str) -> None:
    listed("Accident book club")
    refresh_counts()
    assert "Is somebody in danger, or can it not wait?" in page(client, words=words)
    assert not LostSearch.objects.exists()


@pytest.mark.parametrize(
    "words", ["my book club", "is there a zebra club near me", "I would like to see a zebra", "zebra"]
)
def test_who_asks_for_something_is_not_asked_about_danger(client: Client, words: str) -> None:
    listed("My book club")
    refresh_counts()
    assert "Is somebody in danger" not in page(client, words=words)
