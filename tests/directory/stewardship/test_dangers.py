"""The steward's words of danger: added, changed, switched off and tried; a search knows them at once."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agencies.models import Membership
from directory.models import Danger, DangerWords
from directory.search.danger import find_dangers

DANGERS, SWITCH, LISTS = (reverse(f"directory:{name}") for name in ("dangers", "switch_danger", "danger_words"))
FLOOD = {
    "name": "Your home is flooded",
    "ring": "Floodline, day or night: 0345 988 1188\n\nWe: {phone}",
    "rules": "flood* + house/home\n  water > through > door ",
    "spared": "floodlit",
    "finds": "flood recovery",
}


@pytest.fixture
def at_work(client_of: Any, steward: Membership) -> Client:
    return client_of(steward)


def test_a_danger_is_added_and_recognised_at_once(at_work: Client) -> None:
    assert not find_dangers("our house is flooding")
    for _ in range(2):  # the second press is told that it is there
        response = at_work.post(DANGERS, FLOOD, follow=True)
    assert "is in the list" in response.content.decode()
    (found,) = find_dangers("our house is flooding")
    assert found.ring == [("Floodline, day or night", "0345 988 1188"), ("We", "01632 960100")]
    assert find_dangers("Water comes through the back door")
    assert not find_dangers("floodlit house tours")


def test_a_danger_is_changed(at_work: Client) -> None:
    html = at_work.get(DANGERS, {"change": "homeless"}).content.decode()
    assert "Shelter, for urgent housing help" in html
    seen = {"seen": at_work.get(DANGERS, {"change": "homeless"}).context["form"]["seen"].value()}
    assert at_work.post(f"{DANGERS}?change=homeless", FLOOD | {"name": "No home"} | seen).status_code == 302
    assert not find_dangers("homeless")
    assert Danger.objects.get(code="homeless").name == "No home"


def test_a_danger_is_switched_off_and_on_again(at_work: Client) -> None:
    for on, recognised in (("0", False), ("0", False), ("1", True)):
        assert at_work.post(SWITCH, {"code": "homeless", "on": on}).status_code == 302
        assert bool(find_dangers("homeless")) is recognised
        assert ("Off since" in at_work.get(DANGERS).content.decode()) is not recognised


def test_a_phrase_is_tried(at_work: Client) -> None:
    assert "08000 121 700" in at_work.get(DANGERS, {"words": "they took my passport"}).content.decode()
    assert "No danger is seen in “choir”" in at_work.get(DANGERS, {"words": "choir"}).content.decode()


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("name", "", "Enter what the danger is"),
        ("name", "you have nowhere safe to sleep", "is in the list"),
        ("ring", "", "Enter whom to ring"),
        ("ring", "Samaritans: 116 123\nour office", "Line 2: write who it is, a colon, and the number"),
        ("ring", "0345 988 1188", "Line 1: write who"),
        ("rules", "flood\nhit + / me", "Line 2 cannot be read"),
        ("rules", "*", "Line 1 cannot be read at “*”"),
        ("rules", "a*", "Line 1 cannot be read at “a*”"),  # nearly every search would alarm
        ("rules", "a*b", "cannot be read"),
        ("rules", "water > @unknown", "Line 1 cannot be read at “@unknown”"),
        ("rules", "a > b > c > d > e > f", "cannot be read"),
        ("spared", "> x", "Line 1 cannot be read"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_lost(at_work: Client, field: str, typed: str, said: str) -> None:
    before = Danger.objects.count()
    response = at_work.post(DANGERS, FLOOD | {field: typed})
    assert response.status_code == 422
    assert said in response.content.decode()
    assert "flood recovery" in response.content.decode()
    assert Danger.objects.count() == before


def test_a_list_of_words_is_added_named_by_a_rule_and_changed(at_work: Client) -> None:
    assert at_work.post(LISTS, {"name": "flooding", "words": "flood*\n under  water "}).status_code == 302
    assert at_work.post(DANGERS, FLOOD | {"rules": "@flooding > house"}).status_code == 302
    assert find_dangers("flooded house")
    page = at_work.get(LISTS, {"change": "flooding"})
    assert "under water" in page.content.decode()
    changed = {"words": "deluge", "seen": page.context["form"]["seen"].value()}
    assert at_work.post(f"{LISTS}?change=flooding", changed).status_code == 302
    assert find_dangers("a deluge in our house")
    assert not find_dangers("flooded house")


@pytest.mark.parametrize(
    ("name", "words", "said"),
    [
        ("", "flood*", "Enter a name"),
        ("Flood 2", "flood*", "“slug”"),
        ("flood-2", "flood*", "Use small letters only"),
        ("partner", "flood*", "is in the list"),
        ("flooding", "", "Enter its words"),
        ("flooding", "flood*\n*", "Line 2 cannot be read"),
        ("flooding", "@flooding", "Line 1 cannot be read at “@flooding”"),
        ("flooding", "a > b", "Line 1 cannot be read"),
    ],
)
def test_a_list_that_cannot_be_is_refused(at_work: Client, name: str, words: str, said: str) -> None:
    response = at_work.post(LISTS, {"name": name, "words": words})
    assert response.status_code == 422
    assert said in response.content.decode()


def test_a_list_may_not_make_a_rule_unreadable(at_work: Client) -> None:
    seen = at_work.get(LISTS, {"change": "child"}).context["form"]["seen"].value()
    response = at_work.post(f"{LISTS}?change=child", {"words": "kid/@child", "seen": seen})
    assert response.status_code == 422
    assert find_dangers("homeless")


def test_two_stewards_at_once_are_told_of_each_other(at_work: Client) -> None:
    page = f"{DANGERS}?change=homeless"
    seen = {"seen": at_work.get(page).context["form"]["seen"].value()}
    assert at_work.post(page, FLOOD | seen).status_code == 302
    late = at_work.post(page, FLOOD | {"name": "No home"} | seen)
    assert late.status_code == 422
    assert "Somebody else has saved this" in late.content.decode()
    assert Danger.objects.get(code="homeless").name == FLOOD["name"]
    again = {"seen": late.context["form"]["seen"].value(), "name": "No home"}
    assert at_work.post(page, FLOOD | again).status_code == 302
    assert Danger.objects.get(code="homeless").name == "No home"


def test_only_the_steward_sees_and_changes_them(client_of: Any, connector: Membership, client: Client) -> None:
    for somebody in (client_of(connector), client):
        assert somebody.post(LISTS, {"name": "flooding", "words": "flood*"}).status_code in (302, 403, 404)
        assert somebody.get(DANGERS).status_code in (302, 403, 404)
        assert somebody.post(SWITCH, {"code": "homeless", "on": "0"}).status_code in (302, 403, 404)
    assert find_dangers("homeless")
    assert not DangerWords.objects.filter(name="flooding").exists()


def test_wrong_verbs_and_unknown_dangers(at_work: Client) -> None:
    assert at_work.get(SWITCH).status_code == 405
    assert at_work.put(DANGERS).status_code == at_work.put(LISTS).status_code == 405
    assert at_work.post(SWITCH, {"code": "a\0b"}).status_code == 404
    for page in (DANGERS, LISTS):
        assert at_work.get(page, {"change": "unknown"}).status_code == 404
