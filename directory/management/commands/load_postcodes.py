"""Bring postcodes into the database, for fast look-ups."""

from itertools import groupby
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from tqdm import tqdm

from directory.geography.postcodes import list_all_areas, load_areas


class Command(BaseCommand):
    help = "Load the postcodes of some areas (BN RH PO), or of the whole United Kingdom when none is named."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("areas", nargs="*", metavar="AREA", help="The letters a postcode begins with")

    def handle(self, *args: Any, **options: Any) -> None:
        areas = sorted(area.upper() for area in options["areas"] or list_all_areas())
        files = [list(group) for _, group in groupby(areas, key=lambda area: area[0])]
        silent = options["verbosity"] == 0 or not self.stderr.isatty()
        count = sum(load_areas(group) for group in tqdm(files, unit="file", disable=silent))
        if options["verbosity"]:
            self.stdout.write(f"{count:,} postcodes loaded.")
