"""Counting what is found and opened, off the page's own path."""

import datetime
import threading
import uuid

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from directory.catalogue import statistics
from directory.catalogue.statistics import (
    PendingCounts,
    count_appearances,
    flush_counts,
    list_months,
    load_monthly_counts,
    pending_counts,
)
from directory.models import Figure
from tests.factories import ServiceFactory


@pytest.fixture(autouse=True)
def _nothing_counted():
    pending_counts.take_all()
    yield
    pending_counts.take_all()


def test_given_pages_are_seen_then_no_query_and_one_statement_writes_the_sums(django_assert_num_queries):
    walk, choir = ServiceFactory(), ServiceFactory()
    with django_assert_num_queries(0):
        for _ in range(3):
            count_appearances([walk.pk, choir.pk], "shown")
        count_appearances([walk.pk], "views")
    with django_assert_num_queries(3):  # with its savepoint
        flush_counts()
    count_appearances([walk.pk], "shown")
    flush_counts()
    flush_counts()
    today = timezone.localdate()
    assert set(Figure.objects.values_list("service", "on", "shown", "views")) == {
        (walk.pk, today, 4, 1),
        (choir.pk, today, 3, 0),
    }


def test_given_a_listing_is_gone_when_written_then_the_others_count():
    walk = ServiceFactory()
    count_appearances([uuid.uuid4(), walk.pk], "views")
    flush_counts()
    assert Figure.objects.get().service == walk


def test_given_another_word_then_it_is_refused():
    with pytest.raises(ValueError, match="Only shown and views"):
        count_appearances([uuid.uuid4()], "liked")


def test_given_the_database_is_away_then_the_sums_wait(monkeypatch):
    walk = ServiceFactory()
    count_appearances([walk.pk], "views")
    monkeypatch.setattr(statistics, "ADD_COUNTS_SQL", "SELECT nothing")
    flush_counts()
    monkeypatch.undo()
    count_appearances([walk.pk], "views")
    flush_counts()
    assert Figure.objects.get().views == 2


def test_given_many_listings_then_memory_is_bounded(monkeypatch):
    monkeypatch.setattr(statistics, "MAX_PENDING_KEYS", 3)
    small, today = PendingCounts(), timezone.localdate()
    small.add((uuid.uuid4(), today, "shown") for _ in range(9))
    assert len(small.sums) == 3
    small.give_back(small.take_all())
    assert len(small.sums) == 3


@pytest.mark.django_db(transaction=True)
def test_given_a_web_worker_counts_then_its_thread_writes_within_seconds(settings, monkeypatch):
    settings.COUNT_FIGURES = True
    monkeypatch.setattr(statistics, "FLUSH_SECONDS", 0.01)
    walk = ServiceFactory()
    count_appearances([walk.pk], "views")
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.join(10)
    assert Figure.objects.get().views == 1
    connection.close()


def test_by_month_with_what_others_know(monkeypatch):
    walk = ServiceFactory()
    for on, views in (("2026-09-30", 9), ("2026-10-01", 1), ("2026-10-31", 2), ("2026-11-02", 4)):
        Figure.objects.create(service=walk, on=on, views=views, shown=10)
    november = datetime.date(2026, 11, 1)
    monkeypatch.setattr(statistics, "statistics_sources", [lambda pks, since: {(walk.pk, november): {"referrals": 3}}])
    found = load_monthly_counts([walk.pk], datetime.date(2026, 10, 17))
    assert found == {
        (walk.pk, datetime.date(2026, 10, 1)): {"shown": 20, "views": 3},
        (walk.pk, november): {"shown": 10, "views": 4, "referrals": 3},
    }


def test_the_last_twelve_months_over_the_turn_of_a_year():
    with time_machine.travel("2027-02-14"):
        found = list_months(timezone.localdate())
    assert (len(found), found[0], found[-1]) == (12, datetime.date(2026, 3, 1), datetime.date(2027, 2, 1))
