"""Django's migrate, and then the row-level security of every table: none that is new is ever without.

One at a time, and nobody waits long behind it. A migration that waits for a table in use keeps all who come after it
waiting too. So each lock is given up after MIGRATION_LOCK_TIMEOUT, what was begun is taken back (a migration is one
transaction, and so are the policies), and it is tried again later.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connection
from psycopg.errors import DeadlockDetected, LockNotAvailable

from config.database import hold_name
from config.roles import DatabaseRole, build_roles_sql, role_name
from config.row_security import apply_row_security

PAUSES_SECONDS = (1, 2, 5, 10, 20, 30)  # before each new try; in all a little over a minute
MISSING = (
    "The database has no role {name}. Somebody who may make roles runs manage.py make_roles once: docs/deploying.md, "
    "“Roles”."
)
HAS_ROLE_SQL = "SELECT rolcreaterole OR rolsuper, EXISTS (SELECT FROM pg_roles WHERE rolname = %s) FROM pg_roles"


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        """Raises CommandError without roles, and OperationalError when a table was in use at each try."""
        with hold_name("migrate"), limited_waiting():
            for pause in PAUSES_SECONDS:
                try:
                    return self.migrate_and_protect(*args, **options)
                except OperationalError as error:
                    if not isinstance(error.__cause__, (LockNotAvailable, DeadlockDetected)):
                        raise
                self.stderr.write(f"\nA table is in use. Nothing is half done; trying again in {pause} s.")
                time.sleep(pause)
            return self.migrate_and_protect(*args, **options)

    def migrate_and_protect(self, *args: Any, **options: Any) -> None:
        self.ensure_roles()
        super().handle(*args, **options)
        if not options["plan"] and not options["check_unapplied"]:
            call_command("createcachetable", verbosity=0)
            apply_row_security()

    def ensure_roles(self) -> None:
        """The four roles, made here where this login may; raises CommandError where it may not."""
        name = role_name(DatabaseRole.WEB)
        with connection.cursor() as cursor:
            cursor.execute(f"{HAS_ROLE_SQL} WHERE rolname = current_user", [name])
            may_make, there = cursor.fetchone()
            if there:
                return
            if not may_make:
                raise CommandError(MISSING.format(name=name))
            cursor.execute(build_roles_sql())


@contextmanager
def limited_waiting() -> Iterator[None]:
    """Within it this connection waits no longer than MIGRATION_LOCK_TIMEOUT for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [settings.MIGRATION_LOCK_TIMEOUT])
    try:
        yield
    finally:
        if connection.is_usable():
            with connection.cursor() as cursor:
                cursor.execute("RESET lock_timeout")
