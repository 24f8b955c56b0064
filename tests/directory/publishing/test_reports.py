"""“This is wrong”: any reader says so, without a login and without saying who they are."""

import uuid

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from factory import LazyFunction

from agencies.models import Hand
from directory.models import Proposal, ReportReason, Service
from directory.publishing.views import reports as view
from tests.directory.making import listed


def url(service: Service, name: str = "wrong") -> str:
    return reverse(f"directory:{name}", args=[service.pk])


def says(client: Client, service: Service, **fields: object):
    return client.post(url(service), {"reason": "time", "words": "It is at 11am", "key": str(uuid.uuid4())} | fields)


def test_seven_reasons_and_no_login(client: Client) -> None:
    html = client.get(url(listed("Walk"))).content.decode()
    assert html.count('type="radio"') == 7
    for reason in ReportReason.labels:
        assert reason.replace("'", "&#x27;") in html


@pytest.mark.parametrize("reason", ReportReason.values)
def test_it_goes_to_the_review_queue_without_a_name(client: Client, reason: str) -> None:
    service = listed("Walk", version=4)
    response = says(client, service, reason=reason)
    assert response.status_code == 302
    assert response["Location"] == url(service, "wrong_thanks")
    proposal = Proposal.objects.get()
    assert (proposal.service, proposal.reason, proposal.words) == (service, reason, "It is at 11am")
    assert (proposal.hand, proposal.author_name, proposal.written_by, proposal.agency_name) == (
        Hand.PERSON,
        "A reader",
        None,
        "",
    )
    assert (proposal.based_on, proposal.data, proposal.changes, proposal.decision) == (4, None, {}, "")


def test_the_thanks_say_what_happens_next(client: Client) -> None:
    html = client.get(says(client, listed("Walk", agency__name="Walkers"))["Location"]).content.decode()
    assert "within five working days, and ask Walkers" in html
    assert "We do not know who you are" in html


def test_words_may_be_left_out_and_a_second_post_writes_nothing_more(client: Client) -> None:
    service, key = listed("Walk"), str(uuid.uuid4())
    first, second = (says(client, service, words="", key=key) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Proposal.objects.count() == 1


def test_without_a_reason_it_asks_and_loses_no_word(client: Client) -> None:
    response = says(client, listed("Walk"), reason="")
    assert response.status_code == 422
    html = response.content.decode()
    assert "Choose what is wrong" in html
    assert "It is at 11am" in html
    assert not Proposal.objects.exists()


@pytest.mark.parametrize("words", ["\0", "x" * 10_000_00, "😀 مرحبا\u202e", "<script>alert(1)</script>"])
def test_nothing_typed_breaks_it(client: Client, words: str) -> None:
    response = says(client, listed("Walk"), words=words)
    assert response.status_code in (302, 422)
    assert b"<script>alert" not in response.content


def test_a_machine_that_fills_all_boxes_is_thanked_and_writes_nothing(client: Client) -> None:
    service = listed("Walk")
    assert says(client, service, website="http://spam.example.org")["Location"] == url(service, "wrong_thanks")
    assert not Proposal.objects.exists()


def test_a_network_says_so_only_so_often_and_loses_no_word(client: Client) -> None:
    service = listed("Walk")
    for _ in range(view.MAX_REPORTS_PER_HOUR):
        says(client, service)
    response = says(client, service, words="The door is green")
    assert response.status_code == 429
    html = response.content.decode()
    assert "from your network" in html
    assert "The door is green" in html
    assert Proposal.objects.count() == view.MAX_REPORTS_PER_HOUR


@pytest.mark.parametrize(
    "fields", [{"published_at": None}, {"hidden_at": LazyFunction(timezone.now)}, {"status": "defunct"}]
)
def test_what_is_not_listed_is_not_found(client: Client, fields: dict) -> None:
    service = listed("Walk", **fields)
    assert client.get(url(service)).status_code == says(client, service).status_code == 404
    assert client.get(url(service, "wrong_thanks")).status_code == 404
    assert not Proposal.objects.exists()


def test_the_wrong_verb_changes_nothing(client: Client) -> None:
    service = listed("Walk")
    assert client.put(url(service)).status_code == client.delete(url(service)).status_code == 405
    assert client.post(url(service, "wrong_thanks")).status_code == 405
