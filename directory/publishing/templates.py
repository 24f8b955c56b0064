"""Good listings to begin from: written as the best of their kind are, for the group to make its own.

They stand in data/listing_templates.json, by code: the title, the codes of the needs that it helps with, and the data
that it begins with (snapshot.py), of prices and patterns only what differs from a new one.
"""

import json
from pathlib import Path
from typing import Any

from directory.models import TaxonomyTerm
from directory.publishing.forms.pattern import NEW_PATTERN
from directory.publishing.forms.section import build_price
from directory.publishing.snapshot import ListingData

FILE = Path(__file__).parent / "data" / "listing_templates.json"
LISTING_TEMPLATES: dict[str, dict[str, Any]] = json.loads(FILE.read_text(encoding="utf-8"))


def load_listing_template(code: str) -> ListingData:
    """The data of a model listing, with those of its needs that this place has."""
    data = dict(LISTING_TEMPLATES[code])
    needs = TaxonomyTerm.needs().filter(code__in=data.pop("needs"))
    del data["title"]
    return data | {
        "terms": [{"id": str(term.pk), "name": term.name} for term in needs],
        "costs": [build_price("", "") | row for row in data["costs"]],
        "schedules": [NEW_PATTERN | row for row in data["schedules"]],
    }
