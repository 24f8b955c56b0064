"""The guided finder: three questions, each answer in the address, no script."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agencies.models import Membership
from tests.directory.making import listed, need
from tests.directory.search.test_search import HOSTILE

WHAT, WHERE, SUITS = (reverse(f"directory:{name}") for name in ("finder", "finder_where", "finder_suits"))


def test_it_begins_on_the_front_page_and_ends_in_the_search(client: Client) -> None:
    """What, where and when, as a browser without script would go."""
    lonely = need(words="lonely")
    listed("Tea for the lonely", day="TU", free=True)
    listed("Choir for the lonely", day="MO", free=True)
    assert f'href="{WHAT}"' in client.get("/").content.decode()
    page = client.get(WHAT)
    assert "Question 1 of 3" in page.content.decode()
    second = client.get(WHAT, {"need": lonely.code, "next": "1"})
    assert second["Location"] == f"{WHERE}?need=company"
    third = client.get(WHERE, {"need": lonely.code, "near": "Worthing", "miles": "3", "next": "1"})
    assert third["Location"] == f"{SUITS}?need=company&near=Worthing&miles=3"
    answers = {"need": lonely.code, "near": "Worthing", "miles": "3", "day": "TU", "suits": ["free"], "next": "1"}
    end = client.get(SUITS, answers)
    assert end["Location"] == "/activities/?need=company&near=Worthing&miles=3&day=TU&free=1"
    found = client.get(end["Location"]).content.decode()
    assert "Tea for the lonely" in found
    assert "Choir" not in found


def test_a_step_back_finds_what_was_answered(client: Client) -> None:
    need(words="lonely")
    listed("Walk")
    query = {"need": "company", "near": "Worthing", "miles": "3", "day": "TU", "free": "1", "access": "step-free"}
    html = client.get(SUITS, query).content.decode()
    back = re.search(r'class="back" href="([^"]+)"', html)
    assert back
    assert back[1].startswith(f"{WHERE}?need=company&amp;near=Worthing&amp;miles=3")
    for value in ("TU", "free", "step-free"):
        assert re.search(rf'value="{value}"[^>]* checked', html), value
    html = client.get(back[1].replace("&amp;", "&")).content.decode()
    assert 'value="Worthing"' in html
    assert re.search(r'value="3"[^>]* checked', html)
    assert re.search(r'name="free" value="1"', html), "later answers are carried"
    html = client.get(WHAT, query).content.decode()
    assert re.search(r'value="company"[^>]* checked', html)


def test_not_sure_shows_everything(client: Client) -> None:
    need()
    assert client.get(WHAT, {"need": "any", "next": "1"})["Location"] == WHERE
    assert client.get(WHERE, {"near": "", "miles": "3", "next": "1"})["Location"] == SUITS
    assert client.get(SUITS, {"next": "1"})["Location"] == "/activities/"


def test_a_question_can_be_skipped(client: Client) -> None:
    need()
    html = client.get(WHERE, {"need": "company", "near": "Worthing"}).content.decode()
    assert f'href="{SUITS}?need=company">Skip this question' in html


def test_an_answer_is_asked_for(client: Client) -> None:
    need()
    response = client.get(WHAT, {"next": "1"})
    assert response.status_code == 422
    assert "Choose what would help" in response.content.decode()


def test_a_place_that_nobody_knows_is_asked_again_and_nothing_is_lost(client: Client) -> None:
    need()
    response = client.get(WHERE, {"need": "company", "near": "Atlantis", "next": "1"})
    html = response.content.decode()
    assert response.status_code == 422
    assert 'value="Atlantis"' in html
    assert 'name="need" value="company"' in html
    assert 'href="#id_near"' in html


@pytest.mark.parametrize("url", [WHAT, WHERE, SUITS])
@pytest.mark.parametrize("words", [w for w in HOSTILE if len(w) < 50_000], ids=lambda w: repr(w)[:20])
def test_anything_may_be_in_the_address(client: Client, url: str, words: str) -> None:
    query = dict.fromkeys(("need", "near", "miles", "day", "suits", "free", "access"), words)
    assert client.get(url, query).status_code == 200
    assert client.get(url, query | {"next": "1"}).status_code in (302, 422)


def test_members_are_asked_the_same(client_of: Any, gp: Membership) -> None:
    assert client_of(gp).get(WHAT).status_code == 200


@pytest.mark.parametrize("url", [WHAT, WHERE, SUITS])
def test_the_wrong_verb_changes_nothing(client: Client, url: str) -> None:
    assert client.post(url).status_code == 405
