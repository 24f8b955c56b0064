"""Bring services into the directory from an Open Referral UK 3.0 file or feed."""

import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from directory.feeds import FeedError, is_address, read
from directory.imports import Import
from directory.index import refresh
from directory.postcodes import load_areas_around

AREAS = 6  # whose postcodes are loaded at once, half a second each; the night brings the rest


class Command(BaseCommand):
    help = "Import services from a JSON file (a list, or a page with contents) or a paged feed's address."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("source", metavar="FILE_OR_URL")
        parser.add_argument(
            "--source", dest="name", help="What this source is called; by default its file or host name"
        )
        parser.add_argument(
            "--again", action="store_true", help="Read also what has not changed, and say what is wrong"
        )
        parser.add_argument("--allow-private", action="store_true", help="Let the feed be on a private network")

    def handle(self, *args: Any, **options: Any) -> None:
        source = options["source"]
        name = options["name"] or ((urlsplit(source).hostname or source) if is_address(source) else Path(source).name)
        work = Import(name, again=options["again"])
        ended = ""
        try:
            raws = read(source, allow_private=options["allow_private"])
            with tqdm(unit=" services", disable=not sys.stderr.isatty() or not options["verbosity"]) as bar:
                for count in work.take(raws):
                    bar.update(count)
        except FeedError as error:
            ended = str(error)
        report = work.finish(whole=not ended)
        if report.new or report.changed:
            load_areas_around(most=AREAS)
            refresh()
        self._tell(report, options["verbosity"])
        if ended:
            raise CommandError(f"{ended} What came before that is in: {report}.")

    def _tell(self, report: Any, verbosity: int) -> None:
        if not verbosity:
            return
        for problem in report.problems:
            self.stdout.write(f"{problem.id}, {problem.field or 'the service'}: {problem.said}")
        for pk, name in report.gone:
            self.stdout.write(f"{pk} is no longer in this source and stays in the directory: {name}")
        self.stdout.write(self.style.SUCCESS(str(report)))
