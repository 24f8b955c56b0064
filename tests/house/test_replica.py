"""Public pages are read from the replica where there is one, and everything else, and whatever goes wrong, is not.

The replica here is a second hold on the connection of the test; a real one is in tests/journeys/test_growing.py.
"""

import copy
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import InternalError, OperationalError, connection, connections
from django.test import Client

from agencies.models import Membership
from config import replica as replicas
from config.database import REPLICA, build_databases, find_missing_limits, prepared_cursor
from config.replica import COOKIE_NAME, OWN_WRITES_SECONDS, ReplicaHealth
from directory.models import Service
from tests.conftest import signed_in_client
from tests.directory.making import listed

PAGES = [
    "/",
    "/find/",
    "/activities/",
    "/activities/?words=walking&day=MO",
    "/activities/map.json",
    "/activities/map/land.json",
    "/activities.ics",
    "/activities.atom",
    "/collections/",
    "/open-data/",
    "/widget/",
    "/api/",
    "/api/oruk/v3/services",
]


class Seen(list[str]):
    """The statements that one database is asked."""

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "SAVEPOINT" not in sql:
            self.append(sql)
        return execute(sql, params, many, context)


@pytest.fixture
def replica(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Seen]:
    """What it is asked, after a first look at how it is."""
    twin = copy.copy(connections["default"])
    twin.alias, twin.execute_wrappers, twin.savepoint_ids, twin.run_on_commit = REPLICA, [], [*twin.savepoint_ids], []
    monkeypatch.setitem(settings.DATABASES, REPLICA, connection.settings_dict | {"ATOMIC_REQUESTS": False})
    settings.DEMO = True  # the owner of the tables, as all of the tests' own
    monkeypatch.setattr(replicas, "health", ReplicaHealth())
    connections[REPLICA] = twin
    assert replicas.health.is_well()
    seen = Seen()
    with twin.execute_wrapper(seen):
        yield seen
    del connections[REPLICA]


@pytest.fixture
def primary() -> Iterator[Seen]:
    seen = Seen()
    with connection.execute_wrapper(seen):
        yield seen


@pytest.fixture
def walk() -> Service:
    return listed("Harbour walking group", day="MO")


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "config.replica"]


def asked(seen: Seen) -> list[str]:
    """Without what is counted: appearances, searches that found nothing, and how many a list of the API has."""
    counts = ("INSERT INTO directory_figure", "INSERT INTO directory_lostsearch")
    return [sql for sql in seen if not sql.lstrip().startswith(counts) and '"cache"' not in sql]


