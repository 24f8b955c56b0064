"""The map of a search: all that was found, and the land beneath it."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from directory.geography.base_map import draw_base_map
from directory.search import query as asking
from directory.search.views import map as views
from tests.directory.making import HOVE, WORTHING, listed
from tests.queries import assert_max_queries


def shown(client: Client, **query: str) -> dict[str, Any]:
    answer: dict[str, Any] = client.get(reverse("directory:map_hits"), query).json()
    return answer


def test_all_that_is_found_is_on_it_and_not_only_the_first_ten(client: Client) -> None:
    for n in range(14):
        listed(f"Walk {n}", (WORTHING[0] + n / 1000, WORTHING[1]), day="TU")
    answer = shown(client, words="walk", near="Worthing")
    assert len(answer["hits"]) == 14
    assert answer["said"] == "Everything on the map is in the list too."
    first = answer["hits"][0]
    assert first["when"] == "Tuesdays, 10:30am to midday"
    assert client.get(first["url"]).status_code == 200
    assert answer["here"] == [pytest.approx(WORTHING[0], abs=0.02), pytest.approx(WORTHING[1], abs=0.02)]


def test_numbers_are_those_of_the_list(client: Client) -> None:
    listed("Near walk")
    listed("Walk by phone", None)
    listed("Far walk", HOVE, city="Hove")
    listing = [card.name for card in client.get("/activities/", {"words": "walk"}).context["found"].cards]
    answer = shown(client, words="walk")
    assert {hit["name"]: hit["n"] for hit in answer["hits"]} == {
        name: n for n, name in enumerate(listing, 1) if name != "Walk by phone"
    }
    assert answer["said"] == ("2 of 3 are on the map. One meets online, by phone or at no fixed place: see the list.")


def test_filters_count_on_it_too(client: Client) -> None:
    listed("Free walk", free=True)
    listed("Paid walk")
    assert [hit["name"] for hit in shown(client, free="1")["hits"]] == ["Free walk"]


def test_however_many_there_are_it_stays_bounded_and_says_so(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name, n in ((asking, "MAX_CANDIDATES", 4), (views, "MAX_CANDIDATES", 4), (views, "MAX_PINS", 10)):
        monkeypatch.setattr(module, name, n)
    for n in range(23):
        listed(f"Walk {n}", (WORTHING[0] + n / 1000, WORTHING[1]))
    with assert_max_queries(6):
        answer = shown(client)
    assert len(answer["hits"]) == 10
    assert len({hit["name"] for hit in answer["hits"]}) == 10
    assert answer["said"].startswith("The first 10 are on the map, and there are more")


def test_it_takes_as_many_queries_as_the_list(client: Client) -> None:
    listed("Walk")
    shown(client, words="walk")  # the rules of danger are read once
    with assert_max_queries(4):  # a place in the words, the words, the search
        shown(client, words="walk")


def test_under_words_of_danger_nothing_cheerful_is_offered(client: Client) -> None:
    listed("Walk")
    assert shown(client, words="walk")["hits"]
    assert shown(client, words="walk, I want to die")["hits"] == []


def test_nothing_found(client: Client) -> None:
    assert shown(client, words="zumba")["said"] == "Nothing was found to show on the map."


def test_a_query_that_makes_no_sense_is_no_error(client: Client) -> None:
    response = client.get(reverse("directory:map_hits"), {"near": "\x00", "age": "x", "day": "XX", "miles": "-1"})
    assert response.status_code == 200


def test_the_land_is_there_once_it_is_drawn_and_not_sent_twice(client: Client) -> None:
    address = reverse("directory:map_land")
    assert client.get(address).json()["features"] == []
    listed("Walk")
    draw_base_map()
    response = client.get(address)
    assert response["Content-Type"] == "application/geo+json"
    assert response.json()["type"] == "FeatureCollection"
    assert client.get(address, headers={"If-Modified-Since": response["Last-Modified"]}).status_code == 304


@pytest.mark.parametrize("name", ["map_hits", "map_land"])
def test_the_wrong_verb(client: Client, name: str) -> None:
    assert client.post(reverse(f"directory:{name}")).status_code == 405
