"""Counting what is found and opened: one statement a page, that no other page waits for, and nothing is lost."""

import datetime
import random
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone

from directory.catalogue import statistics
from directory.catalogue.statistics import count_appearances, list_months, load_monthly_counts
from directory.models import Figure
from tests.factories import ServiceFactory


def test_given_pages_are_seen_then_one_statement_each_adds_them_up(
    django_assert_num_queries, django_capture_on_commit_callbacks
):
    walk, choir = ServiceFactory(), ServiceFactory()
    with django_capture_on_commit_callbacks(execute=True), django_assert_num_queries(0):
        for _ in range(3):
            count_appearances([walk.pk, choir.pk], "shown")
        count_appearances([], "shown")
    with django_assert_num_queries(1), django_capture_on_commit_callbacks(execute=True):
        count_appearances([walk.pk], "views")
    with django_capture_on_commit_callbacks(execute=True):
        count_appearances([walk.pk], "shown")
    today = timezone.localdate()
    assert set(Figure.objects.values_list("service", "on", "shown", "views")) == {
        (walk.pk, today, 4, 1),
        (choir.pk, today, 3, 0),
    }


def test_given_a_listing_is_gone_when_written_then_the_others_count(django_capture_on_commit_callbacks):
    walk = ServiceFactory()
    with django_capture_on_commit_callbacks(execute=True):
        count_appearances([uuid.uuid4(), walk.pk], "views")
    assert Figure.objects.get().service == walk


def test_given_another_word_then_it_is_refused():
    with pytest.raises(ValueError, match="Only shown and views"):
        count_appearances([uuid.uuid4()], "liked")


@pytest.mark.django_db(transaction=True)
def test_given_the_figures_cannot_be_written_then_the_page_does_not_fail_and_the_log_says_so(monkeypatch, caplog):
    monkeypatch.setattr(statistics, "COUNT_SQL", "SELECT nothing")
    count_appearances([uuid.uuid4()], "views")
    assert "nothing" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_given_a_page_is_drawn_in_a_transaction_then_its_row_is_written_after_that_and_nobody_waits():
    walk = ServiceFactory()
    with transaction.atomic():
        count_appearances([walk.pk], "views")
        assert not Figure.objects.exists()
    assert Figure.objects.get().views == 1


@pytest.mark.django_db(transaction=True)
def test_given_many_count_the_same_listings_at_once_then_each_is_counted_and_other_commits_stay_safe():
    services = [ServiceFactory().pk for _ in range(12)]

    def read_pages(seed: int) -> str:
        chance = random.Random(seed)
        for _ in range(25):
            count_appearances(chance.sample(services, 12), "shown")
        with connection.cursor() as cursor:
            cursor.execute("SHOW synchronous_commit")
            (safe,) = cursor.fetchone()
        connection.close()
        return safe

    with ThreadPoolExecutor(4) as readers:
        assert set(readers.map(read_pages, range(4))) == {"on"}
    assert set(Figure.objects.values_list("shown", flat=True)) == {100}
    assert Figure.objects.count() == 12


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
