"""Bring services into the directory from a feed or a file of another directory."""

import shlex
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from tqdm import tqdm

from directory.catalogue.wording import FILE_NAME
from directory.exchange.feeds import is_address
from directory.exchange.importer import ImportReport, group_problems
from directory.exchange.runs import run_import
from directory.models import Run, Source


class Command(BaseCommand):
    help = (
        "Import services from a feed's address, a file (Open Referral UK 3.0 or 1.0, HSDS JSON, a spreadsheet, "
        "a ZIP archive of tables) or a folder of HSDS tables."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", metavar="FILE_OR_URL")
        parser.add_argument(
            "--source", dest="name", help="What this source is called; by default its file or host name"
        )
        parser.add_argument(
            "--again", action="store_true", help="Read also what has not changed, and say what is wrong"
        )
        parser.add_argument(
            "--part", action="store_true", help="It is only a part of the list: what is not in it is not gone"
        )
        parser.add_argument("--allow-private", action="store_true", help="Let the feed be on a private network")

    def handle(self, *args: Any, **options: Any) -> None:
        given = options["source"]
        name = options["name"] or ((urlsplit(given).hostname or given) if is_address(given) else Path(given).name)
        url = given if is_address(given) and len(given) <= 2000 else ""
        if FILE_NAME.search(name):
            self.stderr.write(f"The source is called “{name}” here: --source says who the list is from, for readers.")
        source, _ = Source.objects.get_or_create(name=name[:100], defaults={"url": url})
        run = Run.objects.create(source=source, begun_at=timezone.now())
        with tqdm(unit=" services", disable=not sys.stderr.isatty() or not options["verbosity"]) as bar:
            chosen = {name: options[name] for name in ("again", "allow_private", "part")}
            report = run_import(run, given, **chosen, tell=bar.update)
        self._print_report(report, options["verbosity"])
        if run.error:
            hint = " If that is meant, add --allow-private." if "private network" in run.error else ""
            raise CommandError(f"{run.error}{hint} What came before that is in: {report}.")
        if report.refused and not (report.new or report.changed or report.same):
            raise CommandError("All of it was refused.")

    def _print_fields(self, report: ImportReport) -> None:
        """The table of the source's fields."""
        if not report.fields:
            return
        width = min(max(len(row.field) for row in report.fields), 60)
        self.stdout.write(
            f"{'Field of the source':{width}}  {'used':>8}  {'not used':>8}  where it went, what was not used"
        )
        for row in report.fields:
            shown = "; ".join(f"“{example}”" for example in row.examples)
            words = " · ".join(filter(None, [row.went, f"not used: {shown}" if shown else ""]))
            self.stdout.write(f"{row.field:{width}}  {row.used:>8,}  {row.unused:>8,}  {words}")
        if report.unused:
            self.stdout.write(f"Not used: {', '.join(report.unused)}")

    def _print_report(self, report: ImportReport, verbosity: int) -> None:
        if not verbosity:
            return
        for problem in group_problems(report.problems):
            self.stdout.write(str(problem))
        for pk, name in report.gone:
            self.stdout.write(f"{pk} is no longer in this source and stays in the directory: {name}")
        if report.unknown_tables:
            self.stdout.write(f"Tables that are not known, and not used: {', '.join(report.unknown_tables)}")
        self._print_fields(report)
        self.stdout.write(self.style.SUCCESS(str(report)))
        if report.same_elsewhere:
            owner = report.elsewhere.most_common(1)[0][0]
            self.stdout.write(f"{report.same_elsewhere} --source {shlex.quote(owner)}")
