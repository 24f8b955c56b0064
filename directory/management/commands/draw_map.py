"""Draw the map beneath the pins, with the coast out of the optional package (pip install hereabouts[map])."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from directory.geography.base_map import UNITED_KINGDOM, cut_coast_of, draw_base_map, find_extent
from directory.geography.coast import PACKAGE, Box, find_folder, read_coast_file


class Command(BaseCommand):
    help = "Draw the public map of this place: the coast, built-up land from the postcodes, names of towns."

    def add_arguments(self, parser: CommandParser) -> None:
        edges = ("WEST", "SOUTH", "EAST", "NORTH")
        parser.add_argument("--box", nargs=4, type=float, metavar=edges, help="Degrees; without it, what is listed")
        parser.add_argument("--save-coast", type=Path, metavar="FILE", help="Keep what was cut of the coast as JSON")
        parser.add_argument("--coast", type=Path, metavar="FILE", help="Take box and coast from such a file")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["coast"]:
            box, shores = read_coast_file(options["coast"])
        else:
            extent = Box(*options["box"]) if options["box"] else find_extent()
            if extent is None:
                raise CommandError("Nothing is listed at a place yet, so there is nothing to draw a map of.")
            box = extent
            if not (box.west < box.east and box.south < box.north and UNITED_KINGDOM.overlaps(box)):
                raise CommandError("The box is WEST SOUTH EAST NORTH, in degrees: --box -3.6 51.5 -3.2 51.8")
            if not find_folder():
                self.stderr.write(f"Without the coast: {PACKAGE} is not installed. pip install 'hereabouts[map]'")
            shores = cut_coast_of(box)
        if options["save_coast"]:
            options["save_coast"].write_text(json.dumps({"box": box, "coast": shores}, separators=(",", ":")) + "\n")
        drawn = draw_base_map(box, shores)
        if drawn and '"built"' not in drawn.layer:
            self.stderr.write("Without built-up land: no postcodes of this part are loaded. manage.py load_postcodes")
        if drawn and options["verbosity"]:
            points = sum(len(shore.ring) for shore in shores)
            self.stdout.write(f"Drawn: {points:,} points of coast, {len(drawn.layer) / 1024:.0f} KB.")
