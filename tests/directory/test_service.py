"""The page of one activity."""

import datetime
import uuid
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse

from directory.describing import ages, costs, summary
from directory.models import (
    Accessibility,
    Contact,
    CostOption,
    Language,
    Location,
    Service,
    ServiceArea,
    ServiceTerm,
    Status,
)
from tests.directory.making import listed, need
from tests.factories import ServiceFactory
from tests.queries import assert_queries


def url(service: Service) -> str:
    return reverse("directory:service", args=[service.pk])


def full(**fields: object) -> Service:
    """An activity that says all there is to say."""
    service = listed(
        "Harbour walk", day="TU", description="An easy walk.\n\nWith tea.", phone="01632 960001", minimum_age=50,
        email="walk@group.example.org", url="https://walk.example.org", eligibility="Anyone who can walk a mile",
        application="Just turn up", assured_date=datetime.date(2026, 11, 2), alert="Meet at the pier in May",
        accreditations="Walk leaders are trained", **fields,
    )  # fmt: skip
    place = Location.objects.get()
    place.address, place.postcode, place.transport = "Church Road", "BN11 2AA", "Bus 700 stops outside"
    place.save()
    Accessibility.objects.create(location=place, description="Step-free from the street")
    CostOption.objects.create(service=service, amount=Decimal("2.50"), amount_description="a walk", option="Adults")
    Contact.objects.create(service=service, name="Joan", title="Walk leader", phone="01632 960002")
    Language.objects.create(service=service, code="pl", name="Polish")
    ServiceArea.objects.create(service=service, name="Worthing")
    ServiceTerm.objects.create(service=service, term=need(name="Getting out"))
    return service


def test_it_says_all_there_is_to_say(client: Client) -> None:
    html = client.get(url(full())).content.decode()
    for words in (
        "<h1>Harbour walk</h1>", "<p>With tea.</p>", "Tuesdays, 10:30am to midday", "Church Road", "BN11 2AA",
        "Bus 700 stops outside", "Step-free from the street", "Adults, £2.50 a walk", "Ages 50 and over", "Polish",
        "Anyone who can walk a mile", "Just turn up", "2 November 2026", "Ask for Joan, Walk leader", "Getting out",
        'href="tel:01632960001"', "mailto:walk@group.example.org", "Call to join", "Meet at the pier in May",
        "Walk leaders are trained", "data-print",
    ):  # fmt: skip
        assert words in html, words


def test_it_says_what_is_not_known(client: Client) -> None:
    html = client.get(url(listed("Walk", at=None))).content.decode()
    for words in (
        "Ask them when it meets",
        "No place is given",
        "Not given: ask them",
        "Not checked yet",
        "01632 960100",
    ):
        assert words in html, words


def test_where_referrals_go_is_not_shown(client: Client) -> None:
    html = client.get(url(full(referral_email="private@group.example.org"))).content.decode()
    assert "private@group" not in html


def test_closed_for_now_is_said(client: Client) -> None:
    html = client.get(url(listed("Walk", status=Status.CLOSED))).content.decode()
    assert "Closed for now" in html


@pytest.mark.parametrize("status", [Status.INACTIVE, Status.DEFUNCT])
def test_what_no_longer_runs_says_so(client: Client, status: Status) -> None:
    response = client.get(url(listed("Walk", status=status)))
    assert response.status_code == 410
    assert "no longer runs" in response.content.decode()


def test_an_unknown_activity_is_not_found(client: Client) -> None:
    assert client.get(reverse("directory:service", args=[uuid.uuid4()])).status_code == 404


def test_back_leads_to_the_search_it_came_from(client: Client) -> None:
    service = listed("Walk")
    back = client.get(url(service), headers={"Referer": "http://testserver/activities/?words=walk&day=TU"})
    assert 'class="back" href="/activities/?words=walk&amp;day=TU"' in back.content.decode()


@pytest.mark.parametrize(
    "referer", ["", "http://else.example.org/activities/?words=x", "http://testserver/refer/?a=b", "http://["]
)
def test_back_leads_nowhere_else(client: Client, referer: str) -> None:
    html = client.get(url(listed("Walk")), headers={"Referer": referer}).content.decode()
    assert 'class="back" href="/activities/"' in html


def test_what_a_feed_sent_is_escaped_and_no_script_can_be_linked(client: Client) -> None:
    service = full()
    Service.objects.filter(pk=service.pk).update(name="<script>alert(1)</script>", fees='"><img src=x onerror=y>')
    html = client.get(url(service)).content.decode()
    assert "<script>alert" not in html
    assert "<img" not in html


@pytest.mark.parametrize("count", [1, 4])
def test_at_most_six_queries_however_much_hangs_on_it(client: Client, count: int) -> None:
    service = full()
    for _ in range(count):
        CostOption.objects.create(service=service, amount=1)
        Contact.objects.create(service=service, name="Ann")
    with assert_queries("service", most=6):
        assert client.get(url(service)).status_code == 200


def test_the_wrong_verb_changes_nothing(client: Client) -> None:
    assert client.post(url(listed("Walk"))).status_code == 405


@pytest.mark.parametrize(
    ("low", "high", "words"),
    [(None, None, ""), (18, None, "Ages 18 and over"), (0, 4, "Up to age 4"), (6, 14, "Ages 6 to 14"),
     (50, 150, "Ages 50 and over"), (11, 11, "Age 11")],
)  # fmt: skip
def test_ages(low: int | None, high: int | None, words: str) -> None:
    assert ages(Service(minimum_age=low, maximum_age=high)) == words


@pytest.mark.parametrize(
    ("amount", "about", "words"),
    [
        (3, "£3 a time", "£3 a time"),
        (3, "a time", "£3 a time"),
        (3, "£30 a month", "£3 £30 a month"),
        (0, "free", "free"),
    ],
)
def test_a_price_is_said_once(amount: int, about: str, words: str) -> None:
    service = ServiceFactory(fees="")
    CostOption.objects.create(service=service, amount=amount, amount_description=about)
    assert costs(service, datetime.date(2026, 11, 22)) == [words]


def test_costs() -> None:
    service = ServiceFactory(fees="Free")
    today = datetime.date(2026, 11, 22)
    CostOption.objects.create(service=service, amount=0, amount_description="Free")
    assert costs(service, today) == ["Free"]
    CostOption.objects.create(service=service, amount=5, valid_to=datetime.date(2026, 1, 1))
    CostOption.objects.create(service=service, amount=None, amount_description="Give what you can")
    assert costs(service, today) == ["Free", "Give what you can"]
    assert service.is_free is False


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Short.", "Short."),
        ("One sentence that is long enough to stay. " * 6, ("One sentence that is long enough to stay. " * 4).strip()),
        ("word " * 100, "word " * 35 + "word…"),
        ("", ""),
    ],
)  # fmt: skip
def test_a_summary_ends_at_a_sentence_or_a_word(text: str, words: str) -> None:
    assert summary(text) == words
