"""Row-level security: which rows the web's login sees is kept by the database itself, whatever the code above asks for.

Each app says it for its tables in `policies.py`, in SQL, with `protect` and `leave_open`; `manage.py migrate` writes it
into the database (`apply_row_security`). A policy speaks of the *context* of a request, a link or a job: settings of
the transaction that `set_context` makes and that end with it. Without them it shows nothing.

The conditions of agencies/access.py stand above this: they choose the index, and are the first lock.
"""

import hashlib
import re
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.utils.module_loading import autodiscover_modules
from psycopg.sql import SQL, Identifier, Literal

from config.append_only import AppendOnly
from config.roles import DatabaseRole, role_name

# What a context may say: the setting app.<name>, and its type. A list is of several at once.
CONTEXT_TYPES = {
    "user": "uuid",
    "member": "uuid",
    "agency": "uuid",
    "receives": "uuid",  # the agency whose received referrals are seen
    "sends": "uuid",  # the agency whose sent referrals are seen
    "team": "uuid",  # the agency whose cases are seen, and those whose circle it is in
    "publishes": "uuid",  # the agency whose sessions and bookings are seen
    "referral": "uuid[]",  # single rows that a link or a deed leads to
    "case": "uuid[]",
    "session": "uuid[]",
    "booking": "uuid[]",
    "complaint": "uuid[]",
    "person": "uuid[]",
    "alert": "uuid[]",
    "link": "text[]",  # hashes of the secret that somebody has shown
    "restricts": "uuid",  # the agency whose restricted cases are known to be there
    "manages": "uuid",  # the agency whose team is run, and whose registers are kept
    "stewards": "uuid",  # the agency for which the place is run
    "job": "uuid",  # of a job that has said that it is one
}
SET_SQL = "SELECT set_config(name, value, true) FROM unnest(%s::text[], %s::text[]) AS given (name, value)"
READ_SQL = "SELECT name, coalesce(current_setting('app.' || name, true), '') FROM unnest(%s::text[]) AS name"


# --- The context --------------------------------------------------------------------------------------


def set_context(**values: Any) -> None:
    """Set these for the rest of the transaction, None meaning nothing; ids, or lists of them where a list is meant.

    Raises TransactionManagementError outside a transaction, in which it would be gone at once.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("A context lasts as long as its transaction, and there is none.")
    settings = {f"app.{name}": format_setting(name, value) for name, value in values.items()}
    with connection.cursor() as cursor:
        cursor.execute(SET_SQL, [list(settings), list(settings.values())])


def format_setting(name: str, value: Any) -> str:
    """Raises KeyError for a name that no policy knows."""
    if CONTEXT_TYPES[name].endswith("[]"):
        given = value if isinstance(value, (list, tuple, set)) else [value] if value else []
        return "{" + ",".join(str(part) for part in given) + "}" if given else ""
    return "" if value is None else str(value)


def read_context(*names: str) -> dict[str, str]:
    """What is set now, as text; "" for nothing."""
    with connection.cursor() as cursor:
        cursor.execute(READ_SQL, [list(names)])
        return dict(cursor.fetchall())


def enter(name: str, *ids: Any) -> list[str]:
    """Those rows too (of a list in CONTEXT_TYPES) are seen for the rest of the transaction, as a link or a deed needs
    that has shown its right to them; what was entered before."""
    before = [part for part in read_context(name)[name].strip("{}").split(",") if part]
    set_context(**{name: list(dict.fromkeys([*before, *map(str, ids)]))})
    return before


@contextmanager
def entered(name: str, *ids: Any) -> Iterator[None]:
    """The same, until it is left."""
    before = enter(name, *ids)
    yield
    set_context(**{name: before})


@contextmanager
def job_context() -> Iterator[None]:
    """One transaction in which a job sees what jobs see. Without it, the database refuses its statements."""
    with transaction.atomic():
        set_context(job=uuid.uuid4())
        yield


# --- What each table lets be seen ---------------------------------------------------------------------


@dataclass(frozen=True)
class Policy:
    """Conditions on a row, in SQL, for the web's login; None where it may not. {name} stands for what is set."""

    model: type[models.Model]
    see: str
    add: str | None
    change: str | None
    remove: str | None

    @property
    def commands(self) -> dict[str, str]:
        given = {"SELECT": self.see, "INSERT": self.add, "UPDATE": self.change, "DELETE": self.remove}
        return {command: rule for command, rule in given.items() if rule is not None}


