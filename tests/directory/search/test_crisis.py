"""A search by somebody who may be in danger: whom to ring stands first, and nothing of it is kept."""

import pytest
from django.test import Client
from django.urls import reverse

from directory.models import LostSearch
from directory.search import crisis
from tests.directory.making import listed

SEARCH = reverse("directory:activities")
TITLE = "If you or someone is in danger now"


@pytest.mark.parametrize(
    "words",
    [
        "suicide",
        "Suicidal thoughts",
        "crisis",
        "mental health crisis",
        "I want to kill myself",
        "overdose",
        "in danger",
        "DOMESTIC VIOLENCE",
        "domestic-abuse",
        "self-harm",
        "don’t want to live",
        "my husband hits me",
        "Rape",
    ],
)
def test_these_words_may_need_a_person_at_once(words: str) -> None:
    assert crisis.mentions_crisis(words)


@pytest.mark.parametrize("words", ["", "choir", "rapeseed walk", "skill myself up", "therapy", "hit music", "\0" * 9])
def test_these_do_not(words: str) -> None:
    assert not crisis.mentions_crisis(words)


@pytest.mark.django_db
def test_numbers_stand_above_an_empty_page_and_nothing_is_kept(client: Client) -> None:
    listed("Chair exercise", day="MO")
    html = client.get(SEARCH, {"words": "suicide"}).content.decode()
    assert html.index(TITLE) < html.index("Nothing matches yet")
    for number in ("tel:999", "tel:111", "option 2", "116 123", "0808 2000 247"):
        assert number in html
    assert "shorter words" not in html
    assert "could try instead" not in html
    assert "E-mail me" not in html
    assert not LostSearch.objects.exists()


@pytest.mark.django_db
def test_numbers_stand_above_what_is_found_and_in_the_part_while_typing(client: Client) -> None:
    listed("Crisis café", day="TU")
    html = client.get(SEARCH, {"words": "crisis"}).content.decode()
    assert html.index(TITLE) < html.index("Crisis café")
    typed = {"HX-Request": "true", "HX-Trigger": "typing", "HX-Target": "results"}
    assert TITLE in client.get(SEARCH, {"words": "crisis"}, headers=typed).content.decode()
    assert TITLE not in client.get(SEARCH, {"words": "café"}).content.decode()
