"""manage.py verify_root FILE…: the roots that were sent out, checked without a database."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.history import root_line


class Command(BaseCommand):
    help = "Checks saved lines or e-mails: signatures, and that each root follows the one before. Opens no database."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        root_line.add_arguments(parser)

    def handle(self, *args: Any, files: list[Path], key: str, **options: Any) -> None:
        try:
            lines = root_line.read_files(files)
        except (OSError, ValueError) as error:
            raise CommandError(str(error)) from error
        faults = root_line.find_line_faults(lines, key)
        for fault in faults:
            self.stderr.write(fault)
        if faults:
            raise CommandError(f"{len(faults)} faults in {len(lines)} roots.", returncode=1)
        self.stdout.write(root_line.describe_lines(lines))
