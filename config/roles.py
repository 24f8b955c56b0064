"""The four roles under which the database is spoken to (docs/decisions/row-level-security.md).

owner   owns the tables, migrates, and runs what an operator types; `manage.py` unless said otherwise
web     answers requests: sees what the context of the request lets it see (config.row_security), and rewrites nothing
jobs    runs the queue: sees the rows of a job that has said that it is one
ops     reads everything and writes nothing: verify_history, whoever is on call

A process says which one it is (`DATABASE_ROLE`); a role's login is its own (`DATABASE_URL` is the web's, then
`DATABASE_OWNER_URL`, `DATABASE_JOBS_URL`, `DATABASE_OPS_URL`).
"""

import os
from enum import StrEnum

from django.core.exceptions import ImproperlyConfigured
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg.sql import SQL, Identifier


class DatabaseRole(StrEnum):
    OWNER = "owner"
    WEB = "web"
    JOBS = "jobs"
    OPS = "ops"


# Commands that are no operator's deed: what they may is what the process that they start may.
ROLE_OF_COMMAND = {
    "runserver": DatabaseRole.WEB,
    "procrastinate": DatabaseRole.JOBS,
    "verify_history": DatabaseRole.OPS,
}


def current_role() -> DatabaseRole:
    """Which role this process takes. Raises ImproperlyConfigured for a word that is none."""
    given = os.environ.get("DATABASE_ROLE", DatabaseRole.OWNER)
    try:
        return DatabaseRole(given)
    except ValueError as error:
        raise ImproperlyConfigured(f"DATABASE_ROLE={given} is none of {', '.join(DatabaseRole)}.") from error


def choose_role(command: str) -> None:
    """For `manage.py command`: take the role it needs, unless the environment says another."""
    os.environ.setdefault("DATABASE_ROLE", ROLE_OF_COMMAND.get(command, DatabaseRole.OWNER))


def role_name(role: DatabaseRole) -> str:
    """What it is called in the database. A server that holds two places gives each a DATABASE_ROLE_PREFIX."""
    return f"{os.environ.get('DATABASE_ROLE_PREFIX', 'hb')}_{role}"


# Run by who may make roles: the embedded server's own superuser, or an operator with `manage.py make_roles`.
# A place of an earlier release, whose tables belong to the login it had, is handed to the new owner.
ROLES_SQL = """
DO $$
DECLARE
    role text;
BEGIN
    FOREACH role IN ARRAY {roles}::text[] LOOP
        IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = role) THEN
            EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEROLE NOBYPASSRLS', role);
        END IF;
        IF role <> {owner} THEN
            EXECUTE format('GRANT %I TO %I', role, {owner});
        END IF;
    END LOOP;
END $$;
"""
HAND_OVER_SQL = """
CREATE EXTENSION IF NOT EXISTS cube;
CREATE EXTENSION IF NOT EXISTS earthdistance;
DO $$
DECLARE
    thing record;
BEGIN
    EXECUTE format('ALTER DATABASE %I OWNER TO %I', current_database(), {owner});
    ALTER SCHEMA public OWNER TO {owner_name};
    FOR thing IN
        SELECT format('%s %s', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' ELSE 'TABLE' END,
                      c.oid::regclass) AS named, c.oid, 'pg_class'::regclass AS class
        FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'S')
            AND (c.relkind <> 'S' OR NOT EXISTS (
                SELECT FROM pg_depend d WHERE d.objid = c.oid AND d.deptype IN ('a', 'i')
            ))
        UNION ALL
        SELECT format('ROUTINE %s', p.oid::regprocedure), p.oid, 'pg_proc'::regclass
        FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
        UNION ALL
        SELECT format('TYPE %s', t.oid::regtype), t.oid, 'pg_type'::regclass
        FROM pg_type t WHERE t.typnamespace = 'public'::regnamespace AND t.typtype IN ('e', 'd')
        UNION ALL
        SELECT format('TEXT SEARCH CONFIGURATION %s', c.oid::regconfig), c.oid, 'pg_ts_config'::regclass
        FROM pg_ts_config c WHERE c.cfgnamespace = 'public'::regnamespace
        UNION ALL
        SELECT format('TEXT SEARCH DICTIONARY %s', d.oid::regdictionary), d.oid, 'pg_ts_dict'::regclass
        FROM pg_ts_dict d WHERE d.dictnamespace = 'public'::regnamespace
    LOOP
        IF NOT EXISTS (SELECT FROM pg_depend WHERE classid = thing.class AND objid = thing.oid AND deptype = 'e') THEN
            EXECUTE format('ALTER %s OWNER TO %I', thing.named, {owner});
        END IF;
    END LOOP;
END $$;
"""


def build_roles_sql() -> str:
    """Makes the four roles, once for a server: for whoever may make roles. Passwords are the operator's to set."""
    roles = "{" + ",".join(role_name(role) for role in DatabaseRole) + "}"
    return SQL(ROLES_SQL).format(roles=roles, owner=role_name(DatabaseRole.OWNER)).as_string(None)


def build_hand_over_sql() -> str:
    """Gives the database it is run in to the owner, with all that an earlier release made there: for a superuser."""
    owner = role_name(DatabaseRole.OWNER)
    return SQL(HAND_OVER_SQL).format(owner=owner, owner_name=Identifier(owner)).as_string(None)


POWERS_SQL = """
SELECT rolsuper, rolbypassrls, rolcreaterole, EXISTS (
    SELECT FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
        AND pg_has_role(session_user, relowner, 'MEMBER')
) FROM pg_roles WHERE rolname = session_user
"""


def find_excess_powers(alias: str = DEFAULT_DB_ALIAS) -> list[str]:
    """What the login of this process may that the web's must not: empty when all is well."""
    with connections[alias].cursor() as cursor:
        cursor.execute(POWERS_SQL)
        powers = cursor.fetchone()
    named = ("is a superuser", "goes round row-level security", "makes roles", "owns tables, or may act for who does")
    return [words for words, has in zip(named, powers, strict=True) if has]


def refuse_powerful_role() -> None:
    """Raises ImproperlyConfigured where the web's login could see or change what no request may."""
    if powers := find_excess_powers():
        raise ImproperlyConfigured(
            f"DATABASE_URL is the login of the web server, and it {' and '.join(powers)}. Give it the role "
            f"{role_name(DatabaseRole.WEB)}, which may neither: docs/deploying.md, “Roles”."
        )
