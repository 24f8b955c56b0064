"""Makes the four roles that the product speaks to its database under, each with the password of its own URL."""

import os
from typing import Any

import dj_database_url
import psycopg
from django.core.management.base import BaseCommand, CommandError, CommandParser
from psycopg.sql import SQL, Identifier, Literal

from config.database import role_url_name
from config.roles import DatabaseRole, build_hand_over_sql, build_roles_sql, role_name


class Command(BaseCommand):
    help = "Makes the four roles, and gives the database to the owner. Once for a place; again does no harm."
    requires_system_checks: "list[str]" = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--print", action="store_true", help="Print the SQL for somebody else to run")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["print"]:
            self.stdout.write(build_roles_sql() + build_hand_over_sql())
            return
        url = os.environ.get("DATABASE_ADMIN_URL", "")
        if not url:
            raise CommandError("Set DATABASE_ADMIN_URL, the login of a superuser, for this command alone. Or: --print")
        with psycopg.connect(url) as connection:
            connection.execute(build_roles_sql())
            for role in DatabaseRole:
                self.set_password(connection, role)
            connection.execute(build_hand_over_sql())
        self.stdout.write(self.style.SUCCESS("The roles are made. Next: manage.py migrate"))

    def set_password(self, connection: "psycopg.Connection[Any]", role: DatabaseRole) -> None:
        """As its URL says; none where there is no URL, or another way to log in."""
        name = role_url_name(role)
        given = dj_database_url.parse(os.environ[name]) if os.environ.get(name) else {}
        if given and given["USER"] != role_name(role):
            raise CommandError(f"{name} logs in as “{given['USER']}”, and the role is called {role_name(role)}.")
        if password := given.get("PASSWORD"):
            text = SQL("ALTER ROLE {role} PASSWORD {password}")
            connection.execute(text.format(role=Identifier(role_name(role)), password=Literal(password)))
