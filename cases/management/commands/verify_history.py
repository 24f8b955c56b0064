"""manage.py verify_history: prove that no case history was rewritten."""

import uuid
from argparse import ArgumentTypeError
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from cases.history.root_line import RootLine, find_line_faults, read_files
from cases.history.verify import HistoryFault, RootFault, verify_histories, verify_roots


def parse_until(words: str) -> str:
    """A moment with its offset, as it stands in a line. Raises ArgumentTypeError."""
    try:
        moment = datetime.fromisoformat(words)
        return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    except ValueError as error:
        raise ArgumentTypeError(f"{words!r} is no moment, such as 2026-11-28T14:05:00+00:00") from error


class Command(BaseCommand):
    help = "Checks every entry of every case (or of one). Prints each fault with its case and number; exit 1 if any."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("case", nargs="?", type=uuid.UUID, help="The id of one case; all of them without it")
        parser.add_argument(
            "--against", type=Path, action="append", metavar="FILE", help="Roots that somebody outside has kept"
        )
        parser.add_argument("--key", default="", help="The public key that they must be signed by")
        parser.add_argument("--until", type=parse_until, help="Roots later than that are not looked for")

    def handle(self, *args: Any, case: uuid.UUID | None = None, **options: Any) -> None:
        started, faults, checked = perf_counter(), 0, 0
        lines = self.read_roots(options["against"] or [], options["until"])
        for found in self.find_all(case, lines, options["key"]):
            if isinstance(found, int):
                checked = found
            else:
                faults += 1
                self.stderr.write(str(found))
        seconds = perf_counter() - started
        if faults:
            raise CommandError(f"{faults} faults in {checked} entries.", returncode=1)
        kept = f", and against {len(lines)} roots kept outside" if options["against"] else ""
        self.stdout.write(f"{checked} entries verified in {seconds:.2f} s{kept}.")

    def read_roots(self, files: list[Path], until: str | None) -> list[RootLine]:
        """Raises CommandError where a file cannot be read or has no line."""
        if not files:
            return []
        try:
            lines = read_files(files)
        except (OSError, ValueError) as error:
            raise CommandError(str(error)) from error
        return [line for line in lines if not until or line.at <= until]

    def find_all(
        self, case: uuid.UUID | None, lines: list[RootLine], key: str
    ) -> Iterator[HistoryFault | RootFault | str | int]:
        yield from find_line_faults(lines, key)
        yield from verify_histories(case)
        if case is None:
            yield from verify_roots(lines)
