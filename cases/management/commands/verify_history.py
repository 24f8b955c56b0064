"""manage.py verify_history: prove that no case history was rewritten."""

import uuid
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.history.verify import HistoryFault, verify_histories


class Command(BaseCommand):
    help = "Checks every entry of every case (or of one). Prints each fault with its case and number; exit 1 if any."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("case", nargs="?", type=uuid.UUID, help="The id of one case; all of them without it")

    def handle(self, *args: Any, case: uuid.UUID | None = None, **options: Any) -> None:
        started, faults, checked = perf_counter(), 0, 0
        for found in verify_histories(case):
            if isinstance(found, HistoryFault):
                faults += 1
                self.stderr.write(str(found))
            else:
                checked = found
        seconds = perf_counter() - started
        if faults:
            raise CommandError(f"{faults} faults in {checked} entries.", returncode=1)
        self.stdout.write(f"{checked} entries verified in {seconds:.2f} s.")
