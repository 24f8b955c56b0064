"""The term dates of the place: as a council prints them, and what they do to what meets in term time."""

import datetime
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from agencies.models import Membership
from directory.catalogue.doubts import find_doubt, forget_terms
from directory.models import Schedule, SchoolTerm
from directory.text.terms import UnreadTerms, parse_terms

TERMS = reverse("directory:terms")
DATE = datetime.date
AUTUMN = [(DATE(2026, 9, 2), DATE(2026, 10, 25)), (DATE(2026, 10, 31), DATE(2026, 12, 18))]
TERM_TIME = Schedule(freq="WEEKLY", byday="TU", opens_at=datetime.time(10), notes="term time only")


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    forget_terms()
    yield
    forget_terms()


@pytest.fixture
def at_work(client_of: Any, steward: Membership) -> Client:
    return client_of(steward)


@pytest.mark.parametrize(
    "text",
    [
        "Autumn: 2 September to 18 December 2026, half term 26 to 30 October",
        "Autumn: Wednesday 2nd September 2026 – Friday 18th December 2026 (half-term: 26th Oct - 30th Oct)",
        "Term 1: 2 September 2026 to 25 October 2026\n\nTerm 2: 31 October to 18 December 2026",
        "2/9/2026 to 18/12/2026\nHalf term holiday: 26-30 October 2026",
        "02/09/26 - 18/12/26\nhalf term 26/10/26 - 30/10/26",
        "Autumn 2026: starts Wednesday 2 September, ends Friday 18 December; half term 26-30 Oct",
        "Autumn term\t2 September 2026\t18 December 2026\nHalf term\t26 October 2026 to 30 October 2026",
        "Michaelmas: 2.9.2026 to 18.12.2026 | closed 26, 27, 28, 29 and 30 October",
        "31 October to 18 December 2026\n2 September to 25 October 2026",
    ],
)
def test_terms_are_read_as_councils_print_them(text: str) -> None:
    assert parse_terms(text) == AUTUMN


def test_a_term_goes_over_new_year_and_an_inset_day_is_out_of_it() -> None:
    read = parse_terms("Term: 7 December to 12 February 2027\nINSET day: 4 January 2027")
    assert read == [(DATE(2026, 12, 7), DATE(2027, 1, 3)), (DATE(2027, 1, 5), DATE(2027, 2, 12))]
    assert parse_terms("Term: 7 December to 12 February 2027\nINSET days: 4 January 2027, 12 February 2027") == [
        (DATE(2026, 12, 7), DATE(2027, 1, 3)),
        (DATE(2027, 1, 5), DATE(2027, 2, 11)),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Autumn term", "Line 1: write the first day and the last"),
        ("2 September to 18 December 2026\n4 January to 12 February", "Line 2: one of its days is not a date"),
        ("31 February to 3 April 2026", "one of its days is not a date"),
        ("School opens on 2 September 2026", "write the first day and the last"),
        ("Holiday: 18 December 2026 to 12 April 2027", "cannot be one holiday"),
        ("18 December 2026 to 2 September 2026", "cannot be one term"),
        ("2 September 2026 to 18 December 2027", "cannot be one term"),
    ],
)
def test_what_cannot_be_read_is_said_by_its_line(at_work: Client, text: str, said: str) -> None:
    with pytest.raises(UnreadTerms, match=said):
        parse_terms(text)
    response = at_work.post(TERMS, {"terms": text})
    assert response.status_code == 422
    assert said in response.content.decode()


def test_what_meets_in_term_time_follows_them(
    at_work: Client, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    in_term, out, later = DATE(2026, 10, 20), DATE(2026, 10, 27), DATE(2026, 12, 29)
    assert find_doubt(TERM_TIME, in_term, "ENG") == "It may be school holidays"
    with django_capture_on_commit_callbacks(execute=True):
        assert (
            at_work.post(TERMS, {"terms": "2 September to 18 December 2026, half term 26 to 30 October"}).status_code
            == 302
        )
    assert list(SchoolTerm.objects.values_list("first", "last")) == AUTUMN
    assert find_doubt(TERM_TIME, in_term, "ENG") == ""
    assert find_doubt(TERM_TIME, out, "ENG") == "It is school holidays"
    assert find_doubt(TERM_TIME, later, "ENG") == "It may be school holidays", "beyond what the council gave"
    assert find_doubt(TERM_TIME, in_term, "SCT") == "It may be school holidays", "another nation's schools"
    html = at_work.get(TERMS).content.decode()
    assert "2 September 2026 to 25 October 2026" in html
    with django_capture_on_commit_callbacks(execute=True):
        at_work.post(TERMS, {"terms": ""})
    assert not SchoolTerm.objects.exists()
    assert find_doubt(TERM_TIME, in_term, "ENG")


def test_two_terms_have_no_day_in_common(at_work: Client) -> None:
    text = "2 September to 18 December 2026\n18 December 2026 to 12 February 2027"
    assert "days in common" in at_work.post(TERMS, {"terms": text}).content.decode()


def test_only_the_steward_sees_and_changes_them(client_of: Any, connector: Membership, client: Client) -> None:
    for somebody in (client_of(connector), client):
        for response in (somebody.get(TERMS), somebody.post(TERMS, {"terms": ""})):
            assert response.status_code in (302, 403, 404)
    assert client_of(connector).put(TERMS).status_code in (403, 404, 405)


def test_wrong_verbs(at_work: Client) -> None:
    assert at_work.put(TERMS).status_code == 405
