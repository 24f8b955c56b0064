"""The page for developers: the OpenAPI document in rows for people to read, each with an address to try."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from agencies.access import public
from config.fragments import render_page
from config.replica import from_replica
from directory.exchange.api.openapi import API_PATH, build_openapi_document
from directory.exchange.api.oruk import COLLECTIONS
from directory.exchange.api.parameters import MAX_PER_PAGE, ApiQuery
from directory.exchange.open_referral.fields import EXTENSION_FIELDS

Json = dict[str, Any]


@public
@require_safe
@from_replica
def api_reference(request: HttpRequest) -> HttpResponse:
    """Addresses with their parameters, objects with their fields, and the place's own words."""
    document = build_openapi_document()
    context = {
        "base": settings.PLACE["base_url"] + API_PATH,
        "info": document["info"],
        "licence": {"name": settings.PLACE["licence"], "url": settings.PLACE["licence_url"]},
        "endpoints": [_describe_endpoint(path, item["get"]) for path, item in document["paths"].items()],
        "objects": [_describe_object(name, schema) for name, schema in document["components"]["schemas"].items()],
        "added": sorted(EXTENSION_FIELDS.items()),
        "most": MAX_PER_PAGE,
    }
    return render_page(request, "directory/api.html", context)


def _describe_endpoint(path: str, operation: Json) -> Json:
    found = {"path": path, "anchor": operation["operationId"], "summary": operation["summary"]}
    found["gives"] = operation["responses"]["200"]["description"]
    found["refusals"] = [
        (code, answer["description"]) for code, answer in operation["responses"].items() if code not in ("200", "304")
    ]
    found["parameters"] = [_describe_parameter(path, row) for row in operation["parameters"] if row["in"] == "query"]
    found["try"] = _example_address(path)
    return found


def _describe_parameter(path: str, row: Json) -> Json:
    needs = {"postcode": "BN11 2AA"} if row["name"] == "proximity" else {}
    query = urlencode(needs | {row["name"]: row["example"]})
    return {
        "name": row["name"],
        "words": row["description"],
        "kind": _format_type(row["schema"]),
        "try": f"{API_PATH}{path}?{query}",
    }


def _example_address(path: str) -> str:
    """With the id of something that is there; "" when nothing is."""
    if not path.endswith("{id}"):
        return f"{API_PATH}{path}"
    first = COLLECTIONS[path.split("/")[1]].rows(ApiQuery()).values_list("pk", flat=True).first()
    return f"{API_PATH}{path.replace('{id}', str(first))}" if first else ""


def _format_type(schema: Json) -> str:
    """ "whole number, 1 to 10000, 50 if not given"."""
    if "enum" in schema:
        said = ", ".join(schema["enum"])
    elif "$ref" in schema:
        said = schema["$ref"].rpartition("/")[2]
    elif schema.get("type") == "array":
        said = f"list of {_format_type(schema['items'])}"
    elif "const" in schema:
        said = str(schema["const"])
    else:
        names = {"integer": "whole number", "number": "number", "boolean": "true or false", "string": "text"}
        said = schema.get("format") or names.get(schema.get("type", ""), "object")
    if schema.get("maximum"):
        said += f", {schema.get('minimum', 0):,} to {schema['maximum']:,}"
    default = str(schema.get("default", "")).lower()
    return f"{said}; {default} if not given" if default not in ("", "false") else said


def _describe_object(name: str, schema: Json) -> Json:
    required = schema.get("required", [])
    rows = [
        {"name": field, "kind": _format_type(what), "required": field in required, "words": what.get("description", "")}
        for field, what in schema.get("properties", {}).items()
    ]
    return {"name": name, "fields": rows}
