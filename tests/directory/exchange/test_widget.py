"""`/widget/`: a search inside other sites' frames, and the page that makes the code for it."""

import html
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests.directory.making import HOVE, WORTHING, listed
from tests.oruk.making import SECRET, rich, unlisted

WIDGET, MAKE = "/widget/", "/widget/make/"


def shown(client: Client, **query: Any) -> str:
    response = client.get(WIDGET, query)
    assert response.status_code == 200
    return response.content.decode()


def policy(response: Any) -> dict[str, str]:
    parts = (part.strip().partition(" ") for part in response["Content-Security-Policy"].split(";") if part.strip())
    return {name: value for name, _, value in parts}


def test_it_shows_what_a_preset_search_finds_and_opens_pages_beside(client: Client) -> None:
    walk = listed("Walk", WORTHING, day="TU", free=True)
    listed("Bowls", HOVE)
    page = shown(client, near="BN11 2AA", miles="3")
    assert "1 activity" in page
    assert "Bowls" not in page
    link = f'href="{reverse("directory:service", args=[walk.pk])}" target="_blank" rel="noopener"'
    assert link in page
    assert "Tuesdays, 10:30am to midday" in page
    assert '<input type="hidden" name="miles" value="3">' in page


def test_readers_change_the_words_and_keep_the_preset(client: Client) -> None:
    listed("Walk", day="TU")
    listed("Choir", day="TU")
    listed("Choir on Fridays", day="FR")
    page = shown(client, day="TU", words="choir")
    assert "Choir</" in page.replace('<span class="hidden"> (opens in a new tab)</span>', "</")
    assert "Fridays" not in page
    assert 'name="day" value="TU"' in page
    assert 'value="choir"' in page


def test_nothing_found_says_what_to_do(client: Client) -> None:
    page = shown(client, words="xyzzyplugh")
    assert "Nothing matches yet" in page
    assert "01632 960100" in page


def test_a_place_nobody_knows_is_said_at_the_field_and_nothing_typed_is_lost(client: Client) -> None:
    response = client.get(WIDGET, {"near": "Atlantis", "words": "choir <b>"})
    page = response.content.decode()
    assert response.status_code == 422
    assert 'id="near-error">We do not know that place' in page
    assert 'value="Atlantis"' in page
    assert 'value="choir &lt;b&gt;"' in page


def test_it_alone_may_stand_in_anybodys_frame(client: Client) -> None:
    response = client.get(WIDGET)
    assert policy(response) == {
        "default-src": "'none'",
        "style-src": "'self'",
        "font-src": "'self'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "*",
    }
    assert "X-Frame-Options" not in response
    for path in (MAKE, "/", "/activities/", "/open-data/", "/api/"):
        other = client.get(path)
        assert policy(other)["frame-ancestors"] == "'none'", path
        assert other["X-Frame-Options"] == "DENY", path


def test_it_knows_no_cookies_and_has_no_script(client_of: Any, connector: Any) -> None:
    client = client_of(connector)
    response = client.get(WIDGET)
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")
    assert response["Cache-Control"] == "public, max-age=60"
    page = response.content.decode()
    assert "<script" not in page
    assert " style=" not in page
    assert connector.user.name not in page


@pytest.mark.parametrize("text", ["a\0b", "🦩", "\u202eعبد", "x" * 20_000, '"><script>alert(1)</script>', "%00", "<"])
def test_whatever_is_typed_it_holds(text: str, client: Client) -> None:
    listed("Walk")
    for name in ("words", "near", "day", "age", "language", "after"):
        response = client.get(WIDGET, {name: text})
        assert response.status_code in (200, 422), name
        assert "<script>alert" not in response.content.decode()
        assert client.get(MAKE, {name: text}).status_code in (200, 422), name


def test_nothing_that_is_not_listed_is_in_it(client: Client) -> None:
    unlisted()
    rich()
    assert SECRET not in shown(client)
    assert "secret draft" not in shown(client, words=SECRET)
    assert shown(client, words=SECRET).count(SECRET) <= 2, "what was typed, in the box and the link"


@pytest.mark.parametrize("path", [WIDGET, MAKE])
def test_nothing_can_be_posted(path: str) -> None:
    assert Client(enforce_csrf_checks=True).post(path).status_code in (403, 405)
    assert Client().post(path).status_code == 405


# --- The code for it --------------------------------------------------------------------------------


def code(page: str) -> str:
    found = re.search(r"<textarea[^>]*>(.*?)</textarea>", page, re.S)
    assert found
    return html.unescape(found[1])


def test_the_code_shows_the_search_that_was_chosen(client: Client) -> None:
    listed("Walk", WORTHING, day="TU")
    page = client.get(MAKE, {"near": "BN11 2AA", "miles": "3", "day": "TU"}).content.decode()
    address = html.unescape(re.search(r'src="([^"]+)"', code(page))[1])  # type: ignore[index]
    assert address.startswith("http")
    assert "&amp;miles=3" in code(page)
    path = "/" + address.split("/", 3)[3]
    assert "Walk" in client.get(path).content.decode()
    assert 'title="Activities in Adur and Worthing"' in code(page)
    assert "<script" not in code(page)


def test_its_page_may_show_the_widget(client: Client) -> None:
    response = client.get(MAKE)
    assert response.status_code == 200
    assert policy(response)["frame-src"] == "'self'"
    assert code(response.content.decode()).count("/widget/") == 1


def test_a_wrong_answer_is_said_and_makes_no_broken_code(client: Client) -> None:
    response = client.get(MAKE, {"near": "Atlantis"})
    assert response.status_code == 422
    assert "We do not know that place" in response.content.decode()
    assert "Atlantis" not in code(response.content.decode())
