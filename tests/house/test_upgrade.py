"""A database of the release before the rooms migrates to today's with nothing lost, and its histories verify.

`before_rooms.sql.xz` is that release's made-up place: pg_dump --no-owner --no-privileges --inserts.
"""

import lzma
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest
from django.conf import settings
from django.db import connection
from psycopg import sql

DUMP = Path(__file__).with_name("before_rooms.sql.xz")
NOT_FOR_PSYCOPG = ("\\", "SET transaction_timeout")  # what psql reads, and what PostgreSQL 17 brought
MOVED = ("referrals_booking", "referrals_bookingmove", "referrals_bookinglink")


# The release before had one login for all, which the embedded server's superuser was.
SUPERUSER = {"user": "postgres"} if hasattr(connection, "server") else {}


def connect(name: str) -> psycopg.Connection:
    wanted = ("host", "port", "user", "password")
    parameters = {key: value for key, value in connection.get_connection_params().items() if key in wanted} | SUPERUSER
    return psycopg.connect(**parameters, dbname=name, autocommit=True)


@pytest.fixture
def old_database() -> Iterator[str]:
    """The name of a database that stands as the release before left it."""
    name = f"{connection.settings_dict['NAME']}_before"
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with connect("postgres") as server:
        server.execute(drop)
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'").format(sql.Identifier(name)))
        with connect(name) as old:
            lines = lzma.decompress(DUMP.read_bytes()).decode().splitlines(keepends=True)
            old.execute("".join(line for line in lines if not line.startswith(NOT_FOR_PSYCOPG)).encode())
        yield name
        server.execute(drop)


def manage(name: str, *command: str) -> str:
    """What a management command says of that database."""
    at = connection.get_connection_params() | SUPERUSER
    user, host = at["user"] + (f":{quote(at['password'], safe='')}" if at.get("password") else ""), at.get("host") or ""
    port = f":{at['port']}" if at.get("port") else ""
    done = subprocess.run(
        [sys.executable, "manage.py", *command],
        cwd=settings.BASE_DIR,
        env={**os.environ, "DATABASE_URL": f"postgresql://{user}@{quote(str(host), safe='')}{port}/{name}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def count_rows(name: str) -> dict[str, int]:
    """{table: rows} of all but the lists that Django keeps of migrations and models."""
    with connect(name) as old:
        found = old.execute(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN "
            "('django_migrations', 'django_content_type', 'auth_permission') ORDER BY tablename"
        )
        tables = [table for (table,) in found]
        count = sql.SQL("SELECT count(*) FROM public.{}")
        return {table: old.execute(count.format(sql.Identifier(table))).fetchone()[0] for table in tables}


SECOND_TEAM = """
CREATE TEMPORARY TABLE second AS SELECT * FROM cases_case ORDER BY opened_at, id LIMIT 1;
UPDATE second SET id = '00000000-0000-4000-8000-000000000001', opened_at = now(), entry_count = 0, chain = '',
    agency_id = (SELECT id FROM agencies_agency other WHERE other.id <> second.agency_id ORDER BY name LIMIT 1);
INSERT INTO cases_case SELECT * FROM second;
"""


PASSED_ON = """
INSERT INTO referrals_move (id, referral_id, number, before, after, at, words, to_agency_id, hand, written_for_id,
    author_name, agency_name)
SELECT '00000000-0000-4000-8000-000000000002', r.id, 99, 'sent', 'sent', now(), 'Lives there', other.id, 'member',
    r.to_agency_id, 'Robin', 'The first team'
FROM referrals_referral r JOIN agencies_agency other ON other.id <> r.to_agency_id WHERE r.service_id IS NULL LIMIT 1;
UPDATE referrals_referral r SET to_agency_id = m.to_agency_id FROM referrals_move m
WHERE m.referral_id = r.id AND m.number = 99;
"""


def test_who_was_named_when_the_person_agreed_is_the_team_it_was_sent_to(old_database: str) -> None:
    """given a referral that was passed on, when migrated, then the team that passed it on is who was named"""
    with connect(old_database) as old:
        old.execute(PASSED_ON)
    manage(old_database, "migrate", "--verbosity", "0")
    with connect(old_database) as new:
        named = new.execute(
            "SELECT agreed_with_id = written_for_id, agreed_with_id = r.to_agency_id, agreed_with_name = agency.name "
            "FROM referrals_referral r JOIN referrals_move m ON m.referral_id = r.id AND m.number = 99 "
            "JOIN agencies_agency agency ON agency.id = r.agreed_with_id"
        ).fetchall()
        (blank,) = new.execute("SELECT count(*) FROM cases_agreement WHERE named = ''").fetchone()
    assert named == [(True, False, True)]
    assert blank == 0


def test_a_person_whom_two_teams_shared_becomes_one_record_for_each(old_database: str) -> None:
    """given a second team works from the same record, when migrated, then it has its own, with what was known"""
    with connect(old_database) as old:
        old.execute(SECOND_TEAM)
        (before,) = old.execute("SELECT count(*) FROM cases_person").fetchone()
    manage(old_database, "migrate", "--verbosity", "0")
    with connect(old_database) as new:
        (after,) = new.execute("SELECT count(*) FROM cases_person").fetchone()
        pair = new.execute(
            "SELECT person.id, person.name, person.agency_id = c.agency_id FROM cases_case c JOIN cases_person person "
            "ON person.id = c.person_id WHERE c.person_id IN (SELECT person_id FROM cases_case WHERE id = "
            "'00000000-0000-4000-8000-000000000001') OR person.name = (SELECT name FROM cases_case c JOIN cases_person "
            "person ON person.id = c.person_id WHERE c.id = '00000000-0000-4000-8000-000000000001')"
        ).fetchall()
    assert after == before + 1
    assert len({person for person, _, _ in pair}) == 2
    assert all(own for _, _, own in pair)


# A row for each change of the directory, which a migration may be, and the words that a release brings.
GROWING = ("directory_edition", "directory_stopword", "directory_synonym")


def test_a_place_of_the_release_before_migrates_with_nothing_lost(old_database: str) -> None:
    """given people, bookings and a job that waits, when migrated, then all of it is there and the histories verify"""
    with connect(old_database) as old:
        old.execute(
            "INSERT INTO public.procrastinate_jobs (queue_name, task_name) VALUES ('default', 'look_after_bookings')"
        )
    before = count_rows(old_database)
    assert all(before[table] for table in MOVED), "the made-up place has bookings to lose"
    manage(old_database, "migrate", "--verbosity", "0")
    after = count_rows(old_database)
    for table in GROWING:
        assert after[table] >= before.pop(table)
    assert {table: after.get(table) for table in before} == before
    assert "entries verified" in manage(old_database, "verify_history")
    booked = "from bookings.models import Booking; print(Booking.objects.count())"
    assert manage(old_database, "shell", "--verbosity", "0", "-c", booked).split()[-1] == str(before[MOVED[0]])
    asked = "from procrastinate.contrib.django import app; print('look_after_bookings' in app.tasks)"
    assert manage(old_database, "shell", "--verbosity", "0", "-c", asked).split()[-1] == "True"
