"""The steward's words and neighbourhoods: added, changed, removed, tried; a search knows them at once."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from agencies.models import Membership
from directory.geography.postcodes import find_place
from directory.models import Place, Postcode, StopWord, Synonym
from directory.search.index import refresh_counts
from directory.search.statement import SearchQuery, search
from tests.directory.making import SHOREHAM, WORTHING, listed
from tests.directory.search.test_search import HOSTILE
from tests.queries import assert_max_queries

WORDS, LEAVE_OUT, REMOVE, PLACES, REMOVE_PLACE = (
    reverse(f"directory:{name}") for name in ("words", "stop_word", "remove_word", "places", "remove_place")
)


pytestmark = pytest.mark.usefixtures("no_shipped_words")


@pytest.fixture
def at_work(client_of: Any, steward: Membership) -> Client:
    return client_of(steward)


# --- Synonyms ------------------------------------------------------------------------------------------------


def test_a_word_is_added_and_found_by_at_once(at_work: Client) -> None:
    listed("Alcohol recovery group")
    assert search(SearchQuery(words="aa")).cards == []
    response = at_work.post(WORDS, {"typed": " AA ", "means": "Alcohol , drinking,, alcohol"}, follow=True)
    assert "“aa” also looks for alcohol, drinking" in response.content.decode()
    assert Synonym.objects.get().means == "alcohol, drinking"
    found = search(SearchQuery(words="AA"))
    assert [service.name for service in found.cards] == ["Alcohol recovery group"]


def test_the_same_word_sent_twice_is_there_once(at_work: Client) -> None:
    for _ in range(2):
        assert at_work.post(WORDS, {"typed": "aa", "means": "alcohol"}).status_code == 302
    assert Synonym.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "means", "said"),
    [
        ("", "alcohol", "Enter what people type"),
        ("!!", "alcohol", "Enter letters or numbers"),
        ("aa", "", "Enter what to look for as well"),
        ("aa", " , ", "Enter letters or numbers"),
        ("aa", "drink", "is in the list"),
        ("tea", "tea, coffee", "is looked for anyway"),
        ("local", "here", "is left out of searches"),
        ("x" * 101, "y", "Use 100 characters or fewer"),
        ("x", "y" * 201, "Use 200 characters or fewer"),
    ],
)
def test_a_word_that_cannot_be_is_refused_and_nothing_is_lost(
    at_work: Client, typed: str, means: str, said: str
) -> None:
    Synonym.objects.create(typed="aa", means="alcohol")
    StopWord.objects.create(word="local")
    response = at_work.post(WORDS, {"typed": typed, "means": means})
    html = response.content.decode()
    assert response.status_code == 422
    assert said in html
    assert f'value="{means}"' in html or not means
    assert Synonym.objects.count() == 1


def test_a_word_is_changed(at_work: Client) -> None:
    Synonym.objects.create(typed="aa", means="alcohol")
    Synonym.objects.create(typed="cab", means="advice")
    html = at_work.get(WORDS, {"change": "aa"}).content.decode()
    assert 'value="alcohol"' in html
    at_work.post(f"{WORDS}?change=aa", {"typed": "Alcoholics  Anonymous!", "means": "drinking"})
    assert list(Synonym.objects.values_list("typed", "means")) == [
        ("alcoholics anonymous", "drinking"),
        ("cab", "advice"),
    ]
    response = at_work.post(f"{WORDS}?change=cab", {"typed": "alcoholics anonymous", "means": "advice"})
    assert response.status_code == 422, "another line has it"
    assert at_work.get(WORDS, {"change": "gone"}).status_code == 404
    assert at_work.get(WORDS, {"change": "\x00gone"}).status_code == 404


def test_a_word_is_removed(at_work: Client) -> None:
    Synonym.objects.create(typed="aa", means="alcohol")
    for _ in range(2):
        assert at_work.post(REMOVE, {"typed": "aa"}).status_code == 302
    assert not Synonym.objects.exists()


def test_a_lost_search_begins_one(at_work: Client) -> None:
    assert 'value="zumba"' in at_work.get(WORDS, {"typed": "zumba"}).content.decode()


# --- Words to leave out ------------------------------------------------------------------------------------------


def test_a_word_is_left_out_and_taken_in_again(at_work: Client) -> None:
    listed("Walking group")
    assert search(SearchQuery(words="nice walking")).unsaid == ["nice"]
    for _ in range(2):
        at_work.post(LEAVE_OUT, {"word": "Nice"})
    assert list(StopWord.objects.values_list("word", flat=True)) == ["nice"]
    found = search(SearchQuery(words="nice walking"))
    assert (found.unsaid, found.left_out) == ([], ["nice"])
    at_work.post(REMOVE, {"word": "nice"})
    assert not StopWord.objects.exists()


@pytest.mark.parametrize("word", ["", "six words are none too few", "!!", "aa", "x" * 51])
def test_what_is_no_word_is_refused(at_work: Client, word: str) -> None:
    Synonym.objects.create(typed="aa", means="alcohol")
    response = at_work.post(LEAVE_OUT, {"word": word})
    assert response.status_code == 422
    assert "<title>Error: " in response.content.decode()
    assert not StopWord.objects.exists()


# --- Trying ----------------------------------------------------------------------------------------------------


def test_a_search_is_tried_on_the_same_page(at_work: Client) -> None:
    listed("Alcohol recovery group", day="TU")
    Synonym.objects.create(typed="aa", means="alcohol")
    StopWord.objects.create(word="nice")
    html = at_work.get(WORDS, {"words": "nice AA recoverry tuesday"}).content.decode()
    for said in (
        "<strong>nice</strong> is left out",
        "<strong>aa</strong> also looks for alcohol",
        "<strong>recoverry</strong> is looked for as recovery",
        "is read as a filter: Tuesday",
        "1 activity",
        "Alcohol recovery group",
    ):
        assert said in html, said
    assert "Say what it means" in at_work.get(WORDS, {"words": "zumba"}).content.decode()


@pytest.mark.parametrize("words", [w for w in HOSTILE if len(w) < 50_000], ids=lambda w: repr(w)[:20])
def test_anything_may_be_typed(at_work: Client, words: str) -> None:
    assert at_work.get(WORDS, {"words": words, "typed": words}).status_code == 200
    assert at_work.get(PLACES, {"near": words, "name": words}).status_code == 200
    assert at_work.post(WORDS, {"typed": words, "means": words}).status_code in (302, 422)
    assert at_work.post(LEAVE_OUT, {"word": words}).status_code in (302, 422)
    assert at_work.post(REMOVE, {"typed": words, "word": words}).status_code == 302
    assert at_work.post(REMOVE_PLACE, {"name": words}).status_code == 302
    assert at_work.post(PLACES, {"name": words, "latitude": words}).status_code == 422


# --- Neighbourhoods ------------------------------------------------------------------------------------------------


def test_a_neighbourhood_is_added_by_a_postcode_and_found_at_once(at_work: Client) -> None:
    Postcode.objects.create(code="BN124PJ", latitude=50.8148, longitude=-0.4119)
    assert find_place("goring") is None
    at_work.post(PLACES, {"name": " Goring-by-Sea ", "postcode": "bn124pj"})
    name, point = find_place("goring") or ("", None)
    assert (name, point) == ("Goring-by-Sea", (50.8148, -0.4119))
    refresh_counts()
    assert find_place("goring"), "the nightly count leaves it"


def test_by_degrees_and_the_same_twice_is_an_error_but_there_once(at_work: Client) -> None:
    typed = {"name": "Goring", "latitude": "50.81", "longitude": "-0.42"}
    assert at_work.post(PLACES, typed).status_code == 302
    assert at_work.post(PLACES, typed).status_code == 422
    assert Place.objects.filter(given=True).count() == 1


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "12"}, "name"),
        ({"name": "BN11", "latitude": "50.8", "longitude": "-0.4"}, "name"),
        ({"name": "Goring"}, "postcode"),
        ({"name": "Goring", "postcode": "nonsense"}, "postcode"),
        ({"name": "Goring", "postcode": "ZZ99 9ZZ"}, "postcode"),
        ({"name": "Goring", "latitude": "50.8"}, "longitude"),
        ({"name": "Goring", "longitude": "-0.4"}, "latitude"),
        ({"name": "Goring", "latitude": "north", "longitude": "-0.4"}, "latitude"),
        ({"name": "Goring", "latitude": "nan", "longitude": "-0.4"}, "latitude"),
        ({"name": "Goring", "latitude": "500", "longitude": "-0.4"}, "latitude"),
        ({"name": "Goring", "latitude": "50.8", "longitude": "40"}, "longitude"),
    ],
)
def test_a_place_that_cannot_be_is_refused(at_work: Client, typed: dict[str, str], field: str) -> None:
    Place.objects.create(name="bn11", shown="BN11", latitude=50.81, longitude=-0.37, district=True)
    response = at_work.post(PLACES, typed)
    assert response.status_code == 422
    assert f'href="#id_{field}"' in response.content.decode()
    assert not Place.objects.filter(given=True).exists()


def test_a_neighbourhood_is_renamed_moved_and_removed(at_work: Client) -> None:
    at_work.post(PLACES, {"name": "Goring", "latitude": "50.81", "longitude": "-0.42"})
    assert 'value="50.81"' in at_work.get(PLACES, {"change": "goring"}).content.decode()
    at_work.post(f"{PLACES}?change=goring", {"name": "West Goring", "latitude": "50.82", "longitude": "-0.43"})
    assert list(Place.objects.filter(given=True).values_list("name", "latitude")) == [("west goring", 50.82)]
    for _ in range(2):
        at_work.post(REMOVE_PLACE, {"name": "west goring"})
    assert not Place.objects.filter(given=True).exists()
    assert at_work.get(PLACES, {"change": "west goring"}).status_code == 404


def test_a_town_gives_way_to_the_stewards_place_and_comes_back(at_work: Client) -> None:
    listed("Walk", at=SHOREHAM, city="Shoreham")
    listed("Other", at=WORTHING)
    assert find_place("shoreham") == ("Shoreham", SHOREHAM)
    at_work.post(PLACES, {"name": "Shoreham", "latitude": "50.9", "longitude": "-0.2"})
    assert find_place("shoreham") == ("Shoreham", (50.9, -0.2))
    at_work.post(REMOVE_PLACE, {"name": "shoreham"})
    assert find_place("shoreham") == ("Shoreham", SHOREHAM)


@pytest.mark.parametrize(("name", "said"), [("Shoreham", "is a town that is known"), ("Goring", "within 60 km of it")])
def test_no_place_is_led_far_away(at_work: Client, name: str, said: str) -> None:
    listed("Walk", at=SHOREHAM, city="Shoreham")
    answer = at_work.post(PLACES, {"name": name, "latitude": "57.1", "longitude": "-2.1"})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert find_place("shoreham") == ("Shoreham", SHOREHAM)


def test_only_the_stewards_places_can_be_removed(at_work: Client) -> None:
    listed("Walk", city="Worthing")
    at_work.post(REMOVE_PLACE, {"name": "worthing"})
    assert find_place("worthing")
    assert at_work.get(PLACES, {"change": "worthing"}).status_code == 404


def test_a_name_is_tried(at_work: Client) -> None:
    listed("Walk", city="Worthing")
    assert "<strong>Worthing</strong>" in at_work.get(PLACES, {"near": "worthin"}).content.decode()
    assert "Nobody knows “Atlantis” here yet" in at_work.get(PLACES, {"near": "Atlantis"}).content.decode()


# --- Who ---------------------------------------------------------------------------------------------------------


def test_the_same_statements_however_many(at_work: Client) -> None:
    for number in range(5):
        Synonym.objects.create(typed=f"word{number}", means="alcohol")
    with assert_max_queries(3):
        at_work.get(WORDS)


@pytest.mark.parametrize("url", [WORDS, LEAVE_OUT, REMOVE, PLACES, REMOVE_PLACE])
def test_nobody_else_may(client_of: Any, client: Client, provider: Membership, lead: Membership, url: str) -> None:
    for member in (provider, lead):
        assert client_of(member).post(url, {"typed": "aa", "means": "alcohol"}).status_code == 403
    assert client.post(url).status_code == 302
    assert not Synonym.objects.exists()


@pytest.mark.parametrize("url", [LEAVE_OUT, REMOVE, REMOVE_PLACE])
def test_the_wrong_verb_changes_nothing(at_work: Client, url: str) -> None:
    assert at_work.get(url).status_code == 405
    assert at_work.delete(WORDS).status_code == 405


def test_a_backup_of_the_words_can_be_restored() -> None:
    """pg_dump empties the search path before it restores rows: a generated column finds its function."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        table = f'"{cursor.fetchone()[0]}".directory_synonym'
        cursor.execute("SET LOCAL search_path = ''")
        cursor.execute(f"INSERT INTO {table} (typed, means) VALUES ('walks', 'active') RETURNING key")
        assert cursor.fetchone() == ("walk",)
        cursor.execute("SET LOCAL search_path TO DEFAULT")
