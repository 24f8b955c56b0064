"""The front page."""

import datetime
import re
from typing import Any

import pytest
import time_machine
from django.test import Client

from agencies.models import Membership
from directory.models import Session, Status
from tests.directory.making import HOVE, WORTHING, listed, need
from tests.queries import assert_max_queries

TUESDAY = datetime.datetime(2026, 12, 1, 9, 0, tzinfo=datetime.UTC)


def names_on(client: Client, near: str = "") -> list[str]:
    html = client.get("/", {"near": near} if near else {}).content.decode()
    return re.findall(r'<h3><a href="/activities/[^"]*">([^<]*)</a>', html)


def test_it_asks_what_and_where(client: Client) -> None:
    html = client.get("/").content.decode()
    for name in ("words", "near"):
        assert f'name="{name}"' in html
    assert 'action="/activities/"' in html


def test_it_offers_three_ways_beside_the_box(client: Client) -> None:
    html = client.get("/").content.decode()
    doors = html[html.index('class="doors"') : html.index("</ul>", html.index('class="doors"'))]
    assert re.findall(r'href="([^"]*)"', doors) == ["/find/", "#help", "tel:01632960100"]
    assert 'id="help"' in html


def test_needs_are_said_as_people_say_them(client: Client) -> None:
    term = need(code="dog-walks", name="Canine exercise deficit")
    assert 'href="/activities/?need=dog-walks">Canine exercise deficit</a>' in client.get("/").content.decode()
    term.said = "Walking the dog"
    term.save()
    assert 'href="/activities/?need=dog-walks">Walking the dog</a>' in client.get("/").content.decode()


def test_a_place_with_needs_of_its_own_has_them_drawn(client: Client) -> None:
    from directory.models import TaxonomyTerm

    TaxonomyTerm.needs().update(words="")
    need(code="dog-walks", name="Walking the dog")
    html = client.get("/").content.decode()
    assert html.index('class="need__disc"') < html.index("Walking the dog")


@pytest.mark.parametrize("hour", [9, 23])
def test_what_is_on_today_and_from_the_evening_tomorrow(client: Client, hour: int) -> None:
    with time_machine.travel(TUESDAY.replace(hour=hour), tick=False):
        listed("Tuesday tea", day="TU")
        listed("Wednesday walk", day="WE")
        listed("Whenever")
        html = client.get("/").content.decode()
        assert names_on(client) == (["Tuesday tea"] if hour == 9 else ["Wednesday walk"])
    assert ("Today in" in html) is (hour == 9)
    assert ("Tuesday 1 December 2026" if hour == 9 else "Wednesday 2 December 2026") in html
    assert "10:30am" in html


def test_no_session_that_does_not_take_place_is_on_today(client: Client) -> None:
    with time_machine.travel(TUESDAY, tick=False):
        over, off = listed("Over for today", day="TU"), listed("Called off", day="TU")
        over.schedules.update(opens_at=datetime.time(8), closes_at=datetime.time(8, 30))
        Session.objects.create(service=off, starts_at=TUESDAY.replace(hour=14), on=TUESDAY.date(), cancelled_at=TUESDAY)
        listed("Closed for now", day="TU", status=Status.CLOSED)
        monthly = listed("First Wednesday of the month", day="TU")
        monthly.schedules.update(freq="MONTHLY", byday="3TU")
        assert names_on(client) == []


def test_a_date_in_doubt_says_that_one_should_check_first(client: Client) -> None:
    with time_machine.travel(datetime.datetime(2026, 12, 25, 9, tzinfo=datetime.UTC), tick=False):
        listed("Friday tea", day="FR")
        html = client.get("/").content.decode()
        assert names_on(client) == ["Friday tea"]
    assert "Check first" in html


def test_what_is_on_near_a_place(client: Client) -> None:
    with time_machine.travel(TUESDAY, tick=False):
        for n in range(4):
            listed(f"Worthing {n}", WORTHING, day="TU")
        listed("Hove tea", HOVE, day="TU", city="Hove")
        assert "Hove tea" not in names_on(client)
        assert "Hove tea" in names_on(client, "Hove")
        assert "near Hove" in client.get("/", {"near": "Hove"}).content.decode()


def test_a_place_that_nobody_knows_is_said_to_be_so(client: Client) -> None:
    response = client.get("/", {"near": "Atlantis"})
    assert response.status_code == 422
    assert "We do not know that place" in response.content.decode()


def test_every_link_on_it_leads_somewhere(client: Client) -> None:
    for address in set(re.findall(r'href="(/[^"#]*)"', client.get("/").content.decode())):
        if not address.startswith("/static/"):
            assert client.get(address.replace("&amp;", "&")).status_code in (200, 302), address


def test_it_takes_few_queries(client: Client) -> None:
    with time_machine.travel(TUESDAY, tick=False):
        for n in range(9):
            listed(f"Tea {n}", day="TU")
        client.get("/")
        with assert_max_queries(5):  # needs, two of the search, the listings, collections
            client.get("/")


def test_members_are_told_who_they_work_for(client_of: Any, gp: Membership) -> None:
    assert gp.agency.name in client_of(gp).get("/").content.decode()


def test_the_wrong_verb_changes_nothing(client: Client) -> None:
    assert client.post("/").status_code == 405
