"""Statements that are prepared on the connection: counted as all others, planned once, and no trap for a migration."""

import psycopg
import pytest
from django.db import connection
from psycopg.sql import SQL
from pytest_django import DjangoAssertNumQueries

from config.database import MAX_PREPARED, build_database_settings, number_parameters, prepared_cursor

pytestmark = pytest.mark.django_db

GREETING = "SELECT 'Good ' || %(part)s::text || ', ' || %(name)s::text LIKE '%%day%%'"


def count_prepared() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%%greeted%%'")
        return int(cursor.fetchone()[0])


def test_names_become_numbers_once() -> None:
    text, names = number_parameters("SELECT %(a)s, %(b)s, %(a)s, 'x%%'")
    assert (text, names) == ("SELECT $1, $2, $1, 'x%'", ["a", "b"])
    assert number_parameters(GREETING)[1] == ["part", "name"]


@pytest.mark.parametrize("query", ["SELECT %(name)s::text AS greeted", SQL("SELECT %(name)s::text AS greeted")])
def test_a_statement_is_prepared_once_whatever_its_values(query: str) -> None:
    for name in ("Ada", "o'Brien; --", "日本"):
        with prepared_cursor() as cursor:
            cursor.execute(query, {"name": name, "unused": 1})
            assert cursor.fetchone() == (name,)
    assert count_prepared() == 1


def test_it_is_counted_as_every_other_statement(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1), prepared_cursor() as cursor:
        cursor.execute("SELECT %(name)s::text AS greeted", {"name": "Ada"})


def test_a_new_column_does_not_break_a_prepared_statement() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE greeted (name text); INSERT INTO greeted VALUES ('Ada')")
    for change in ("ADD COLUMN age int", "DROP COLUMN age"):
        with prepared_cursor() as cursor:
            cursor.execute("SELECT name FROM greeted", {})
            assert cursor.fetchall() == [("Ada",)]
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE greeted {change}")


def test_options_of_the_address_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://a@b/c?sslmode=require&options=-c%20work_mem%3D9MB")
    options = build_database_settings()["OPTIONS"]
    assert options["sslmode"] == "require"
    assert options["options"] == "-c work_mem=9MB -c plan_cache_mode=force_generic_plan"


@pytest.mark.django_db(transaction=True)
def test_a_migration_that_changes_a_type_is_noticed_by_nobody() -> None:
    """A web process keeps its connection while another process migrates."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE greeted (name varchar(10)); INSERT INTO greeted VALUES ('Ada')")
    try:
        for length in (10, 20, 30):
            with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
                other.execute(f"ALTER TABLE greeted ALTER COLUMN name TYPE varchar({length})")  # type: ignore[call-overload]
            with prepared_cursor() as cursor:
                cursor.execute("SELECT name FROM greeted", {})
                assert cursor.fetchall() == [("Ada",)]
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE greeted")


def test_no_more_are_kept_than_the_server_has_room_for() -> None:
    for number in range(MAX_PREPARED + 20):
        with prepared_cursor() as cursor:
            cursor.execute(f"SELECT {number} AS greeted", {})
    assert 0 < count_prepared() <= MAX_PREPARED
