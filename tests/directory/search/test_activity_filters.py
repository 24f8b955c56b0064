"""The filters of the search page: what they leave, what they count, what is set and pressed away."""

import re
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client

from directory.models import Capacity, Figure, Language, Place, Schedule, Service
from directory.search.forms.search import SearchForm
from directory.search.index import index_services
from directory.search.query import MAX_CANDIDATES, SearchResult
from tests.directory.making import HOVE, SHOREHAM, WORTHING, listed, need
from tests.directory.search.test_activities import URL, page, titles
from tests.fragments import assert_fragment_equals_page


def step_free(service: Service) -> Service:
    for at in service.at_locations.all():
        at.location.accessibility.create(description="Step-free entrance")
    index_services([service.pk])
    return service


def test_each_filter_leaves_what_fits(client: Client) -> None:
    step_free(listed("Easy walk", day="TU", free=True, meets_you=True))
    polish = listed("Polish lunch", day="WE", minimum_age=60)
    Language.objects.create(service=polish, name="Polish")
    Capacity.objects.create(service=polish, available=3)
    index_services([polish.pk])
    asked = {
        "free": "1",
        "meets": "1",
        "access": "step-free",
        "day": "TU",
        "age": "30",
        "time": "morning",
    }
    for name, value in asked.items():
        expected = ["Easy walk", "Polish lunch"] if name == "time" else ["Easy walk"]
        assert sorted(titles(page(client, **{name: value}))) == expected, name
    for name, value in {"room": "1", "language": "pl", "age": "80", "day": "WE"}.items():
        assert "Polish lunch" in titles(page(client, **{name: value})), name
    assert "Nothing matches yet" in page(client, free="1", room="1")


def test_filters_say_how_many_each_would_leave(client: Client) -> None:
    step_free(listed("Walk", day="TU", free=True))
    listed("Choir", day="TU")
    listed("Art", day="WE", free=True)
    html = page(client)
    assert '<option value="TU">Tuesday (2)</option>' in html
    assert '<option value="MO">Monday (0)</option>' in html
    assert 'for="id_free">Free <span class="quiet number">(2)</span>' in html
    assert 'Step-free <span class="quiet number">(1)</span>' in html
    assert "Hearing loop" not in html, "what nothing has is not offered"
    html = page(client, day="TU")
    assert '<option value="TU" selected>Tuesday (2)</option>' in html
    assert '<option value="WE">Wednesday (1)</option>' in html, "what changing to it would leave"
    assert 'for="id_free">Free <span class="quiet number">(1)</span>' in html


def test_a_filter_that_leaves_nothing_says_so(client: Client) -> None:
    listed("Walk")
    html = page(client)
    for name, label in (("meets", "Someone can meet you"), ("online", "Online or by phone")):
        assert f'for="id_{name}">{label} <span class="quiet number">(0)</span>' in html


def test_where_more_was_found_than_can_be_counted_no_zero_is_claimed() -> None:
    found = SearchResult(count=MAX_CANDIDATES + 1, counts={"day": {"TU": 12, "MO": 0}, "free": {"1": 3}, "access": {}})
    form = SearchForm(QueryDict("day=TU"))
    form.take_found(found)
    drawn = "".join([*form.few, *form.more])
    assert '<option value="TU" selected>Tuesday (12+)</option>' in drawn
    assert '<option value="MO">Monday</option>' in drawn
    assert "(3+)" in drawn
    assert "Hearing loop" in drawn, "farther away one may have it"


