"""The clock is wrong for a while, and is set right: no session lives longer for it, and no story is out of order."""

import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.models import Author, Membership
from cases.history.record import record_entry
from cases.history.verify import verify_histories
from cases.models import Kind
from tests.factories import CaseFactory

HOUR = datetime.timedelta(hours=1)
PAGE = "/caseload/"


@contextmanager
def clock_moved(by: datetime.timedelta) -> Iterator[None]:
    with time_machine.travel(timezone.now() + by, tick=True):
        yield


def test_a_clock_that_jumps_ahead_ends_a_session_and_no_more(
    connector: Membership, client_of: Callable[..., Client]
) -> None:
    client = client_of(connector)
    assert client.get(PAGE).status_code == 200
    with clock_moved(HOUR):
        assert client.get(PAGE).status_code == 302


@pytest.mark.parametrize("hours", [1, 24])
def test_a_clock_that_was_ahead_lengthens_no_session(
    hours: int, connector: Membership, client_of: Callable[..., Client]
) -> None:
    # given one who signed in while the clock was ahead, and is at work when it is set right
    with clock_moved(hours * HOUR):
        client = client_of(connector)
        assert client.get(PAGE).status_code == 200
    assert client.get(PAGE).status_code == 200
    # then it ends when it would have
    with clock_moved(datetime.timedelta(seconds=settings.SESSION_IDLE_SECONDS + 60)):
        assert client.get(PAGE).status_code == 302


def test_a_story_keeps_its_order_and_verifies(connector: Membership, client_of: Callable[..., Client]) -> None:
    # given entries that were written before, while and after the clock was an hour behind
    case = CaseFactory(lead=connector)
    for moved, words in ((0 * HOUR, "First"), (-HOUR, "Second"), (0 * HOUR, "Third")):
        with clock_moved(moved):
            record_entry(case=case, kind=Kind.NOTE, by=Author.of(connector), text=words)
    # then they stand in the order in which they were written, and nothing is broken
    page = client_of(connector).get(reverse("cases:case", args=[case.pk])).text
    assert page.index("Third") < page.index("Second") < page.index("First")
    assert list(verify_histories(case.pk)) == [3]
