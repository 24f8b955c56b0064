"""`/activities.atom` and `/activities.ics`: the search's filters, for readers of news and for calendars."""

import datetime
import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from icalendar import Calendar

from directory.models import Schedule, Service, Session
from tests.directory.making import HOVE, WORTHING, listed
from tests.oruk.making import SECRET, rich, unlisted

ATOM = {"a": "http://www.w3.org/2005/Atom"}


def entries(client: Client, **query: Any) -> list[str]:
    response = client.get(reverse("directory:atom"), query)
    assert response.status_code == 200
    assert response["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(response.content)
    return [entry.findtext("a:title", "", ATOM) for entry in feed.findall("a:entry", ATOM)]


def events(client: Client, **query: Any) -> list[Any]:
    response = client.get(reverse("directory:search_calendar"), query)
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    return [part for part in Calendar.from_ical(response.content).walk() if part.name == "VEVENT"]


def changed(name: str, days: int, **fields: Any) -> Service:
    service = listed(name, **fields)
    at = timezone.now() - datetime.timedelta(days=days)
    Service.objects.filter(pk=service.pk).update(last_modified=at, created_at=at, published_at=at)
    return service


# --- News -------------------------------------------------------------------------------------------


def test_the_latest_stand_first(client: Client) -> None:
    for days, name in ((3, "Oldest"), (1, "Newest"), (2, "Middle")):
        changed(name, days)
    assert entries(client) == ["Newest", "Middle", "Oldest"]


def test_it_takes_the_filters_of_the_search(client: Client) -> None:
    changed("Gardening in Worthing", 2, at=WORTHING)
    changed("Gardening in Hove", 1, at=HOVE)
    changed("Choir", 0, at=WORTHING, day="TU", free=True)
    assert entries(client, words="gardening") == ["Gardening in Hove", "Gardening in Worthing"]
    assert entries(client, words="gardening", near="BN11 2AA", miles="3") == ["Gardening in Worthing"]
    assert entries(client, day="TU") == entries(client, free="1") == ["Choir"]


def test_an_entry_says_what_where_and_when(client: Client) -> None:
    service = rich()
    feed = ElementTree.fromstring(client.get(reverse("directory:atom"), {"words": "walk"}).content)
    entry = feed.find("a:entry", ATOM)
    assert entry is not None
    assert entry.findtext("a:id", "", ATOM) == f"urn:uuid:{service.pk}"
    assert entry.findtext("a:summary", "", ATOM) == "An easy walk. Then tea."
    assert entry.findtext("a:author/a:name", "", ATOM) == "Seafront walk group"
    link = entry.find("a:link", ATOM)
    assert link is not None
    assert link.get("href", "").endswith(reverse("directory:service", args=[service.pk]))
    assert feed.findtext("a:title", "", ATOM) == "Hereabouts: new and changed activities, walk"


# --- Sessions ---------------------------------------------------------------------------------------


def test_each_session_of_six_weeks_is_an_event_with_its_place(client: Client) -> None:
    service = listed("Walk", day="TU")
    today = timezone.localdate()
    starts = [part["DTSTART"].dt for part in events(client, words="walk")]
    assert len(starts) in (6, 7)
    assert {(at.weekday(), at.hour, at.minute) for at in starts} == {(1, 10, 30)}
    assert all(today <= at.date() <= today + datetime.timedelta(weeks=6) for at in starts)
    (first, *_) = events(client, words="walk")
    assert str(first["LOCATION"]).startswith("St Mary's Hall")
    assert str(first["URL"]).endswith(reverse("directory:service", args=[service.pk]))
    assert len({str(part["UID"]) for part in events(client, words="walk")}) == len(starts)


def test_what_is_kept_here_shows_its_rows_moved_and_cancelled_too(client: Client) -> None:
    service = rich()  # with one session in three days
    Session.objects.update(cancelled_at=timezone.now(), cancelled_why="Storm")
    (event,) = events(client, words="seafront")
    assert str(event["SUMMARY"]) == "Not on: Seafront walk"
    assert str(event["STATUS"]) == "CANCELLED"
    Session.objects.update(cancelled_at=None, note="Bring a coat")
    (event,) = events(client, words="seafront")
    assert "Bring a coat" in str(event["DESCRIPTION"])
    assert service.sessions.count() == 1


def test_the_calendar_takes_the_filters_of_the_search(client: Client) -> None:
    listed("Walk", day="TU")
    listed("Choir", day="TH", free=True)
    assert {str(event["SUMMARY"]) for event in events(client)} == {"Walk", "Choir"}
    assert {str(event["SUMMARY"]) for event in events(client, free="1")} == {"Choir"}
    assert {event["DTSTART"].dt.weekday() for event in events(client, day="TU")} == {1}


@pytest.mark.parametrize("name", ["atom", "search_calendar"])
def test_many_activities_take_as_many_queries_as_a_few(name: str, client: Client) -> None:
    counts = []
    for number in range(4):
        listed(f"Walk {number}", day="TU")
        with CaptureQueriesContext(connection) as seen:
            client.get(reverse(f"directory:{name}"), {"day": "TU"})
        counts.append(len(seen))
    assert len(set(counts)) == 1
    assert counts[0] <= 12


# --- Both -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["atom", "search_calendar"])
def test_nothing_found_is_a_whole_file(name: str, client: Client) -> None:
    assert client.get(reverse(f"directory:{name}"), {"words": "xyzzyplugh"}).status_code == 200


@pytest.mark.parametrize("name", ["atom", "search_calendar"])
def test_a_place_nobody_knows_is_said(name: str, client: Client) -> None:
    response = client.get(reverse(f"directory:{name}"), {"near": "Atlantis", "day": "XX"})
    assert response.status_code == 400
    assert {wrong["name"] for wrong in response.json()["errors"]} == {"near", "day"}
    assert "We do not know that place" in response.json()["detail"]


@pytest.mark.parametrize("name", ["atom", "search_calendar"])
@pytest.mark.parametrize("text", ["a\0b\x0bc", "🦩🧑🏽‍🦽", "\u202eعبد", "]]>&<b>", "x\r\nBEGIN:VEVENT"])
def test_whatever_a_listing_says_the_file_is_well_formed(name: str, text: str, client: Client) -> None:
    service = listed("Walk", day="TU", description=text.replace("\0", ""))
    Service.objects.filter(pk=service.pk).update(name=f"Walk {text}".replace("\0", ""))
    assert client.get(reverse(f"directory:{name}"), {"words": text}).status_code in (200, 400)
    if name == "atom":
        assert len(entries(client)) == 1
    else:
        assert len(events(client)) in (6, 7)


@pytest.mark.parametrize("name", ["atom", "search_calendar"])
def test_nothing_is_built_for_who_has_it_already(name: str, client: Client) -> None:
    listed("Walk", day="TU")
    first = client.get(reverse(f"directory:{name}"))
    again = client.get(reverse(f"directory:{name}"), headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    Schedule.objects.all().delete()
    assert client.get(reverse(f"directory:{name}"), headers={"If-None-Match": first["ETag"]}).status_code == 200


@pytest.mark.parametrize("name", ["atom", "search_calendar"])
def test_nothing_that_is_not_listed_is_in_it(name: str, client: Client) -> None:
    unlisted()
    rich()
    for query in ({}, {"words": "draft hidden double stopped ended"}, {"words": "walk"}):
        assert SECRET not in client.get(reverse(f"directory:{name}"), query).content.decode(), query
    assert client.post(reverse(f"directory:{name}")).status_code == 405
