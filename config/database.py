"""Where the rows live: the server named in DATABASE_URL, or one of our own when there is none."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

import dj_database_url
import psycopg
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connection, connections
from django.db.backends.utils import CursorWrapper

from config.roles import DatabaseRole, current_role, role_name

# A connection costs 185 ms under load and is kept (shared/performance.md); each request first checks that it still
# answers, so that a restarted server is noticed by nobody.
CONNECTION_MAX_AGE_SECONDS = 600
# A server that is gone without a word is given up after so long, and the page says so.
NETWORK_OPTIONS = {"connect_timeout": 10, "tcp_user_timeout": 20_000}  # seconds; milliseconds
# The replica is given up sooner: the primary has it all.
REPLICA_NETWORK_OPTIONS = {"connect_timeout": 2, "tcp_user_timeout": 3_000}
# The ORM prepares nothing (its cursor puts the values in itself); only prepared_cursor() below does, whose statements
# are planned once whatever the values are. (Behind a pooler nothing is: is_pooled.)
MAX_PREPARED = 60  # on a connection; the server holds up to 1 MB for each, and their shapes come from addresses
PREPARED_OPTIONS: dict[str, Any] = {
    "prepare_threshold": 1_000_000_000,
    "options": "-c plan_cache_mode=force_generic_plan",
}


REPLICA = "replica"
# Which database this thread reads from (config.replica); what is written goes to the default one.
reading_from: ContextVar[str] = ContextVar("reading_from", default=DEFAULT_DB_ALIAS)


def build_databases() -> dict[str, dict[str, Any]]:
    """Django's DATABASES: the primary, and for the web server the replica of DATABASE_REPLICA_URL, if there is one.

    Raises ImproperlyConfigured for an address that is none of PostgreSQL's.
    """
    databases = {DEFAULT_DB_ALIAS: build_database_settings()}
    if os.environ.get("DATABASE_REPLICA_URL") and current_role() == DatabaseRole.WEB:
        read_only = "-c default_transaction_read_only=on"
        replica = build_url_settings("DATABASE_REPLICA_URL", REPLICA_NETWORK_OPTIONS, read_only)
        databases[REPLICA] = {**replica, "ATOMIC_REQUESTS": False}
    return databases


def is_pooled() -> bool:
    """Whether a pooler hands each transaction another connection: nothing is kept on one, and none is given options."""
    given = os.environ.get("DATABASE_POOLER", "")
    if given not in ("", "transaction"):
        raise ImproperlyConfigured(
            "DATABASE_POOLER must be transaction, the mode of PgBouncer that is meant, or unset."
        )
    return given == "transaction" and current_role() == DatabaseRole.WEB


def build_database_settings() -> dict[str, Any]:
    """
    Django's DATABASES["default"].

    DATABASE_URL is taken as it is (PostgreSQL 15 to 18; ImproperlyConfigured for anything else), or the URL of the
    role that this process takes. Without it the engine is `config.embedded`, which starts a server of its own at the
    first connection and keeps the data in `.postgres/`; DATABASE_NAME (default `hereabouts`) then names the database,
    which is made when it is missing, and each process has the login of its role.
    """
    role = current_role()
    if os.environ.get("DATABASE_URL"):
        name = role_url_name(role)
        if not os.environ.get(name):
            name = "DATABASE_URL"
        as_role = f"-c role={role_name(role)}" if name == "DATABASE_URL" and role != DatabaseRole.OWNER else ""
        return build_url_settings(name, NETWORK_OPTIONS, as_role)
    return {
        "ENGINE": "config.embedded",
        "NAME": embedded_database_name(),
        "USER": role_name(role),
        "CONN_MAX_AGE": CONNECTION_MAX_AGE_SECONDS,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": PREPARED_OPTIONS,
        "ATOMIC_REQUESTS": True,
    }


def build_url_settings(name: str, network: dict[str, int], more_flags: str = "") -> dict[str, Any]:
    """For the address in the environment variable `name`."""
    settings = dj_database_url.config(
        name,
        conn_max_age=CONNECTION_MAX_AGE_SECONDS,
        conn_health_checks=True,
        disable_server_side_cursors=is_pooled(),
    )
    if settings["ENGINE"] != "django.db.backends.postgresql":
        raise ImproperlyConfigured(f"{name} must name a PostgreSQL database: postgresql://…")
    given = settings.get("OPTIONS", {})
    flags = f"{given.get('options', '')} {PREPARED_OPTIONS['options']} {more_flags}".strip()
    ours = {"prepare_threshold": None} if is_pooled() else {**PREPARED_OPTIONS, "options": flags}
    return {**settings, "OPTIONS": {**network, **given, **ours}, "ATOMIC_REQUESTS": True}


def role_url_name(role: DatabaseRole) -> str:
    """The environment variable with the role's login. A developer's own server does with DATABASE_URL, a login that may
    act for each of them."""
    return "DATABASE_URL" if role == DatabaseRole.WEB else f"DATABASE_{role.upper()}_URL"


def limit_web_waiting() -> None:
    """For the processes that answer people: settings.WEB_LIMITS on each connection that is opened from now on.

    A statement or a lock that takes longer ends in the page "Back in a moment", which keeps what was typed. Jobs and
    commands take what they need. (Behind a pooler the role has them: docs/deploying.md, "Growing".)
    """
    flags = " ".join(f"-c {name}={value}" for name, value in settings.WEB_LIMITS.items())
    for database in [] if is_pooled() else connections.settings.values():
        given = database["OPTIONS"]
        database["OPTIONS"] = {**given, "options": f"{given.get('options', '')} {flags}".strip()}


def find_missing_limits() -> list[str]:
    """Those of settings.WEB_LIMITS that a connection does not have: behind a pooler they must stand with the role."""
    with connection.cursor() as cursor:
        names = list(settings.WEB_LIMITS)
        cursor.execute("SELECT name FROM unnest(%s::text[]) AS name WHERE current_setting(name) = '0'", [names])
        return [name for (name,) in cursor.fetchall()]


def is_database_gone(error: BaseException | None) -> bool:
    """Whether an error, or one that led to it, is that the database cannot be reached, or not now."""
    seen: set[int] = set()
    while error and id(error) not in seen:
        if isinstance(error, (OperationalError, InterfaceError, psycopg.OperationalError, psycopg.InterfaceError)):
            return True
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return False


MADE_UP = "made up by manage.py demo"  # the comment on the schema of a demo place: it goes when the schema goes


def is_made_up() -> bool:
    """Whether all that is in this database was made up, so that it may be thrown away and no e-mail of it is real."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT obj_description(to_regnamespace('public'), 'pg_namespace') = %s", [MADE_UP])
        return bool(cursor.fetchone()[0])


