"""The job worker of a demo: only where there is nobody to whom an e-mail could have been meant."""

from typing import Any

from django.core.management.base import CommandError
from django.db import connection
from procrastinate.contrib.django.management.commands import procrastinate

from agencies.models import Agency
from config.database import is_made_up


class Command(procrastinate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        """Refuses a worker for a real place: with these settings its e-mails would count as sent, and go nowhere."""
        if options["command"] == "worker" and not is_made_up() and Agency.objects.exists():
            name = connection.settings_dict["NAME"]
            raise CommandError(
                f"The database “{name}” was not made up by manage.py demo, and these settings send no e-mail. "
                "Start the worker of a real place with DJANGO_SETTINGS_MODULE=config.settings.production."
            )
        super().handle(*args, **options)
