"""Filters that are written into the words."""

import datetime

import pytest
from django.utils import timezone

from directory.models import Place, Postcode
from directory.models.session import DAY_NAMES
from directory.search.parsing import parse_words
from directory.search.query import SearchQuery
from directory.search.statement import search
from tests.directory.making import HOVE, WORTHING, listed


def read(words: str, **chosen) -> tuple[dict[str, str], str]:
    """What is understood, and the words left over."""
    asked, understood, _ = parse_words(SearchQuery(words=words, **chosen))
    return {one.field: one.value for one in understood}, asked.words


@pytest.fixture(autouse=True)
def places() -> None:
    for name, point, district in (
        ("Worthing", WORTHING, False),
        ("BN11", WORTHING, True),
        ("Hove", HOVE, False),
        ("Goring-by-Sea", HOVE, False),
    ):
        Place.objects.create(
            name=name.lower(), shown=name, latitude=point[0], longitude=point[1], size=5, district=district, given=True
        )


@pytest.mark.parametrize(
    ("words", "filters", "left"),
    [
        ("something on a Tuesday near BN11 that is free", {"day": "TU", "near": "BN11", "free": "1"}, ""),
        ("gardening Tuesdays", {"day": "TU"}, "gardening"),
        ("yoga on wensday", {"day": "WE"}, "yoga"),
        ("choir thurs evening", {"day": "TH", "time": "evening"}, "choir"),
        ("choir on Tuesday or Thursday", {}, "choir on Tuesday or Thursday"),
        ("birthday holiday", {}, "birthday holiday"),
        ("swimming in the afternoon", {"time": "afternoon"}, "swimming"),
        ("yoga mornings", {"time": "morning"}, "yoga"),
        ("yoga in the evenıng, speaks Poliſh", {"time": "evening", "language": "pl"}, "yoga ,"),
        ("coffee morning", {}, "coffee morning"),
        ("tuesday coffee mornings", {"day": "TU"}, "coffee mornings"),
        ("afternoon tea", {}, "afternoon tea"),
        ("free lunch", {"free": "1"}, "lunch"),
        ("lunch at no cost", {"free": "1"}, "lunch at"),
        ("alcohol free social", {}, "alcohol free social"),
        ("gluten-free cooking", {}, "gluten-free cooking"),
        ("free school meals", {}, "free school meals"),
        ("football for a 7 year old", {"age": "7"}, "football"),
        ("dance aged 80", {"age": "80"}, "dance"),
        ("ages 5 to 11", {}, "ages 5 to 11"),
        ("over 60s club", {"age": "60"}, "club"),
        ("dance for over 80", {"age": "80"}, "dance"),
        ("over 20 miles", {}, "over 20 miles"),
        ("lunch £0", {"free": "1"}, "lunch"),
        ("£0.50 lunch", {}, "£0.50 lunch"),
        ("weekend walk", {}, "weekend walk"),
        ("wheelchair accessible dance", {"access": "step-free"}, "dance"),
        ("choir with hearing loop", {"access": "hearing-loop"}, "choir"),
        ("wheelchair basketball", {}, "wheelchair basketball"),
        ("advice in Polish", {"language": "pl"}, "advice"),
        ("urdu speaking women", {"language": "ur"}, "women"),
        ("english classes", {}, "english classes"),
        ("yoga with spaces left", {"room": "1"}, "yoga"),
        ("a walk where someone can meet me", {"meets": "1"}, "a walk where"),
        ("online yoga", {"online": "1"}, "yoga"),
        ("stay safe online", {}, "stay safe online"),
        ("choir near worthing", {"near": "Worthing"}, "choir"),
        ("near worthing choir", {"near": "Worthing"}, "choir"),
        ("choir near Wrothing that is free", {"near": "Worthing", "free": "1"}, "choir"),
        ("choir in Hove", {"near": "Hove"}, "choir"),
        ("help in the garden", {}, "help in the garden"),
        ("walks near goring by sea", {"near": "Goring-by-Sea"}, "walks"),
        ("choir bn11", {"near": "BN11"}, "choir"),
        ("step free lunch", {"access": "step-free"}, "lunch"),
        ("who can cut my toenails im 82", {"age": "82"}, "who can cut my toenails"),
        ("clubs for my son 19", {"age": "19"}, "clubs for my"),
        ("I'm 5 miles away", {}, "I'm 5 miles away"),
        ("football for 7 year olds", {"age": "7"}, "football"),
        ("choir thursday night", {"day": "TH", "time": "evening"}, "choir"),
        ("awake all night", {}, "awake all night"),
        ("yoga after work", {"time": "evening"}, "yoga"),
        ("art after 6pm", {"time": "evening"}, "art"),
        ("after school club", {}, "after school club"),
        ("lunch with free parking", {}, "lunch with free parking"),
        ("mindfulness not online", {}, "mindfulness"),
        ("yoga not in a church", {}, "yoga"),
        ("not sleeping", {}, "not sleeping"),
        ("no money", {}, "no money"),
        ("table tennis under £5", {}, "table tennis"),
        ("lunch near the library", {}, "lunch"),
        ("walks near the sea", {}, "walks the sea"),
        ("choir worthing", {"near": "Worthing"}, "choir"),
        ("Hove", {"near": "Hove"}, ""),
        ("free things wednesday Hove", {"day": "WE", "free": "1", "near": "Hove"}, ""),
        ("walks goring by sea", {"near": "Goring-by-Sea"}, "walks"),
        ("singing Goring", {"near": "Goring-by-Sea"}, "singing"),
        ("choir worthing on tuesday", {"day": "TU", "near": "Worthing"}, "choir"),
        ("choir in goring", {"near": "Goring-by-Sea"}, "choir"),
        ("choir worth", {}, "choir worth"),
        ("worthing choir", {}, "worthing choir"),
        ("help with reading", {}, "help with reading"),
        ("u3a", {}, "u3a"),
        ("choir near me", {}, "choir"),
        ("lunch within 5 miles of BN11", {"near": "BN11", "miles": "5"}, "lunch"),
        ("choir near SW1A 1AA", {"near": "SW1A 1AA"}, "choir"),
        ("something", {}, ""),
    ],
)
def test_what_is_read_out_of_the_words(words: str, filters: dict[str, str], left: str) -> None:
    assert read(words) == (filters, left)