POLICIES: dict[type[models.Model], Policy] = {}
FURTHER: dict[type[models.Model], list[str]] = {}  # what an app to the right sees besides
OPEN_TABLES: dict[type[models.Model], str] = {}  # with the reason
FUNCTIONS: list[str] = []  # SECURITY DEFINER: each a hole in the policies, listed in the tests


def protect(
    model: type[models.Model], *, see: str, add: str | None = None, change: str | None = None, remove: str | None = None
) -> None:
    """Rows of `model` are seen where `see` is true, and so on. A row that is changed or removed must be seen too."""
    POLICIES[model] = Policy(model, see, add, change, remove)


def also_see(model: type[models.Model], rule: str) -> None:
    """For an app to the right of the model's: those rows are seen besides, and changed and removed where any may be."""
    FURTHER.setdefault(model, []).append(rule)


def leave_open(why: str, *rows: type[models.Model]) -> None:
    """Tables that lead to an agency and hold nothing of a person who is helped, or are read before anybody is known."""
    OPEN_TABLES.update(dict.fromkeys(rows, why))


def define_function(body: str) -> None:
    """A SECURITY DEFINER function: CREATE OR REPLACE FUNCTION … It must check the context itself."""
    FUNCTIONS.append(body)


@cache
def load_policies() -> None:
    """Read each app's policies.py."""
    autodiscover_modules("policies")


def fill_context(rule: str) -> str:
    """With {agency} as the setting; NULL, so no row, where it is not set. Not wrapped in a SELECT, which is read once a
    statement: a page asks for few rows by dozens of rules, and each SELECT takes longer to set up than to read anew."""

    def setting(match: re.Match[str]) -> str:
        kind = CONTEXT_TYPES[match[1]]
        value = f"nullif(current_setting('app.{match[1]}', true), '')::{kind}"
        return f"ANY({value})" if kind.endswith("[]") else value

    return re.sub(r"\{(\w+)\}", setting, rule)


# --- Into the database --------------------------------------------------------------------------------

# Not read with `true` as above: a job that has not said that it is one stops at an error, and is not told of no rows.
IN_A_JOB = "(SELECT current_setting('app.job')::uuid) IS NOT NULL"


MIGRATIONS_TABLE = "django_migrations"
# The comment on a table is the digest of what was written of it.
WRITTEN_SQL = "SELECT obj_description(format('public.%%I', %s::text)::regclass)"


def apply_row_security() -> None:
    """Write what has changed of it since the last time: as the owner, after each migration. A table is locked while its
    own policies are written, and never one that has them: requests go on meanwhile."""
    load_policies()
    writers = [Identifier(role_name(role)) for role in (DatabaseRole.WEB, DatabaseRole.JOBS)]
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        cursor.execute(SQL("GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {}, {}").format(*writers))
    for table, statements in build_statements(set(tables)).items():
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(WRITTEN_SQL, [table])
            digest = hashlib.sha256("".join(statements).encode()).hexdigest()
            if cursor.fetchone()[0] == digest:
                continue
            for statement in statements:
                cursor.execute(statement)
            cursor.execute(SQL("COMMENT ON TABLE {} IS {}").format(Identifier(table), Literal(digest)))


def build_statements(tables: set[str]) -> dict[str, list[str]]:
    """Table to all that is said of it; what is of none stands with the migrations' own, and comes first."""
    web, jobs, ops = (role_name(r) for r in (DatabaseRole.WEB, DatabaseRole.JOBS, DatabaseRole.OPS))
    names = {"web": Identifier(web), "jobs": Identifier(jobs), "ops": Identifier(ops)}
    policies = {policy.model._meta.db_table: policy for policy in POLICIES.values()}
    append_only = {model._meta.db_table: model for model in list_append_only()}
    schema = SQL("GRANT USAGE ON SCHEMA public TO {web}, {jobs}, {ops}").format(**names).as_string(None)
    found = {MIGRATIONS_TABLE: [schema, "SET LOCAL check_function_bodies = off", *FUNCTIONS]}
    for table in sorted(tables):
        found.setdefault(table, []).extend(build_grants(table, names, append_only.get(table)))
        if policy := policies.get(table):
            found[table] += build_policies(policy, web, jobs, ops)
    return found


