"""manage.py end_sessions EMAIL [--disable]: sign somebody out everywhere, and if asked close the account."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from agencies.actions.session import disable_account, end_sessions
from agencies.models import User


class Command(BaseCommand):
    help = "Signs somebody out everywhere at once. With --disable they cannot sign in again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--disable", action="store_true", help="close the account too")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["email"]).first()
        if user is None:
            raise CommandError(f"Nobody has an account with {options['email']}.")
        ended = end_sessions(user=user)
        if options["disable"]:
            disable_account(user=user)
        self.stdout.write(
            f"Ended {ended} sessions of {user.name}.{' The account is closed.' if options['disable'] else ''}"
        )
