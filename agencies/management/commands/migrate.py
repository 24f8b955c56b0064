"""manage.py migrate: Django's own, but one at a time, and nobody waits long behind it.

A migration that waits for a table in use keeps all who come after it waiting too. So each lock is given up after
MIGRATION_LOCK_TIMEOUT, what was begun is taken back (a migration is one transaction), and it is tried again later.
"""

import time
from typing import Any

from django.conf import settings
from django.core.management.commands import migrate
from django.db import OperationalError, connections
from psycopg.errors import LockNotAvailable

from config.database import hold_name

PAUSES_SECONDS = (1, 2, 5, 10, 20, 30)  # before each new try; in all a little over a minute


class Command(migrate.Command):
    """Django's, tried again where a lock was not to be had."""

    def handle(self, *args: Any, **options: Any) -> None:
        """Raises OperationalError when a table was in use at each try."""
        with hold_name("migrate"):
            self.limit_waiting(*args, **options)

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
                super().handle(*args, **options)
            except OperationalError as error:
                if not isinstance(error.__cause__, LockNotAvailable):
                    raise
            else:
                return
            self.stderr.write(f"\nA table is in use. Nothing is half done; trying again in {pause} s.")
            time.sleep(pause)
        super().handle(*args, **options)
