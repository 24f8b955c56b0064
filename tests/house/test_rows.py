"""Rows drawn by Jinja2: escaped as Django escapes, and as strict about what is not there."""

import uuid

import jinja2
import pytest
from django.template import engines
from markupsafe import Markup

from config import rows
from config.rows import draw
from directory.catalogue.cards import Card

HOSTILE = "<script>alert('x')</script> & \"y\""


def build_card(**fields: object) -> Card:
    known = {
        "pk": uuid.UUID(int=1),
        "name": "Walk",
        "agency_name": "",
        "description": "",
        "phone": "",
        "status": "active",
        "assured_date": None,
    }
    return Card(**(known | fields))  # type: ignore[arg-type]


@pytest.mark.parametrize("field", ["name", "description", "phone", "when", "where", "note"])
def test_what_a_group_writes_is_escaped_as_django_does(field: str) -> None:
    drawn = draw("cards.html", "cards", [build_card(**{field: HOSTILE})], (), "token")
    assert isinstance(drawn, Markup)
    assert "<script>" not in drawn
    assert engines["django"].from_string("{{ text }}").render({"text": HOSTILE}) in str(drawn)


@pytest.mark.parametrize("field", ["chips", "why"])
def test_lists_are_escaped_too(field: str) -> None:
    assert "<script>" not in draw("cards.html", "cards", [build_card(**{field: [HOSTILE]})], (), "token")


def test_what_is_not_there_is_an_error() -> None:
    with pytest.raises(jinja2.UndefinedError):
        draw("cards.html", "cards", [object()], (), "token")


def test_numbers_and_focus_are_given_to_the_first() -> None:
    drawn = draw("cards.html", "cards", [build_card(), build_card()], (), "token", first=11, focus=True)
    assert 'aria-hidden="true">11</span>' in drawn
    assert 'aria-hidden="true">12</span>' in drawn
    assert drawn.count("data-focus") == 1


def test_templates_are_looked_at_again_in_development_only() -> None:
    assert rows.environment.auto_reload is False
