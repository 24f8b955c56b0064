"""The probes tell the truth, to anybody, and nothing more than it."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client


def test_live_answers_without_the_database(client: Client, django_assert_num_queries: Callable[..., Any]) -> None:
    with django_assert_num_queries(0):
        answer = client.get("/health/live")
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]


def test_ready_when_everything_is(client: Client) -> None:
    answer = client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {"database": True, "migrations": True, "jobs": True}


def test_not_ready_while_a_migration_is_to_come(client: Client) -> None:
    MigrationRecorder(connection).record_unapplied("agencies", "0001_initial")
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json() == {"database": True, "migrations": False, "jobs": True}


def test_not_ready_without_a_job_queue(client: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE procrastinate_jobs RENAME TO somewhere_else")
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json() == {"database": True, "migrations": True, "jobs": False}


def test_not_ready_without_a_database_and_no_word_of_why(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise DatabaseError("password authentication failed for user ann") from psycopg.OperationalError()

    monkeypatch.setattr(connection, "cursor", refuse)
    answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert answer.json() == {"database": False, "migrations": False, "jobs": False}


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
    assert answer.json() == {"database": False, "migrations": False, "jobs": False}


@pytest.mark.parametrize("probe", ["live", "ready"])
def test_a_probe_only_looks(client: Client, probe: str) -> None:
    assert client.head(f"/health/{probe}").status_code == 200
    assert client.post(f"/health/{probe}").status_code == 405
