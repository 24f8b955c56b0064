"""Django's migrate, and then the row-level security of every table: none that is new is ever without."""

from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connection

from config.roles import DatabaseRole, build_roles_sql, role_name
from config.row_security import apply_row_security

MISSING = (
    "The database has no role {name}. Somebody who may make roles runs manage.py make_roles once: docs/deploying.md, "
    "“Roles”."
)
HAS_ROLE_SQL = "SELECT rolcreaterole OR rolsuper, EXISTS (SELECT FROM pg_roles WHERE rolname = %s) FROM pg_roles"


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
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
