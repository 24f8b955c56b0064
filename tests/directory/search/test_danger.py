"""A search by somebody who may be in danger: whom to ring stands first, and nothing of it is kept."""

import csv
from pathlib import Path

import pytest
from django.test import Client
from django.urls import reverse

from directory.models import Danger, Figure, LostSearch, TaxonomyTerm
from directory.search.danger import find_dangers
from directory.search.index import index_services
from directory.search.statement import SearchQuery, search
from referrals.models import Alert
from tests.directory.making import listed
from tests.queries import assert_max_queries

SEARCH, FINDER_WHERE, WIDGET, ALERT = (
    reverse(name) for name in ("directory:activities", "directory:finder_where", "directory:widget", "referrals:alert")
)
TITLE = "If you or someone is in danger now"
CHEERFUL = "Dancing and cake for everyone who wants to live well"

with Path(__file__).with_name("danger_phrases.csv").open(encoding="utf-8", newline="") as file:
    PHRASES = [(row["words"], row["danger"]) for row in csv.DictReader(file)]
HARMLESS = Path(__file__).with_name("harmless_phrases.txt").read_text(encoding="utf-8").splitlines()
FIRST_NUMBERS = {
    "life": "999",
    "poison": "999",
    "stroke": "999",
    "suicide": "116 123",
    "self-harm": "111",
    "home": "0808 2000 247",
    "child": "0800 1111",
    "elder": "0808 808 8141",
    "sexual": "0808 500 2222",
    "stalking": "0808 802 0300",
    "followed": "999",
    "exploited": "999",
    "slavery": "08000 121 700",
    "fgm": "0800 028 3550",
    "forced-marriage": "020 7008 0151",
    "homeless": "0808 800 4444",
    "hungry": "0800 144 8848",
    "cold": "0800 144 8848",
    "voices": "111",
    "eating": "0808 801 0677",
    "missing": "999",
    "gambling": "0808 8020 133",
    "help": "111",
}


@pytest.mark.django_db
def test_each_phrase_is_recognised_as_its_danger() -> None:
    assert len(PHRASES) > 350
    found = {words: [danger.code for danger in find_dangers(words)] for words, _ in PHRASES}
    assert {
        words: codes for (words, danger), codes in zip(PHRASES, found.values(), strict=True) if danger not in codes
    } == {}


@pytest.mark.django_db
def test_harmless_neighbours_are_left_in_peace() -> None:
    assert len(HARMLESS) > 300
    found = {words: [danger.code for danger in find_dangers(words)] for words in ["", "\0" * 9, *HARMLESS]}
    assert {words: codes for words, codes in found.items() if codes} == {}


@pytest.mark.django_db
def test_each_danger_says_whom_to_ring_first() -> None:
    first = {row.code: row.ring.splitlines()[0].rpartition(": ")[2] for row in Danger.objects.all()}
    assert first == FIRST_NUMBERS


@pytest.mark.django_db
@pytest.mark.parametrize(
    "words",
    ["suicidle thougts", "my husbnad hits me", "he strangeld me", "overdoes of paracetemol", "afriad of my dad"],
)
def test_slips_of_the_finger_hide_nothing(words: str) -> None:
    assert find_dangers(words)


@pytest.mark.django_db
@pytest.mark.parametrize("words", ["suicide", "i want to die", "kms", "nowhere to sleep tonight"])
def test_numbers_stand_first_nothing_cheerful_is_offered_and_nothing_is_kept(client: Client, words: str) -> None:
    service = listed(CHEERFUL, day="MO")
    response = client.get(SEARCH, {"words": words})
    html = response.content.decode()
    assert TITLE in html
    for absent in (CHEERFUL, "Nothing matches yet", "shorter words", "could try instead", "E-mail me", "also finds"):
        assert absent not in html
    assert "no-store" in response["Cache-Control"]
    assert response["HX-Push-Url"] == SEARCH, "the browser's history does not have the words"
    assert not LostSearch.objects.exists()
    assert not Figure.objects.filter(service=service).exists()


