"""The whole page or its part, and the comparison that other tests rely on."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client

from tests.fragments import assert_fragment_equals_page, assert_swapped_equals_fresh

HTMX = {"HX-Request": "true", "HX-Target": "results"}
pytestmark = pytest.mark.usefixtures("sink")


def test_a_browser_gets_the_page_and_htmx_the_part(client: Client) -> None:
    whole, part = client.get("/parts/"), client.get("/parts/", headers=HTMX)
    assert "Outside" in whole.content.decode()
    assert part.content.decode().strip().startswith('<div id="results"')
    assert "Outside" not in part.content.decode()
    assert "HX-Request" in whole["Vary"]
    assert "HX-Request" in part["Vary"]


@pytest.mark.parametrize("header", ["HX-Boosted", "HX-History-Restore-Request"])
def test_a_boosted_link_or_a_step_back_gets_the_page(client: Client, header: str) -> None:
    assert "Outside" in client.get("/parts/", headers=HTMX | {header: "true"}).content.decode()


def test_the_target_may_choose_the_part(client: Client) -> None:
    assert "Outside" not in client.get("/chosen/", headers=HTMX).content.decode()
    other = client.get("/chosen/", headers=HTMX | {"HX-Target": "elsewhere"})
    assert "Outside" in other.content.decode()
    assert "HX-Target" in other["Vary"]


def test_a_part_equals_the_page(client: Client) -> None:
    assert_fragment_equals_page(client, "/parts/", target="results", words="garden")


@pytest.mark.parametrize(
    "wrong",
    ['<div id="results" data-announce="1 found"><ul><li>choir</li></ul></div>', "<html>whole</html>", "<ul></ul>"],
)
def test_a_part_that_differs_fails(client: Client, wrong: str) -> None:
    fresh: Any = client.get("/parts/")
    with pytest.raises(AssertionError):
        assert_swapped_equals_fresh(HttpResponse(wrong), fresh, "results")
