"""How often a network may do something without an account."""

import time_machine
from django.core.cache import cache
from django.db import connection
from django.test import RequestFactory

from agencies.limits import count_attempt, is_under_limit

HOUR = 3600


def asked(address: str = "203.0.113.7"):
    return RequestFactory().get("/", REMOTE_ADDR=address)


def test_a_network_may_do_it_so_often_and_another_is_not_held_back() -> None:
    for _ in range(3):
        assert is_under_limit(asked(), "thing", most=3, seconds=HOUR)
        count_attempt(asked(), "thing", seconds=HOUR)

    assert not is_under_limit(asked(), "thing", most=3, seconds=HOUR)
    assert is_under_limit(asked(), "other thing", most=3, seconds=HOUR)
    assert is_under_limit(asked("203.0.113.8"), "thing", most=3, seconds=HOUR)


def test_after_the_hour_it_may_again() -> None:
    with time_machine.travel("2026-11-22 10:59:59Z", tick=False):
        count_attempt(asked(), "thing", seconds=HOUR)
        assert not is_under_limit(asked(), "thing", most=1, seconds=HOUR)
    with time_machine.travel("2026-11-22 11:00:00Z", tick=False):
        assert is_under_limit(asked(), "thing", most=1, seconds=HOUR)


def test_no_address_is_kept() -> None:
    cache.clear()
    count_attempt(asked(), "thing", seconds=HOUR)

    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM cache")
        (key,) = cursor.fetchone()
    assert "203.0.113" not in key  # its parts may stand in any digest
