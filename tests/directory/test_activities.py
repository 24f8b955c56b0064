"""The search page: list, filters, pages, what is announced."""

import re
from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from agencies.models import Membership
from directory.asking import CANDIDATES, Found
from directory.forms.search import SearchForm
from directory.index import index, refresh
from directory.models import Capacity, Language, Place, Service
from tests.directory.making import HOVE, SHOREHAM, WORTHING, listed, need
from tests.directory.test_search import HOSTILE, listed_quickly
from tests.fragments import assert_fragment_equals_page
from tests.queries import assert_queries

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
        "1 activity", "Tuesdays, 10:30am to midday, St Mary&#x27;s Hall, Worthing", "An easy walk by the sea.", "Free",
        "tel:01632960001", "Not checked yet",
    ):  # fmt: skip
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
    [{"day": "XX"}, {"need": "nothing"}, {"miles": "999"}, {"miles": "nan"}, {"time": "noon"}, {"free": "2"},
     {"access": "wings"}],
)  # fmt: skip
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
    refresh()
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
    refresh()
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
@pytest.mark.parametrize("field", FIELDS)
def test_anything_may_be_in_the_address(client: Client, field: str, words: str) -> None:
    assert client.get(URL, {field: words}).status_code in (200, 422)


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
        index([listed(f"Walk {number}", day="TU", free=True).pk])
    with assert_queries("activities", most=4):
        page(client, words="walk", near="Worthing", day="TU", miles="5")


# --- Filters ---------------------------------------------------------------------------------------------------


def step_free(service: Service) -> Service:
    for at in service.at_locations.all():
        at.location.accessibility.create(description="Step-free entrance")
    index([service.pk])
    return service


def test_each_filter_leaves_what_fits(client: Client) -> None:
    step_free(listed("Easy walk", day="TU", free=True, meets_you=True))
    polish = listed("Polish lunch", day="WE", minimum_age=60)
    Language.objects.create(service=polish, name="Polish")
    Capacity.objects.create(service=polish, available=3)
    index([polish.pk])
    asked = {
        "free": "1", "meets": "1", "access": "step-free", "day": "TU", "age": "30", "time": "morning",
    }  # fmt: skip
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


def test_where_more_was_found_than_can_be_counted_no_zero_is_claimed() -> None:
    found = Found(count=CANDIDATES + 1, counts={"day": {"TU": 12, "MO": 0}, "free": {"1": 3}, "access": {}})
    form = SearchForm(QueryDict("day=TU"))
    form.offer(found)
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
    why = re.search(r"Why it is here: </span>([^<]*)<", html)
    assert why
    for said in ("half a mile away", "Someone can meet you"):
        assert said in why[1]


def test_nothing_found_shows_what_is_near(client: Client) -> None:
    listed("Walk", day="MO")
    html = page(client, words="walk", day="TU", near="Worthing")
    assert "Nothing matches yet" in html
    assert "What we have near Worthing" in html
    assert titles(html) == ["Walk"]


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"time": "evening"}, "Any time of day"), ({"free": "1"}, "Not only what is free"),
        ({"room": "1"}, "Also where there may be no room"), ({"language": "pl"}, "Any language"),
        ({"meets": "1"}, "Also where nobody can meet you"), ({"access": "parking"}, "Without asking for access"),
        ({"online": "1"}, "Not only online or by phone"), ({"near": "Worthing", "miles": "1"}, "Further away"),
    ],
)  # fmt: skip
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


def test_what_is_shown_is_counted_for_its_group(client: Client) -> None:
    from directory import figures

    figures.tally.take()
    service = listed("Walk")
    page(client)
    assert {key[::2]: n for key, n in figures.tally.take().items()} == {(service.pk, "shown"): 1}


def test_the_wrong_verb_changes_nothing(client: Client) -> None:
    listed("Walk")
    assert client.post(URL, {"words": "walk"}).status_code == 405
