"""The endpoints and their objects in words (data/openapi.json), for the OpenAPI document and the page about the API."""

import json
from pathlib import Path
from typing import Any, NamedTuple


class Endpoint(NamedTuple):
    path: str
    name: str  # of the collection
    tag: str
    operation: str
    summary: str
    gives: str
    item: str = ""  # the schema of one; of a list's items see ITEM_SCHEMAS

    @property
    def is_item(self) -> bool:
        return self.path.endswith("{id}")

    @property
    def is_list(self) -> bool:
        return self.path != "/" and not self.is_item


DOCUMENT = json.loads((Path(__file__).parent / "data" / "openapi.json").read_text(encoding="utf-8"))
ENDPOINTS = [Endpoint(**row) for row in DOCUMENT["endpoints"]]
ITEM_SCHEMAS: dict[str, list[str]] = DOCUMENT["lists"]  # how a list's items may look: as it is, `full`, `minimal`
# Each object: the table of its fields (open_referral/fields.py), those that are always there, `more` of them, and the
# objects in it, in a list where there are several.
OBJECTS: dict[str, dict[str, Any]] = DOCUMENT["objects"]
