"""manage.py forget_second_step EMAIL: for somebody who has lost phone, key and recovery codes."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from agencies.actions.second_step import remove_second_steps
from agencies.models import User

IDENTITY_QUESTION = (
    "Have you made sure that it is {name} who asks: called back on the number their agency gave, "
    "and heard it from whoever runs their team? Type yes: "
)


class Command(BaseCommand):
    help = "Removes every second step of somebody who has lost them all. Asks whether you have checked who they are."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--yes", action="store_true", help="I have checked who they are")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email__iexact=options["email"]).first()
        if user is None:
            raise CommandError(f"Nobody has an account with {options['email']}.")
        if not options["yes"] and input(IDENTITY_QUESTION.format(name=user.name)).strip().lower() != "yes":
            raise CommandError("Nothing was changed.")
        removed = remove_second_steps(user=user)
        self.stdout.write(f"Removed {removed} second steps of {user.name}, who was signed out and told by e-mail.")
