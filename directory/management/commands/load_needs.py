"""Give the place its list of needs, to be changed there afterwards."""

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import transaction

from directory.cleaning import stable_id
from directory.models import Taxonomy, TaxonomyTerm
from directory.models.taxonomy import NEEDS

LIST = Path(__file__).parents[2] / "needs.json"


class Command(BaseCommand):
    help = "Load what people may need. Those that are there already stay as the place has them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", nargs="?", default=LIST, help="JSON: a list of {code, name, words}, in order")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        needs = json.loads(Path(options["file"]).read_text("utf-8"))
        taxonomy, _ = Taxonomy.objects.get_or_create(
            code=NEEDS, defaults={"id": stable_id(NEEDS), "name": "Needs", "description": "What people may need here"}
        )
        new = 0
        for order, need in enumerate(needs, 1):
            values = {"id": stable_id(NEEDS, need["code"]), "order": order * 10}
            values |= {"name": need["name"], "words": need["words"]}
            new += TaxonomyTerm.objects.get_or_create(taxonomy=taxonomy, code=need["code"], defaults=values)[1]
        if options["verbosity"]:
            self.stdout.write(f"{len(needs)} needs: {new} new, {len(needs) - new} there already.")
