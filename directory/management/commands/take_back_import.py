"""Take back all that the last import of a source did."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from directory.exchange.actions.take_back import TakeBackRefused, take_back_run
from directory.models import Run


class Command(BaseCommand):
    help = "Take back the last import of a source: what was new goes, what was changed stands again as it did."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", metavar="NAME", help="The source's name, as import_services --source gave it")

    def handle(self, *args: Any, **options: Any) -> None:
        runs = Run.objects.filter(source__name=options["source"], taken_back_at=None, kept_changes__isnull=False)
        run = runs.order_by("-started_at").first()
        if run is None:
            raise CommandError(
                f"There is no import of “{options['source']}” that changed something and can be taken back."
            )
        try:
            done = take_back_run(run, by=None)
        except TakeBackRefused as refused:
            raise CommandError(str(refused)) from None
        for deed, names in done.items():
            self.stdout.write(f"{deed}: {len(names):,}")
            for key, name in names if deed in ("stopped", "left") else []:
                self.stdout.write(f"  {key}  {name}")
        self.stdout.write(self.style.SUCCESS(f"The import of {run.started_at:%d %B %Y %H:%M} is taken back."))
