"""/steward/jobs/: what waits, is late or has failed, in plain words and of nobody; and what failed is tried again."""

import html
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from agencies.access import Role
from agencies.job_health import TASK_WORDS, list_our_tasks
from agencies.models import Membership
from tests.factories import MembershipFactory
from tests.jobs import run_jobs
from tests.queries import assert_max_queries

PAGE, RETRY = "/steward/jobs/", "/steward/jobs/retry/"
ClientOf = Callable[[Membership], Client]


def sql(statement: str, *values: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def failed_job(task: str = "deliver_message", **arguments: Any) -> int:
    """A job that will not be tried again; its number."""
    number = app.tasks[task].defer(**arguments)
    for status in ("doing", "failed"):
        sql("UPDATE procrastinate_jobs SET status = %s WHERE id = %s", status, number)
    return number


def run_due_jobs() -> list[str]:
    """The test's transaction began before they were put into the queue again."""
    sql("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'")
    return run_jobs()


def late_job() -> None:
    number = app.tasks["deliver_message"].defer(message="a")
    sql("UPDATE procrastinate_jobs SET scheduled_at = now() - interval '6 minutes' WHERE id = %s", number)


def status(number: int) -> str:
    return ProcrastinateJob.objects.get(pk=number).status


@pytest.fixture
def client(steward: Membership, client_of: ClientOf) -> Client:
    return client_of(steward)


@pytest.fixture
def worker() -> None:
    sql("INSERT INTO procrastinate_workers DEFAULT VALUES")


def test_each_job_there_is_has_its_words() -> None:
    assert [name for name in list_our_tasks() if name not in TASK_WORDS] == []


@pytest.mark.usefixtures("worker")
def test_all_is_well(client: Client) -> None:
    page = client.get(PAGE)
    assert "All is being done on time." in page.text
    assert "What failed" not in page.text
    assert all(TASK_WORDS[name] in html.unescape(page.text) for name in list_our_tasks())


def test_without_a_worker_the_steward_is_told_whom_to_ring(client: Client) -> None:
    sql("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '31 seconds')")
    assert "Nobody is at work" in client.get(PAGE).text
    assert "nobody is at work" in client.get(reverse("directory:steward")).text


@pytest.mark.usefixtures("worker")
def test_what_is_late_and_what_failed_is_said_here_and_on_the_front(client: Client) -> None:
    late_job()
    failed_job(message="b")
    page = client.get(PAGE)
    assert "Some work is late" in page.text
    assert (page.context["total"], page.context["late"], page.context["waiting"]) == (1, 1, 1)
    assert "Tried" in page.text
    tiles = {tile.words: tile for tile in client.get(reverse("directory:steward")).context["tiles"]}
    assert tiles["Jobs that failed or are late"].count == 2
    assert tiles["Jobs that failed or are late"].wrong == "some late"


@pytest.mark.usefixtures("worker")
def test_what_a_job_was_given_is_never_shown(client: Client) -> None:
    failed_job(message="joan.thornbury@person.example.org")
    app.tasks["deliver_message"].configure(lock="message Thornbury").defer(message="Thornbury")
    assert "hornbury" not in client.get(PAGE).text


@pytest.mark.usefixtures("worker")
def test_the_page_takes_the_same_statements_however_many_failed(client: Client) -> None:
    client.get(PAGE)
    with assert_max_queries(6):
        client.get(PAGE)
    for number in range(60):
        failed_job(message=str(number))
    with assert_max_queries(6):
        page = client.get(PAGE)
    assert "10 more are tried again by the button above" in page.text


@pytest.mark.usefixtures("worker")
def test_one_is_tried_again_and_the_other_is_left(client: Client) -> None:
    first, second = failed_job(message="a"), failed_job(message="b")
    answer = client.post(RETRY, {"job": first}, follow=True)
    assert "One job is being tried again." in answer.text
    assert (status(first), status(second)) == ("todo", "failed")


@pytest.mark.usefixtures("worker")
def test_all_are_tried_again(client: Client) -> None:
    numbers = [failed_job("drop_zero_costs", source="0b1f5c1e-6f0e-4c0e-9b1e-0d6b6a1f2c3d") for _ in range(3)]
    assert "3 jobs are being tried again." in client.post(RETRY, follow=True).text
    assert run_due_jobs() == ["drop_zero_costs"] * 3
    assert {status(number) for number in numbers} == {"succeeded"}


@pytest.mark.usefixtures("worker")
def test_a_second_press_and_made_up_numbers_do_nothing(client: Client) -> None:
    number = failed_job(message="a")
    done = app.tasks["deliver_message"].defer(message="b")
    client.post(RETRY, {"job": number})
    for job in (number, done, 0, 999_999_999_999, "x", "", "-1"):
        assert "Nothing to do" in client.post(RETRY, {"job": job}, follow=True).text
    assert ProcrastinateJob.objects.get(pk=number).attempts == 1


@pytest.mark.usefixtures("worker")
def test_a_job_of_the_clock_of_which_a_new_one_waits_keeps_no_other_back(client: Client) -> None:
    old = failed_job("tell_what_waits", timestamp=1)
    app.tasks["tell_what_waits"].defer(timestamp=2)
    other = failed_job(message="a")
    assert "One job is being tried again." in client.post(RETRY, follow=True).text
    assert (status(old), status(other)) == ("failed", "todo")


@pytest.mark.usefixtures("worker")
def test_a_job_of_the_clock_that_has_succeeded_since_is_no_failure(client: Client) -> None:
    failed_job("tell_what_waits", timestamp=1)
    assert client.get(PAGE).context["total"] == 1
    app.tasks["tell_what_waits"].defer(timestamp=2)
    run_jobs()
    assert client.get(PAGE).context["total"] == 0


@pytest.mark.parametrize(("days", "done", "failed"), [(8, 0, 1), (89, 0, 1), (91, 0, 0), (6, 1, 1)])
def test_what_failed_is_kept_for_longer_than_what_was_done(days: int, done: int, failed: int) -> None:
    numbers = [failed_job(message="a"), app.tasks["deliver_message"].defer(message="b")]
    for status_now in ("doing", "succeeded"):
        sql("UPDATE procrastinate_jobs SET status = %s WHERE id = %s", status_now, numbers[1])
    sql("UPDATE procrastinate_events SET at = now() - make_interval(days => %s)", days)
    app.tasks["forget_old_jobs"].defer(timestamp=1)
    run_jobs()
    kept = list(ProcrastinateJob.objects.filter(pk__in=numbers).values_list("status", flat=True))
    assert (kept.count("succeeded"), kept.count("failed")) == (done, failed)


@pytest.mark.parametrize("role", [role for role in Role if role != Role.STEWARD])
def test_nobody_else_may_look_or_try(role: Role, client_of: ClientOf) -> None:
    number = failed_job(message="a")
    other = client_of(MembershipFactory(role=role, manages_team=True))
    assert other.get(PAGE).status_code == other.post(RETRY).status_code == 403
    assert status(number) == "failed"


def test_a_stranger_signs_in_first() -> None:
    assert Client().get(PAGE).status_code == Client().post(RETRY).status_code == 302


def test_the_wrong_verb(client: Client) -> None:
    assert client.post(PAGE).status_code == 405
    assert client.get(RETRY).status_code == 405