@pytest.mark.parametrize("page", PAGES)
def test_a_public_page_asks_the_primary_nothing_but_to_count(
    page: str, walk: Service, replica: Seen, primary: Seen, client: Client
) -> None:
    response = client.get(page, follow=True)
    assert response.status_code == 200
    assert asked(primary) == []
    assert not any(sql.lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE")) for sql in replica)


def test_the_page_of_an_activity_is_read_there_and_counted_here(
    walk: Service, replica: Seen, primary: Seen, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        assert client.get(f"/activities/{walk.pk}/").status_code == 200
    assert replica
    assert asked(primary) == []
    assert walk.figures.get().views == 1


def test_the_search_is_read_there(walk: Service, replica: Seen, client: Client) -> None:
    assert "Harbour walking group" in client.get("/activities/?words=walking").text
    assert len(replica) >= 2


def test_who_is_signed_in_reads_the_primary(
    walk: Service, replica: Seen, client: Client, connector: Membership
) -> None:
    signed_in_client(client, connector)
    assert client.get("/activities/?words=walking").status_code == 200
    assert replica == []


def test_who_has_just_sent_something_reads_the_primary_for_a_while(
    walk: Service, replica: Seen, client: Client
) -> None:
    response = client.post(f"/shortlist/keep/{walk.pk}/")
    assert response.cookies[COOKIE_NAME]["max-age"] == OWN_WRITES_SECONDS
    assert client.get(f"/activities/{walk.pk}/").status_code == 200
    assert replica == []
    del client.cookies[COOKIE_NAME]  # as the browser does when its time is over
    assert client.get(f"/activities/{walk.pk}/").status_code == 200
    assert replica


def test_no_such_cookie_where_there_is_no_replica(walk: Service, client: Client) -> None:
    assert COOKIE_NAME not in client.post(f"/shortlist/keep/{walk.pk}/").cookies


@pytest.mark.parametrize(
    "error", [OperationalError("gone"), InternalError("cannot execute INSERT in a read-only transaction")]
)
def test_what_it_refuses_the_primary_answers_and_the_log_says_so_once(
    error: Exception, walk: Service, replica: Seen, primary: Seen, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: Any) -> None:
        raise error

    with connections[REPLICA].execute_wrapper(refuse):
        for _ in range(3):
            assert "Harbour walking group" in client.get(f"/activities/{walk.pk}/").text
    assert said(caplog) == [f"The replica is not read: {type(error).__name__}"]
    assert asked(primary)


def test_what_is_too_slow_there_is_not_tried_here_too(
    walk: Service, replica: Seen, primary: Seen, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    def be_slow(*_: Any) -> None:
        raise OperationalError from psycopg.errors.QueryCanceled()

    with connections[REPLICA].execute_wrapper(be_slow):
        client.raise_request_exception = False
        assert client.get(f"/activities/{walk.pk}/").status_code == 503
    assert primary == []


def test_one_that_is_away_is_not_asked_for_each_page(
    walk: Service, replica: Seen, client: Client, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(*_: Any) -> None:
        raise OperationalError("gone")

    replicas.health.next_check = 0
    with connections[REPLICA].execute_wrapper(refuse):
        for _ in range(3):
            assert client.get(f"/activities/{walk.pk}/").status_code == 200
    assert said(caplog) == ["The replica is not read: OperationalError"]
    assert len(replica) == 1


def test_one_that_is_far_behind_is_not_read_until_it_has_caught_up(
    walk: Service, replica: Seen, client: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    with monkeypatch.context() as behind:
        behind.setattr(replicas, "LAG_SQL", "SELECT 15.1")
        replicas.health.next_check = 0
        client.get(f"/activities/{walk.pk}/")
    assert len(replica) == 1
    client.get(f"/activities/{walk.pk}/")
    assert len(replica) == 1
    replicas.health.next_check = 0
    client.get(f"/activities/{walk.pk}/")
    assert len(replica) > 2
    assert said(caplog) == ["The replica is not read: more than 15 s behind", "The replica is read"]


def test_a_login_that_could_see_everything_is_not_used(replica: Seen, settings: Any) -> None:
    settings.DEMO = False
    assert replicas.find_problem().startswith("its login ")


# --- What the environment says ------------------------------------------------------------------------


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("DATABASE_URL", "postgresql://hb_web:secret@db.example.org/place")
    monkeypatch.setenv("DATABASE_REPLICA_URL", "postgresql://hb_web:secret@replica.example.org/place")
    monkeypatch.setenv("DATABASE_ROLE", "web")
    return monkeypatch


def test_the_web_server_alone_has_a_replica_and_cannot_write_to_it(environment: pytest.MonkeyPatch) -> None:
    built = build_databases()
    assert built[REPLICA]["HOST"] == "replica.example.org"
    assert "default_transaction_read_only=on" in built[REPLICA]["OPTIONS"]["options"]
    assert "default_transaction_read_only" not in built["default"]["OPTIONS"]["options"]
    assert (built["default"]["ATOMIC_REQUESTS"], built[REPLICA]["ATOMIC_REQUESTS"]) == (True, False)
    for role in ("jobs", "owner", "ops"):
        environment.setenv("DATABASE_ROLE", role)
        assert list(build_databases()) == ["default"]


def test_behind_a_pooler_a_connection_is_given_nothing_and_keeps_nothing(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DATABASE_POOLER", "transaction")
    for built in build_databases().values():
        assert "options" not in built["OPTIONS"]
        assert built["OPTIONS"]["prepare_threshold"] is None
        assert built["DISABLE_SERVER_SIDE_CURSORS"] is True
    environment.setenv("DATABASE_ROLE", "jobs")  # they listen, and hold names: they go past it
    assert build_databases()["default"]["OPTIONS"]["options"]


def test_another_mode_of_pooling_is_refused(environment: pytest.MonkeyPatch) -> None:
    environment.setenv("DATABASE_POOLER", "statement")
    with pytest.raises(ImproperlyConfigured, match="transaction"):
        build_databases()


def test_limits_that_a_pooler_has_dropped_are_found() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = '15s'")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '120s'")
    assert find_missing_limits() == ["lock_timeout"]


def test_behind_a_pooler_the_search_prepares_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    connection.ensure_connection()
    monkeypatch.setattr(connection.connection, "prepare_threshold", None)
    with prepared_cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%unlikely to be there%%'", {}
        )
        assert cursor.fetchone() == (0,)