@pytest.mark.django_db
def test_help_for_that_very_danger_is_found_below_the_numbers(client: Client) -> None:
    listed("Walking group", description="For a better life: take a walk.")
    listed("Suicide bereavement support", day="TU")
    html = client.get(SEARCH, {"words": "suicide bereavement support"}).content.decode()
    assert html.index(TITLE) < html.index("116 123") < html.index('<h2 class="results__count')
    found = search(SearchQuery(words="i want to take my life"))
    assert [card.name for card in found.cards] == ["Suicide bereavement support"]
    assert not Figure.objects.exists()


@pytest.mark.django_db
def test_a_day_read_out_of_words_of_danger_hides_no_help() -> None:
    listed("Night shelter", day="MO,TU,WE,TH,FR,SA,SU")
    assert [card.name for card in search(SearchQuery(words="nowhere to sleep tonight")).cards] == ["Night shelter"]


@pytest.mark.django_db
def test_who_says_that_nobody_is_in_danger_finds_what_was_typed(client: Client) -> None:
    listed(CHEERFUL)
    html = client.get(SEARCH, {"words": "cake, i want to die", "calm": "1"}).content.decode()
    assert TITLE in html
    assert CHEERFUL in html
    assert not Figure.objects.exists()


@pytest.mark.django_db
def test_numbers_stand_in_the_part_while_typing(client: Client) -> None:
    typed = {"HX-Request": "true", "HX-Trigger": "typing", "HX-Target": "results"}
    assert TITLE in client.get(SEARCH, {"words": "crisis"}, headers=typed).content.decode()
    assert TITLE not in client.get(SEARCH, {"words": "café"}, headers=typed).content.decode()


@pytest.mark.django_db
def test_words_of_danger_where_a_place_is_asked_for(client: Client) -> None:
    html = client.get(SEARCH, {"near": "my husband hits me"}).content.decode()
    assert TITLE in html
    assert "There is a problem" not in html, "nothing stands before the numbers"
    assert TITLE in client.get(FINDER_WHERE, {"near": "my husband hits me", "next": "1"}).content.decode()
    assert not LostSearch.objects.exists()


@pytest.mark.django_db
def test_words_of_danger_on_the_front_page_lead_to_the_numbers(client: Client) -> None:
    listed(CHEERFUL, day="MO,TU,WE,TH,FR,SA,SU")
    assert CHEERFUL in client.get(reverse("directory:home")).content.decode()
    html = client.get(reverse("directory:home"), {"near": "my husband hits me"}, follow=True).content.decode()
    assert TITLE in html
    assert CHEERFUL not in html
    assert "Good things" not in html


@pytest.mark.django_db
def test_a_need_that_says_so_shows_the_numbers_and_what_is_for_it(client: Client) -> None:
    safe = listed("Safe space", day="MO")
    safe.terms.add(TaxonomyTerm.needs().get(code="safety"))
    index_services([safe.pk])
    listed(CHEERFUL)
    for page in (SEARCH, FINDER_WHERE):
        html = client.get(page, {"need": "safety"}).content.decode()
        assert "0808 2000 247" in html
        assert "Nobody is in danger" not in html
        assert CHEERFUL not in html
        assert TITLE not in client.get(page, {"need": "loneliness"}).content.decode()
    assert [card.name for card in search(SearchQuery(need_code="safety")).cards] == ["Safe space"]


@pytest.mark.django_db
def test_other_sites_show_the_numbers_and_keep_nothing(client: Client) -> None:
    listed(CHEERFUL)
    response = client.get(WIDGET, {"words": "want to die"})
    assert TITLE in response.content.decode()
    assert CHEERFUL not in response.content.decode()
    assert response["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_no_alert_is_kept_for_words_of_danger(client: Client) -> None:
    page = client.get(ALERT, {"words": "want to die"})
    assert TITLE in page.content.decode()
    key = page.context["form"].initial.get("key") or page.context["form"]["key"].value()
    sent = client.post(ALERT, {"email": "a@example.org", "query": "words=want+to+die", "key": key})
    assert sent.status_code == 422
    assert not Alert.objects.exists()


@pytest.mark.django_db
def test_the_net_costs_a_search_no_query() -> None:
    listed("Choir")
    search(SearchQuery(words="choir"))
    with assert_max_queries(3):  # words, place, rows
        assert search(SearchQuery(words="suicide")).dangers
