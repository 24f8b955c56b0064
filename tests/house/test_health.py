"""The probes tell the truth, to anybody, and nothing more than it."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from procrastinate.contrib.django import app

WELL = {"database": True, "writable": True, "migrations": True, "workers": True, "jobs": True}


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def worker() -> None:
    """One that was heard of a moment ago."""
    sql("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '5 seconds')")


def ask(client: Client, probe: str = "ready") -> tuple[int, dict[str, bool]]:
    answer = client.get(f"/health/{probe}")
    return answer.status_code, answer.json()


def test_live_answers_without_the_database(client: Client, django_assert_num_queries: Callable[..., Any]) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/health/live")
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.usefixtures("worker")
def test_ready_when_everything_is(client: Client) -> None:
    assert ask(client) == (200, WELL)


@pytest.mark.usefixtures("worker")
def test_not_ready_while_a_migration_is_to_come(client: Client) -> None:
    MigrationRecorder(connection).record_unapplied("agencies", "0001_initial")
    assert ask(client) == (503, WELL | {"migrations": False})
    assert ask(client, "web")[0] == 503


@pytest.mark.usefixtures("worker")
def test_not_ready_while_nothing_can_be_written(client: Client) -> None:
    with transaction.atomic():
        sql("SET LOCAL transaction_read_only = on")
        assert ask(client) == (503, WELL | {"writable": False})
        assert ask(client, "web")[0] == 503
        transaction.set_rollback(True)


def test_not_ready_without_a_worker_but_nobody_is_turned_away(client: Client) -> None:
    sql("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '31 seconds')")
    assert ask(client) == (503, WELL | {"workers": False})
    assert ask(client, "web") == (200, {"database": True, "writable": True, "migrations": True})


def test_what_is_not_well_is_a_line_of_the_log_and_no_error(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    assert ask(client)[0] == 503
    said = [record.getMessage() for record in caplog.records if record.levelname in ("WARNING", "ERROR")]
    assert said == ["Not well: workers"]


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize(
    ("task", "minutes", "well"),
    [
        ("deliver_message", 4, True),
        ("deliver_message", 6, False),
        ("deliver_message", -60, True),  # to be tried again in an hour
        ("import_source", 119, True),
        ("import_source", 121, False),
    ],
)
@pytest.mark.parametrize("scheduled", [True, False])
def test_not_ready_while_a_job_is_late(client: Client, task: str, minutes: int, well: bool, scheduled: bool) -> None:
    number = app.tasks[task].defer(message="a")
    if scheduled:
        sql(f"UPDATE procrastinate_jobs SET scheduled_at = now() - interval '{minutes} minutes' WHERE id = {number}")
    else:
        sql(f"UPDATE procrastinate_events SET at = now() - interval '{minutes} minutes' WHERE job_id = {number}")
    assert ask(client) == (200 if well else 503, WELL | {"jobs": well})


@pytest.mark.usefixtures("worker")
def test_not_ready_without_a_job_queue(client: Client) -> None:
    sql("ALTER TABLE procrastinate_jobs RENAME TO somewhere_else")
    assert ask(client) == (503, WELL | {"jobs": False})


def test_not_ready_without_a_database_and_no_word_of_why(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise DatabaseError("password authentication failed for user ann") from psycopg.OperationalError()

    monkeypatch.setattr(connection, "cursor", refuse)
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json() == dict.fromkeys(WELL, False)


@pytest.mark.django_db(transaction=True)
def test_a_kept_connection_to_a_database_that_is_gone_is_no_database(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OperationalError("connection refused")

    connection.ensure_connection()
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])
    with monkeypatch.context() as patched:
        patched.setattr(connection, "get_new_connection", refuse)
        answer = client.get("/health/ready")
    connection.close()
    assert answer.status_code == 503
    assert answer.json() == dict.fromkeys(WELL, False)


@pytest.mark.usefixtures("worker")
@pytest.mark.parametrize("probe", ["live", "web", "ready"])
def test_a_probe_only_looks(client: Client, probe: str) -> None:
    assert client.head(f"/health/{probe}").status_code == 200
    assert client.post(f"/health/{probe}").status_code == 405


def test_a_web_server_whose_login_goes_round_the_policies_is_not_ready(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tests log in as the owner of the tables, which production's web server may not."""
    monkeypatch.setenv("DATABASE_ROLE", "web")
    assert client.get("/health/ready").json()["database"] is False
    monkeypatch.delenv("DATABASE_ROLE")
    assert client.get("/health/ready").json()["database"] is True