def refuse_real_database() -> None:
    """For settings that make up people and send nothing: raises ImproperlyConfigured unless told twice.

    DATABASE_URL alone may be left over in a shell of a real place; DEVELOPMENT_DATABASE says its name again. So may
    the login of a role, which must lead to the same database.
    """
    if not os.environ.get("DATABASE_URL"):
        return
    where = locate_database("DATABASE_URL")
    for role_url in filter(os.environ.get, map(role_url_name, DatabaseRole)):
        if locate_database(role_url) != where:
            raise ImproperlyConfigured(
                f"DATABASE_URL and {role_url} name different databases, and these are the settings for development."
            )
    name = where[-1]
    if os.environ.get("DEVELOPMENT_DATABASE") != name:
        raise ImproperlyConfigured(
            f"DATABASE_URL names the database “{name}”, and these are the settings for development: they make up "
            "people, and their e-mails go nowhere. For a real place, set "
            "DJANGO_SETTINGS_MODULE=config.settings.production. For a database of your own to try things in, "
            f"say its name once more: DEVELOPMENT_DATABASE={name}"
        )


def locate_database(url_name: str) -> tuple[str, str, str]:
    """Host, port and name to which that variable leads: what follows the question mark in it counts."""
    given = dj_database_url.config(url_name)
    options = given.get("OPTIONS", {})
    named = [(given["HOST"], "host"), (given["PORT"] or "5432", "port"), (given["NAME"], "dbname")]
    host, port, name = (str(options.get(option, value)) for value, option in named)
    return host, port, name


def embedded_database_name() -> str:
    """The name of the database on the server of our own."""
    return os.environ.get("DATABASE_NAME", "hereabouts")


class PreparedCursor(psycopg.RawCursor[Any]):
    """A cursor that prepares each statement on the connection the first time, so that it is parsed and planned once."""

    def execute(self, query: Any, params: Any = None, **options: Any) -> Any:
        text, names = number_parameters(query if isinstance(query, str) else query.as_string(self))
        values = [params[name] for name in names]
        try:
            return super().execute(text, values, prepare=True)
        except psycopg.errors.FeatureNotSupported:
            # A migration gave a column another type. Within a transaction its end makes psycopg forget the statement.
            if self.connection.info.transaction_status != psycopg.pq.TransactionStatus.IDLE:
                raise
            self.connection.execute("DEALLOCATE ALL")
            return super().execute(text, values, prepare=True)


@lru_cache(maxsize=500)
def number_parameters(query: str) -> tuple[str, list[str]]:
    """ "… = %(day)s" → ("… = $1", ["day"]): psycopg would do so each time with a long statement."""
    names = list(dict.fromkeys(re.findall(r"%\((\w+)\)s", query)))
    text = re.sub(r"%\((\w+)\)s", lambda match: f"${names.index(match[1]) + 1}", query)
    return text.replace("%%", "%"), names


def prepared_cursor() -> CursorWrapper:
    """A cursor for the few statements that are too long to be parsed and planned for each request.

    Their text must be one of a few, with every value as a parameter, cast to its type; they name each column, so that
    a migration that adds one does not change what they give. Counted and wrapped as Django's own cursors are.
    """
    database: Any = connections[reading_from.get()]  # _prepare_cursor is how Django wraps its own
    database.ensure_connection()
    database.connection.prepared_max = MAX_PREPARED
    cursor: CursorWrapper = database._prepare_cursor(PreparedCursor(database.connection))
    return cursor


def lock_name(name: str) -> None:
    """Hold what is called so, which need be no row, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])


@contextmanager
def hold_name(name: str) -> Iterator[None]:
    """The same over several transactions: whoever else wants it waits until we, or our connection, have ended."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtextextended(%s, 0))", [name])
    try:
        yield
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtextextended(%s, 0))", [name])
