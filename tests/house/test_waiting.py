"""Nobody waits for ever: no page for a lock or a slow statement, and nobody for a migration that waits itself."""

import io
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.conf import settings as project
from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.urls import reverse

from agencies.management.commands import migrate
from agencies.models import Membership
from cases.models import Entry
from tests.cases.test_notes import data
from tests.factories import CaseFactory

OURS = {"Origin": "http://testserver"}


@pytest.fixture
def other() -> Iterator[psycopg.Connection[Any]]:
    """Somebody else's connection to the same database."""
    given = connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}
    with psycopg.connect(**given) as theirs:
        yield theirs
        theirs.rollback()


@pytest.mark.parametrize(
    ("first", "limits"),
    [("import config.wsgi", ["15s", "5s", "2min"]), ("import django; django.setup()", ["0", "0", "0"])],
)
def test_what_answers_people_has_limits_and_what_works_by_itself_has_none(first: str, limits: list[str]) -> None:
    names = ["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"]
    program = f"""{first}
from django.db import connection
for name in {names!r}:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        print(cursor.fetchone()[0])
"""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings.test"}
    answer = subprocess.run(
        [sys.executable, "-c", program],
        cwd=project.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert answer.stdout.split() == limits


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("limit", ["lock_timeout", "statement_timeout"])
def test_a_page_that_would_wait_too_long_keeps_what_was_typed_and_takes_it_later(
    limit: str, connector: Membership, client_of: Callable[..., Client], other: psycopg.Connection[Any]
) -> None:
    # given a case that somebody else holds, and a limit that is short
    case = CaseFactory(lead=connector)
    client = client_of(connector)
    client.raise_request_exception = False
    typed = data(text="Joan likes the sea")
    other.execute("SELECT 1 FROM cases_case WHERE id = %s FOR UPDATE", [case.pk])
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, '300ms', false)", [limit])
    try:
        # when words are added to it
        began = time.monotonic()
        answer = client.post(reverse("cases:write", args=[case.pk]), typed, headers=OURS)
        # then they come back at once
        assert answer.status_code == 503
        assert time.monotonic() - began < 5
        assert '<input type="hidden" name="text" value="Joan likes the sea">' in answer.text
        assert answer["Retry-After"] == "60"
        assert not Entry.objects.filter(text="Joan likes the sea").exists()
        # and are taken, once, when it is free again
        other.rollback()
        for _ in range(2):
            assert client.post(reverse("cases:write", args=[case.pk]), typed, headers=OURS).status_code == 302
        assert Entry.objects.filter(text="Joan likes the sea").count() == 1
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"RESET {limit}")


# --- A migration while the table is in use --------------------------------------------------------------


@pytest.fixture
def table_in_use(
    other: psycopg.Connection[Any], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[psycopg.Connection[Any]]:
    """A table that somebody reads in a long transaction, and a migration that wants to change it."""
    settings.MIGRATION_MODULES = {"demo": "tests.house.migrations_in_use"}
    settings.MIGRATION_LOCK_TIMEOUT = "300ms"
    monkeypatch.setattr(migrate, "PAUSES_SECONDS", (1, 1))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE in_use (id integer)")
    other.execute("SELECT * FROM in_use")
    yield other
    other.rollback()
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE in_use")
    MigrationRecorder(connection).record_unapplied("demo", "0001_more")


def columns() -> list[str]:
    with connection.cursor() as cursor:
        return [column.name for column in connection.introspection.get_table_description(cursor, "in_use")]


def longest_read(seconds: float) -> float:
    """How long the slowest of the reads took that somebody else made meanwhile."""
    slowest, until = 0.0, time.monotonic() + seconds
    given = connection.get_connection_params() | {"cursor_factory": psycopg.Cursor}
    with psycopg.connect(**given, autocommit=True) as reader:
        while time.monotonic() < until:
            began = time.monotonic()
            reader.execute("SELECT * FROM in_use")
            slowest = max(slowest, time.monotonic() - began)
            time.sleep(0.02)
    return slowest


@pytest.mark.django_db(transaction=True)
def test_a_migration_lets_readers_by_and_tries_again(table_in_use: psycopg.Connection[Any]) -> None:
    # when it is run while somebody reads for another two seconds, and others come and go
    slowest: list[float] = []
    readers = threading.Thread(target=lambda: slowest.append(longest_read(3)))
    release = threading.Timer(2, table_in_use.rollback)
    for thread in (readers, release):
        thread.start()
    call_command("migrate", "demo", verbosity=0, stderr=io.StringIO())
    for thread in (readers, release):
        thread.join()
    # then it is there in the end, and nobody waited longer than it did for its lock
    assert columns() == ["id", "more"]
    assert slowest[0] < 1
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        assert cursor.fetchone() == ("0",)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("table_in_use")
def test_a_migration_that_never_gets_its_lock_gives_up_and_has_done_nothing(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(OperationalError):
        call_command("migrate", "demo", verbosity=0)
    assert capsys.readouterr().err.count("A table is in use") == 2
    assert columns() == ["id"]
    assert ("demo", "0001_more") not in MigrationRecorder(connection).applied_migrations()


@pytest.mark.django_db(transaction=True)
def test_two_that_migrate_at_once_do_so_one_after_the_other(other: psycopg.Connection[Any]) -> None:
    # given one that is at work for longer than a lock is waited for
    other.execute("SELECT pg_advisory_xact_lock(hashtextextended('migrate', 0))")
    release = threading.Timer(1.0, other.rollback)
    release.start()
    began = time.monotonic()
    call_command("migrate", "agencies", verbosity=0)
    release.join()
    # then the second begins when it has ended
    assert time.monotonic() - began >= 1.0
