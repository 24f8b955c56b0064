"""/steward/outcomes/: the place's words for an outcome, and the code that goes with each."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError
from django.test import Client

from agencies.access import Role
from agencies.models import Membership
from cases.actions.closing import list_snomed_codes
from cases.forms.closing import CloseCaseForm
from cases.models import ClosingReason, Outcome
from tests.factories import MembershipFactory, teammate

ClientOf = Callable[[Membership], Client]
URL = "/steward/outcomes/"
GOOD = {"text": "They walk more", "snomed": "390893007", "snomed_term": "Referral to physical activity programme"}


def post(client: Client, change: str = "", **fields: str) -> Any:
    return client.post(f"{URL}?change={change}" if change else URL, GOOD | fields, follow=True)


def offered(field: str) -> list[str]:
    return [row.text for row in CloseCaseForm(received=[], sent=[], groups={}).fields[field].queryset]


def test_an_outcome_gets_its_code_and_the_answer_has_it(client_of: ClientOf, steward: Membership) -> None:
    page = post(client_of(steward), "outcome:active")
    assert "Saved: They walk more." in page.text
    outcome = Outcome.objects.get(code="active")
    assert (outcome.text, outcome.snomed) == ("They walk more", "390893007")
    codes = list_snomed_codes(ClosingReason.objects.get(code="goals"), outcome)
    assert codes == [{"code": "390893007", "term": "Referral to physical activity programme"}]


def test_a_reason_is_changed_too(client_of: ClientOf, steward: Membership) -> None:
    post(client_of(steward), "reason:moved-away", text="They live elsewhere now", snomed="", snomed_term="")
    assert "They live elsewhere now" in offered("reason")


def test_a_new_outcome_stands_last_with_a_name_of_its_own(client_of: ClientOf, steward: Membership) -> None:
    client, before = client_of(steward), Outcome.objects.count()
    for text in ("散歩", "散歩", "歩く", "Active"):  # the second press of the same is the first's
        post(client, text=text, snomed="", snomed_term="")
    assert offered("outcome")[-3:] == ["散歩", "歩く", "Active"]
    assert Outcome.objects.count() == before + 3


def test_what_is_no_longer_offered_stays_in_the_list_and_comes_back(client_of: ClientOf, steward: Membership) -> None:
    client = client_of(steward)
    page = post(client, "outcome:active", retired="on")
    assert "No longer offered" in page.text
    assert "They walk more" not in offered("outcome")
    when = Outcome.objects.get(code="active").retired_at
    post(client, "outcome:active", retired="on")
    assert Outcome.objects.get(code="active").retired_at == when
    post(client, "outcome:active")
    assert "They walk more" in offered("outcome")


BAD = [
    ({"text": ""}, "Enter the words"),
    ({"snomed": "390893008"}, "not a SNOMED CT code"),
    ({"snomed": "walking"}, "not a SNOMED CT code"),
    ({"snomed": "871731000000106"}, "This is the code of the referral"),
    ({"snomed_term": ""}, "Enter what the code is called"),
    ({"snomed": ""}, "Enter the code"),
    ({"text": "x" * 201}, "Use 200 characters or fewer"),
]


@pytest.mark.parametrize(("fields", "words"), BAD)
@pytest.mark.parametrize("change", ["", "outcome:active", "reason:goals"])
def test_bad_input(client_of: ClientOf, steward: Membership, change: str, fields: dict[str, str], words: str) -> None:
    before = list(Outcome.objects.values()), list(ClosingReason.objects.values())
    page = post(client_of(steward), change, **fields)
    assert page.status_code == 422
    assert words in page.text
    assert (list(Outcome.objects.values()), list(ClosingReason.objects.values())) == before


@pytest.mark.parametrize("change", ["outcome:none", "reason:active", "case:1", "x", "outcome:", ":", "outcome:\0"])
def test_what_is_not_there(client_of: ClientOf, steward: Membership, change: str) -> None:
    assert client_of(steward).get(URL, {"change": change}).status_code == 404


def test_who_may(client: Client, client_of: ClientOf, steward: Membership, connector: Membership) -> None:
    assert client.get(URL).status_code == 302
    assert client_of(teammate(steward)).get(URL).status_code == 200
    for member in (connector, *(MembershipFactory(role=role) for role in (Role.LEAD, Role.REFERRER, Role.PROVIDER))):
        assert client_of(member).get(URL).status_code == 403
        assert not Outcome.visible_to(member).exists()
        assert not ClosingReason.visible_to(member).exists()
    assert client_of(steward).put(URL).status_code == 405
    assert URL in client_of(steward).get("/steward/").text


@pytest.mark.parametrize("model", [Outcome, ClosingReason])
@pytest.mark.parametrize("pair", [{"snomed": "390893007"}, {"snomed_term": "Walks"}])
def test_the_database_keeps_code_and_term_together(model: Any, pair: dict[str, str]) -> None:
    with pytest.raises(IntegrityError, match="code_has_its_term"):
        model.objects.create(code="new", text="New", **pair)
