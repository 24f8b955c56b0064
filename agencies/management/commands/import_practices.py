"""manage.py import_practices FILE: GP practices from NHS England's ODS file (epraccur, or an extract of it)."""

import sys
from collections import Counter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from agencies.actions.practices import save_practices
from agencies.ods import RowProblem, read_practices, split_into_batches

BATCH_SIZE = 500


class Command(BaseCommand):
    help = "Adds and renews GP practices from the ODS file epraccur.csv, or an extract with a header row."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = list(read_practices(options["file"]))
        except OSError as error:
            raise CommandError(f"The file cannot be read: {error}") from error
        practices = [f for f in found if not isinstance(f, RowProblem)]
        problems = [f for f in found if isinstance(f, RowProblem)]
        counts: Counter[str] = Counter()
        # a bar on a terminal, nothing in a log
        with tqdm(total=len(practices), unit=" practices", disable=not sys.stderr.isatty()) as bar:
            for batch in split_into_batches(practices, BATCH_SIZE):
                counts += save_practices(batch)
                bar.update(len(batch))
        for problem in problems:
            self.stderr.write(f"Line {problem.line}, {problem.ods_code or 'no ODS code'}: {problem.words}")
        self.stdout.write(format_summary(counts, len(problems)))


def format_summary(counts: Counter[str], problems: int) -> str:
    """One line on what was done."""
    words = [f"{counts['new']:,} new", f"{counts['changed']:,} changed", f"{counts['same']:,} unchanged"]
    words += [f"{counts['taken']:,} with the ODS code of another kind of agency"] if counts["taken"] else []
    words += [f"{problems:,} {'row' if problems == 1 else 'rows'} with a problem"] if problems else []
    nothing = "Nothing changed. " if not counts["new"] and not counts["changed"] else ""
    return f"{nothing}Practices: {', '.join(words)}."
