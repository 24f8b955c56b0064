"""The OpenAPI document in rows for people to read, each with an address to try."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from directory.exchange.api.openapi import SERVER, describe
from directory.exchange.api.oruk import COLLECTIONS
from directory.exchange.api.parameters import MOST, Asked
from directory.exchange.open_referral.fields import ADDED

Json = dict[str, Any]


def reference() -> Json:
    """What the page says: addresses with their parameters, the objects with their fields, and the place's own words."""
    document = describe()
    return {
        "base": settings.PLACE["base_url"] + SERVER,
        "info": document["info"],
        "licence": {"name": settings.PLACE["licence"], "url": settings.PLACE["licence_url"]},
        "endpoints": [_endpoint(path, item["get"]) for path, item in document["paths"].items()],
        "objects": [_object(name, schema) for name, schema in document["components"]["schemas"].items()],
        "added": sorted(ADDED.items()),
        "most": MOST,
    }


def _endpoint(path: str, operation: Json) -> Json:
    found = {"path": path, "anchor": operation["operationId"], "summary": operation["summary"]}
    found["gives"] = operation["responses"]["200"]["description"]
    found["refusals"] = [
        (code, answer["description"]) for code, answer in operation["responses"].items() if code not in ("200", "304")
    ]
    found["parameters"] = [_parameter(path, row) for row in operation["parameters"] if row["in"] == "query"]
    found["try"] = _address_to_try(path)
    return found


def _parameter(path: str, row: Json) -> Json:
    needs = {"postcode": "BN11 2AA"} if row["name"] == "proximity" else {}
    query = urlencode(needs | {row["name"]: row["example"]})
    return {
        "name": row["name"],
        "words": row["description"],
        "kind": _kind(row["schema"]),
        "try": f"{SERVER}{path}?{query}",
    }


def _address_to_try(path: str) -> str:
    """With the id of something that is there; "" when nothing is."""
    if not path.endswith("{id}"):
        return f"{SERVER}{path}"
    first = COLLECTIONS[path.split("/")[1]].rows(Asked()).values_list("pk", flat=True).first()
    return f"{SERVER}{path.replace('{id}', str(first))}" if first else ""


def _kind(schema: Json) -> str:
    """ "whole number, 1 to 10000, 50 if not given"."""
    if "enum" in schema:
        said = ", ".join(schema["enum"])
    elif "$ref" in schema:
        said = schema["$ref"].rpartition("/")[2]
    elif schema.get("type") == "array":
        said = f"list of {_kind(schema['items'])}"
    elif "const" in schema:
        said = str(schema["const"])
    else:
        names = {"integer": "whole number", "number": "number", "boolean": "true or false", "string": "text"}
        said = schema.get("format") or names.get(schema.get("type", ""), "object")
    if schema.get("maximum"):
        said += f", {schema.get('minimum', 0):,} to {schema['maximum']:,}"
    default = str(schema.get("default", "")).lower()
    return f"{said}; {default} if not given" if default not in ("", "false") else said


def _object(name: str, schema: Json) -> Json:
    required = schema.get("required", [])
    rows = [
        {"name": field, "kind": _kind(what), "required": field in required, "words": what.get("description", "")}
        for field, what in schema.get("properties", {}).items()
    ]
    return {"name": name, "fields": rows}