@pytest.mark.parametrize(
    ("words", "days", "filters", "left"),
    [
        ("walk today", 0, {}, "walk"),
        ("walk tomorrow morning", 1, {"time": "morning"}, "walk"),
        ("bingo tonight", 0, {"time": "evening"}, "bingo"),
    ],
)
def test_a_day_so_many_days_from_now(words: str, days: int, filters: dict[str, str], left: str) -> None:
    day = [*DAY_NAMES][(timezone.localdate() + datetime.timedelta(days=days)).weekday()]
    assert read(words) == ({"day": day} | filters, left)


def test_what_was_chosen_wins_over_what_was_typed() -> None:
    assert read("walk on tuesday", day="MO") == ({}, "walk on tuesday")
    assert read("walk on tuesday", day="TU") == ({}, "walk")
    assert read("walk near hove", near=WORTHING) == ({}, "walk hove")


def test_what_was_typed_can_be_taken_out_again() -> None:
    words = "Something on a  Tuesday near BN11 that is free"
    _, understood, place = parse_words(SearchQuery(words=words))
    assert all(one.typed in words for one in understood)
    assert {one.typed for one in understood} == {"on a  Tuesday", "near BN11", "that is free"}
    assert {one.label for one in understood} == {"Tuesday", "Near BN11", "Free"}
    assert place == "BN11"


def test_one_box_finds_something_on_a_tuesday_near_bn11_that_is_free() -> None:
    listed("Tea", day="TU", free=True)
    listed("Tai chi", day="TU")
    listed("Bowls", day="WE", free=True)
    listed("Far tea", day="TU", free=True, at=HOVE)
    found = search(SearchQuery(words="something on a Tuesday near BN11 that is free"))
    assert [service.name for service in found.cards] == ["Tea", "Far tea"]
    assert found.cards[0].why[0] == "Less than half a mile away"


def test_a_mistyped_postcode_in_the_words_is_the_one_that_there_is_and_other_words_are_none() -> None:
    Postcode.objects.create(code="BN112AA", latitude=50.8193, longitude=-0.3646)
    asked, _, place = parse_words(SearchQuery(words="lunch club near BN1I 2AA"))
    assert (place, " ".join(asked.words.split())) == ("BN11 2AA", "lunch club")
    for words in ("over 60s", "club 100", "5k run", "b12 help", "p45 form", "a1 art", "bil 1ess"):
        assert not parse_words(SearchQuery(words=words))[2]
