"""manage.py restore FOLDER [--to MOMENT]: everything back into a new folder; with --drill only to see that it works."""

from datetime import datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from agencies.actions.backup import bring_back, find_backup_folder, run_drill
from config.backups import BackupError


def parse_moment(words: str) -> datetime:
    """ "2026-11-28 14:05" in the place's time, or with an offset. Raises ValueError, also for a moment to come."""
    moment = parse_datetime(words)
    if moment is None:
        raise ValueError(words)
    aware = moment if moment.tzinfo else timezone.make_aware(moment)
    if aware > timezone.now():
        raise ValueError(words)
    return aware


class Command(BaseCommand):
    help = (
        "Puts the server back into a new folder, as it was at a moment or at the last that is kept, and checks every "
        "history. The server that runs is not touched. With --drill the copy is thrown away and the times are noted."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", nargs="?", type=Path, help="a folder that is not there yet")
        parser.add_argument("--to", type=parse_moment, metavar="MOMENT", help='such as "2026-11-28 14:05"')
        parser.add_argument("--against", type=Path, action="append", metavar="FILE", help="a file of signed roots")
        parser.add_argument("--drill", action="store_true", help="only try it, and note how long it took")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["drill"] == bool(options["folder"]) or (options["drill"] and (options["to"] or options["against"])):
            raise CommandError("Name a new folder, or say --drill alone.")
        try:
            if options["drill"]:
                self.drill()
            else:
                self.restore(options["folder"].absolute(), options["to"], options["against"])
        except BackupError as error:
            raise CommandError(str(error)) from error

    def drill(self) -> None:
        drill = run_drill(into=find_backup_folder() / "drill")
        self.stdout.write(
            f"{drill.result} Back and checked in {drill.recovery_seconds:.1f} s; "
            f"what was written was safe {drill.loss_seconds:.1f} s later."
        )

    def restore(self, folder: Path, moment: datetime | None, against: list[Path] | None) -> None:
        said = bring_back(into=folder, moment=moment, against=against)
        self.stdout.write(f"{said}\nThe server's files are in {folder / 'data'}. docs/backups.md says how to start it.")