def test_what_is_set_is_shown_and_pressed_away(client: Client) -> None:
    need()
    listed("Walk")
    query = {"words": "walk", "near": "Worthing", "day": "TU", "free": "1", "access": ["step-free", "hearing-loop"]}
    html = page(client, **query)
    assert 'Filters<span id="filters-set"> (4)' in html
    chips = dict(re.findall(r'chip--remove" id="chip-\d" href="\?([^"]*)"[^>]*>.*?</span>([^<]+)</a>', html))
    words = {said: address.replace("&amp;", "&") for address, said in chips.items()}
    rest = "words=walk&near=Worthing"
    assert words == {
        "Tuesday": f"{rest}&free=1&access=step-free&access=hearing-loop",
        "Free": f"{rest}&day=TU&access=step-free&access=hearing-loop",
        "Step-free": f"{rest}&day=TU&free=1&access=hearing-loop",
        "Hearing loop": f"{rest}&day=TU&free=1&access=step-free",
    }
    assert 'href="?words=walk&amp;near=Worthing" hx-get' in html, "clear all"


def test_what_was_read_out_of_the_words_is_pressed_away_too(client: Client) -> None:
    listed("Harbour walk", day="TU", free=True)
    listed("Harbour walk on Monday", day="MO", free=True)
    html = page(client, words="harbour walk on tuesday")
    assert titles(html) == ["Harbour walk"]
    assert re.search(r'href="\?words=harbour\+walk[^"]*"><span[^>]*>Remove from what you typed: </span>Tuesday', html)


def test_what_was_read_out_of_the_words_stands_in_the_form_and_is_taken_away_once(client: Client) -> None:
    listed("Harbour walk", day="TU", free=True)
    listed("Harbour walk on Monday", day="MO", free=True)
    words = {"words": "free harbour walk on tuesday near worthing"}
    html = page(client, **words)
    assert '<option value="TU" selected>' in html
    assert re.search(r'name="free" value="1" checked', html)
    assert re.search(r'id="id_near"[^>]* value="Worthing"', html)
    said = re.search(r'name="read" value="([^"]*)"', html)
    assert said
    assert {*said[1].split("|")} == {"day:TU", "free:1", "near:Worthing"}
    drawn = words | {"day": "TU", "free": "1", "near": "Worthing", "read": said[1]}
    again = page(client, **drawn)
    assert titles(again) == titles(html) == ["Harbour walk"]
    assert len(re.findall("chip--remove", again)) == len(re.findall("chip--remove", html)) == 3, "each is there once"
    any_day = page(client, **drawn | {"day": ""})
    assert len(titles(any_day)) == 2, "what was taken away in the form is not read again"
    assert '<option value="TU" selected>' not in any_day
    assert "day:TU" in any_day
    other = page(client, **drawn | {"words": "harbour walk on monday"})
    assert titles(other) == ["Harbour walk on Monday"], "the words were changed: what they said goes with them"
    assert 'name="free" value="1" checked' not in other


def test_the_sentence_of_a_person_of_80(client: Client) -> None:
    Place.objects.create(name="bn11", shown="BN11", latitude=WORTHING[0], longitude=WORTHING[1], district=True)
    listed("Stroll", day="TU", free=True)
    listed("Paid stroll", day="TU")
    listed("Monday stroll", day="MO", free=True)
    html = page(client, words="something on a Tuesday near BN11 that is free")
    assert titles(html) == ["Stroll"]
    assert "near BN11" in html


def test_a_distance_without_a_place_filters_nothing_and_is_not_shown_as_set(client: Client) -> None:
    listed("Walk", at=HOVE)
    html = page(client, miles="1")
    assert titles(html) == ["Walk"]
    assert "chip--remove" not in html


def test_few_filters_are_open_until_others_are_set(client: Client) -> None:
    listed("Walk")
    assert '<details class="more" id="more-filters">' in page(client)
    assert '<details class="more" id="more-filters" open>' in page(client, time="morning")


def test_each_result_says_why_it_is_there(client: Client) -> None:
    listed("Gardening", free=True, meets_you=True)
    html = page(client, words="gardening", near="Worthing")
    for label, said in (("Why it is here", "half a mile away"), ("What speaks for it", "Someone can meet you")):
        found = re.search(rf"{label}: </span>([^<]*)<", html)
        assert found
        assert said in found[1]


