"""manage.py migrate: Django's own, one at a time, nobody waits long behind it, and then the row-level security.

A migration that waits for a table in use keeps all who come after it waiting too. So each lock is given up after
MIGRATION_LOCK_TIMEOUT, what was begun is taken back (a migration is one transaction), and it is tried again later.
"""

import time
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import OperationalError, connection, connections
from psycopg.errors import DeadlockDetected, LockNotAvailable

from config.database import hold_name
from config.roles import DatabaseRole, build_roles_sql, role_name
from config.row_security import apply_row_security

PAUSES_SECONDS = (1, 2, 5, 10, 20, 30)  # before each new try; in all a little over a minute
MISSING = (
    "The database has no role {name}. Somebody who may make roles runs manage.py make_roles once: docs/deploying.md, "
    "“Roles”."
)
HAS_ROLE_SQL = """
SELECT rolcreaterole OR rolsuper, EXISTS (SELECT FROM pg_roles WHERE rolname = %s)
FROM pg_roles WHERE rolname = current_user
"""


class Command(migrate.Command):
    """Django's, tried again where a lock was not to be had."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises OperationalError when a table was in use at each try, CommandError where there are no roles."""
        with hold_name("migrate"):
            self.ensure_roles()
            self.limit_waiting(*args, **options)

    def ensure_roles(self) -> None:
        """The four roles, made here where this login may."""
        name = role_name(DatabaseRole.WEB)
        with connection.cursor() as cursor:
            cursor.execute(HAS_ROLE_SQL, [name])
            may_make, there = cursor.fetchone()
            if there:
                return
            if not may_make:
                raise CommandError(MISSING.format(name=name))
            cursor.execute(build_roles_sql())

    def limit_waiting(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [settings.MIGRATION_LOCK_TIMEOUT])
        try:
            self.try_often(*args, **options)
        finally:
            if connection.is_usable():
                with connection.cursor() as cursor:
                    cursor.execute("RESET lock_timeout")

    def try_often(self, *args: Any, **options: Any) -> None:
        for pause in PAUSES_SECONDS:
            try:
                self.migrate_and_protect(*args, **options)
            except OperationalError as error:
                if not isinstance(error.__cause__, LockNotAvailable | DeadlockDetected):
                    raise
            else:
                return
            self.stderr.write(f"\nA table is in use. Nothing is half done; trying again in {pause} s.")
            time.sleep(pause)
        self.migrate_and_protect(*args, **options)

    def migrate_and_protect(self, *args: Any, **options: Any) -> None:
        """No table is ever without its policies, and none is locked where they stand already."""
        super().handle(*args, **options)
        if not options["plan"] and not options["check_unapplied"]:
            call_command("createcachetable", verbosity=0)
            apply_row_security()