def build_grants(table: str, names: dict[str, Identifier], model: type[AppendOnly] | None) -> Iterator[str]:
    """Web and jobs write, but for what is append-only; nobody but the owner empties or alters a table."""
    given = {**names, "table": Identifier(table)}
    texts = [
        "REVOKE ALL ON {table} FROM {web}, {jobs}, {ops}",
        "GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO {web}, {jobs}",
        "GRANT SELECT ON {table} TO {ops}",
    ]
    if model:
        texts.append("REVOKE UPDATE, DELETE ON {table} FROM {web}, {jobs}")
    if model and model.erasable:
        texts.append("GRANT UPDATE ({columns}) ON {table} TO {jobs}")
        given["columns"] = SQL(", ").join(map(Identifier, model.erasable))  # type: ignore[assignment]
    if table == MIGRATIONS_TABLE:
        texts.append("REVOKE INSERT, UPDATE, DELETE ON {table} FROM {web}, {jobs}")
    for text in texts:
        yield SQL(text).format(**given).as_string(None)


def list_append_only() -> list[type[AppendOnly]]:
    return [model for model in apps.get_models() if issubclass(model, AppendOnly)]


def build_policies(policy: Policy, web: str, jobs: str, ops: str) -> Iterator[str]:
    table = policy.model._meta.db_table
    names: Mapping[str, Any] = {"table": Identifier(table), "web": Identifier(web)}
    for text in ("ALTER TABLE {table} ENABLE ROW LEVEL SECURITY", "ALTER TABLE {table} FORCE ROW LEVEL SECURITY"):
        yield SQL(text).format(**names).as_string(None)
    for name in ("owner", "ops", "jobs", "web_select", "web_insert", "web_update", "web_delete"):
        yield SQL("DROP POLICY IF EXISTS {name} ON {table}").format(name=Identifier(name), **names).as_string(None)
    yield f'CREATE POLICY owner ON "{table}" TO CURRENT_USER USING (true) WITH CHECK (true)'
    yield f'CREATE POLICY ops ON "{table}" FOR SELECT TO "{ops}" USING (true)'
    yield f'CREATE POLICY jobs ON "{table}" TO "{jobs}" USING ({IN_A_JOB}) WITH CHECK ({IN_A_JOB})'
    further = "".join(f" OR ({rule})" for rule in FURTHER.get(policy.model, []))
    for command, rule in policy.commands.items():
        filled = fill_context(f"({rule}){further if command != 'INSERT' else ''}")
        check = f"WITH CHECK ({filled})" if command == "INSERT" else f"USING ({filled})"
        if command == "UPDATE":
            check += " WITH CHECK (true)"  # passing on hands the row to another team
        yield f'CREATE POLICY web_{command.lower()} ON "{table}" FOR {command} TO "{web}" {check}'
    for command in {"INSERT", "UPDATE", "DELETE"} - policy.commands.keys():
        yield SQL(f"REVOKE {command} ON {{table}} FROM {{web}}").format(**names).as_string(None)


# --- What may not be forgotten ------------------------------------------------------------------------


def find_unprotected(roots: Iterable[type[models.Model]]) -> list[str]:
    """Names of the models that lead to one of `roots`, by any road, and are neither protected nor left open.

    Found from the models: whoever adds a table must say who sees its rows.
    """
    load_policies()
    leading = set(roots)
    models_left = [model for model in apps.get_models(include_auto_created=True) if model not in leading]
    while found := [model for model in models_left if leads_to(model, leading)]:
        leading |= set(found)
        models_left = [model for model in models_left if model not in leading]
    return sorted(m._meta.label for m in leading if m not in POLICIES and m not in OPEN_TABLES)


def leads_to(model: type[models.Model], known: set[type[models.Model]]) -> bool:
    return any(field.related_model in known for field in model._meta.fields if field.is_relation)
