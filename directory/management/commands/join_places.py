"""Join imported places that came under several ids: same postcode and similar name."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from directory.exchange.actions.places import find_duplicate_places, join_places
from directory.models import Location


class Command(BaseCommand):
    help = "Report imported places that are there more than once. Nothing is changed without --write."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--write", action="store_true", help="Join them")
        parser.add_argument("--across", action="store_true", help="Also places of different sources")

    def handle(self, *args: Any, **options: Any) -> None:
        found = find_duplicate_places(across=options["across"])
        for one in found:
            self.stdout.write(f"{format_place(one.kept)}, {one.services} services. Kept: {one.kept.pk}")
            for double in one.doubles:
                self.stdout.write(f"    joined: {format_place(double)} ({double.pk})")
        doubles = sum(len(one.doubles) for one in found)
        if not options["write"]:
            self.stdout.write(
                f"{doubles:,} places would be joined to {len(found):,}. Nothing is changed without --write."
            )
            return
        services = join_places(found)
        said = f"{doubles:,} places joined to {len(found):,}; {services:,} services moved with their schedules."
        self.stdout.write(self.style.SUCCESS(said))


def format_place(place: Location) -> str:
    street = place.address.partition("\n")[0]
    return f"{place.name or 'No name'}, {street or 'no street'}, {place.postcode} [{place.source}]"