def test_near_a_place_stops_at_a_sensible_distance_and_offers_to_go_further(client: Client) -> None:
    listed("Walk here")
    listed("Walk in Carlisle", at=(54.89, -2.93), city="Carlisle")
    html = page(client, words="walk", near="Worthing")
    assert titles(html) == ["Walk here"]
    assert "These are within 15 miles" in html
    assert "miles=any" in html
    assert titles(page(client, words="walk", near="Worthing", miles="any")) == ["Walk here", "Walk in Carlisle"]
    assert "Look further" not in page(client, words="walk", near="Worthing", miles="3")
    assert "Further than 15 miles" in page(client, words="walk", near="Carlisle", day="TU")


@pytest.mark.parametrize(
    "query", [{"words": "walk in Cardiff"}, {"words": "walk", "near": "Cardiff"}, {"words": "walk", "near": "CF10 1AA"}]
)
def test_a_place_outside_says_so_and_shows_what_is_nearest_or_online(client: Client, query: dict[str, str]) -> None:
    listed("Walk")
    html = page(client, **query)
    assert re.search(r"<strong>(Cardiff|CF10 1AA)</strong> is outside Adur and Worthing. Here is what is nearest", html)
    assert "Nothing matches yet" in html
    assert titles(html) == ["Walk"]
    Schedule.objects.create(service=(talk := listed("Walk talk", at=None)), attending_type="online", freq="WEEKLY")
    index_services([talk.pk])
    html = page(client, **query)
    assert "is outside Adur and Worthing. Here is what is online, by phone or for people there" in html
    assert titles(html) == ["Walk talk"]
    assert "is outside" not in page(client, words="walk", near="Worthing")


def test_nothing_found_shows_what_is_near(client: Client) -> None:
    listed("Walk", day="MO")
    html = page(client, words="walk", day="TU", near="Worthing")
    assert "Nothing matches yet" in html
    assert "What we have near Worthing" in html
    assert titles(html) == ["Walk"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"time": "evening"}, "Any time of day"),
        ({"free": "1"}, "Not only what is free"),
        ({"room": "1"}, "Also where there may be no room"),
        ({"language": "pl"}, "Any language"),
        ({"meets": "1"}, "Also where nobody can meet you"),
        ({"access": "parking"}, "Without asking for access"),
        ({"online": "1"}, "Not only online or by phone"),
        ({"near": "Worthing", "miles": "1"}, "Further away"),
    ],
)
def test_each_filter_can_be_widened(client: Client, query: dict[str, str], words: str) -> None:
    listed("Far away", at=SHOREHAM, city="Shoreham")
    listed("Nearer", at=HOVE, city="Worthing")
    html = page(client, words="zumba", **query)
    assert f">{words}</a>" in html


def test_what_htmx_gets_brings_the_filters_with_their_new_counts(client: Client) -> None:
    listed("Walk", day="TU", free=True)
    fragment = assert_fragment_equals_page(client, URL, target="results", day="TU")
    html = fragment.content.decode()
    for part in ("few", "others", "filters-set", "show"):
        assert f'id="{part}" hx-swap-oob="innerHTML"' in html
        fresh = re.sub(r"\s+", " ", page(client, day="TU"))
        inside = re.search(
            rf'id="{part}" hx-swap-oob="innerHTML">(.*?)</(?:div|span)>\s*(?:<div id=|<span id=|$)', html, re.S
        )
        assert inside
        assert re.sub(r"\s+", " ", inside[1]).strip() in fresh, part


def test_a_chip_pressed_away_gives_the_focus_to_the_number_found(client: Client) -> None:
    listed("Walk")
    headers = {"HX-Request": "true", "HX-Target": "results", "HX-Trigger": "chip-1"}
    assert "data-focus>1 activity" in client.get(URL, headers=headers).content.decode()
    assert "data-focus" not in page(client)


def test_what_is_shown_is_counted_for_its_group(client: Client, django_capture_on_commit_callbacks: Any) -> None:
    service = listed("Walk")
    with django_capture_on_commit_callbacks(execute=True):
        page(client)
    assert [(row.service, row.shown, row.views) for row in Figure.objects.all()] == [(service, 1, 0)]
