"""The OpenAPI 3.1 document of this API, made from the same tables that read requests and write answers."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from directory.exchange.api.oruk import COLLECTION_PARAMETERS, VERSION
from directory.exchange.api.parameters import PARAMETERS, TIME_PATTERN
from directory.exchange.api.responses import Json, json_response, public_api, respond_if_changed
from directory.exchange.api.words import ENDPOINTS, ITEM_SCHEMAS, OBJECTS, Endpoint
from directory.exchange.open_referral import fields as f
from directory.exchange.open_referral.writer import PRIVATE_COLUMNS
from directory.models import Status
from directory.models.place import LocationType
from directory.models.session import Frequency

API_PATH = "/api/oruk/v3"
TEXT, NUMBER, YES = {"type": "string"}, {"type": "number"}, {"type": "boolean"}
UUID, DAY = {"type": "string", "format": "uuid"}, {"type": "string", "format": "date"}
MOMENT, URI = {"type": "string", "format": "date-time"}, {"type": "string", "format": "uri"}
EMAIL = {"type": "string", "format": "email"}
WHOLE = {"type": "integer", "minimum": 0}
TIME = {"type": "string", "pattern": TIME_PATTERN}


def _enum_schema(choices: Any) -> Json:
    return {"type": "string", "enum": list(choices.values)}


# What is no plain text: the schema, and the fields that have it.
KINDS_OF_FIELDS: list[tuple[Json, str]] = [
    (EMAIL, "email"),
    (URI, "url website uri term_uri schedule_link"),
    (UUID, "parent_id taxonomy_id organization_id service_id location_id"),
    (DAY, "assured_date valid_from valid_to dtstart paused_until"),
    (MOMENT, "last_modified updated"),
    (TIME, "opens_at closes_at"),
    (WHOLE, "minimum_age maximum_age interval places available maximum"),
    (NUMBER, "amount latitude longitude"),
    (YES, "meets_you bookable"),
    ({"type": "array", "items": DAY}, "skips"),
    ({"type": "array", "items": TEXT}, "filled"),
    (_enum_schema(Status), "status"),
    (_enum_schema(LocationType), "location_type address_type"),
    (_enum_schema(Frequency), "freq"),
]
FIELD_SCHEMAS = {name: schema for schema, names in KINDS_OF_FIELDS for name in names.split()}


def _schema_ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _object_schema(
    table: str = "", required: Sequence[str] = (), more: Sequence[str] = (), nested: dict[str, Any] | None = None
) -> Json:
    """An object as words.OBJECTS describes it. Nothing else is in it."""
    rows: f.FieldTable = getattr(f, table) if table else ()
    names = [name for column, name, _ in rows if column not in PRIVATE_COLUMNS and column != "address_2"]
    properties: Json = {"id": UUID}
    for name in (*names, *more):
        words = f.EXTENSION_FIELDS.get(name)
        properties[name] = FIELD_SCHEMAS.get(name, TEXT) | ({"description": words} if words else {})
    for name, of in (nested or {}).items():
        properties[name] = {"type": "array", "items": _schema_ref(of[0])} if isinstance(of, list) else _schema_ref(of)
    return {
        "type": "object",
        "properties": properties,
        "required": ["id", *required],
        "unevaluatedProperties": False,
    }


PAGE_FIELDS: Json = {
    "total_items": WHOLE | {"description": "How many there are on all pages together."},
    "total_pages": WHOLE,
    "page_number": {"type": "integer", "minimum": 1},
    "size": WHOLE | {"description": "How many there are on this page."},
    "first_page": YES,
    "last_page": YES,
    "empty": YES,
}
PROBLEM_FIELDS: Json = {  # RFC 9457
    "type": TEXT,
    "title": TEXT,
    "status": WHOLE,
    "detail": TEXT,
    "errors": {
        "type": "array",
        "items": {"type": "object", "properties": {"name": TEXT, "reason": TEXT}, "required": ["name", "reason"]},
    },
}
SCHEMAS: Json = {name: _object_schema(**described) for name, described in OBJECTS.items()} | {
    "Page": {"type": "object", "properties": PAGE_FIELDS, "required": [*PAGE_FIELDS, "contents"]},
    "Problem": {
        "type": "object",
        "properties": PROBLEM_FIELDS,
        "required": ["type", "title", "status", "detail"],
    },
    "About": {
        "type": "object",
        "properties": {
            "version": {"const": VERSION},
            "profile": URI,
            "openapi_url": URI,
            "description": TEXT,
            "publisher": {"type": "object", "properties": {"name": TEXT, "website": URI}, "required": ["name"]},
        },
        "required": ["version", "profile", "openapi_url"],
    },
}


# --- Paths -------------------------------------------------------------------------------------------------


def _describe_parameter(name: str) -> Json:
    taken = PARAMETERS[name]
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": taken.words,
        "schema": taken.schema,
        "example": taken.example,
    }


def _describe_headers(*, paged: bool) -> Json:
    words = {
        "ETag": "Send it back as If-None-Match: 304 when nothing has changed.",
        "Last-Modified": "Send it back as If-Modified-Since, where If-None-Match cannot be sent.",
        "Cache-Control": "For how many seconds it need not be asked for again.",
        "Access-Control-Allow-Origin": "Always *: scripts of any site may read this.",
    }
    if paged:
        words |= {"Link": "Where the first, previous, next and last pages are.", "X-Total-Items": "As total_items."}
    return {name: {"description": said, "schema": TEXT} for name, said in words.items()}


def _describe_refusal(words: str) -> Json:
    return {"description": words, "content": {"application/problem+json": {"schema": _schema_ref("Problem")}}}


def _describe_operation(endpoint: Endpoint) -> Json:
    takes = (
        [_describe_parameter(name) for name in COLLECTION_PARAMETERS.get(endpoint.name, ())] if endpoint.is_list else []
    )
    if endpoint.is_item:
        takes = [{"name": "id", "in": "path", "required": True, "description": "Its id.", "schema": UUID}]
    content = {"application/json": {"schema": _response_schema(endpoint)}}
    if endpoint.is_list:
        content["application/x-ndjson"] = {"schema": {"type": "string", "description": "One item on each line."}}
    responses: Json = {
        "200": {
            "description": endpoint.gives,
            "headers": _describe_headers(paged=endpoint.is_list),
            "content": content,
        },
        "304": {"description": "Nothing has changed since the reader's copy."},
    }
    if endpoint.is_list:
        responses["400"] = _describe_refusal("A parameter cannot be used; it says which and why.")
    if endpoint.is_item:
        responses["404"] = _describe_refusal("There is no such item, or it is not listed.")
    return {
        "operationId": endpoint.operation,
        "summary": endpoint.summary,
        "tags": [endpoint.tag],
        "parameters": takes,
        "responses": responses,
    }


def _response_schema(endpoint: Endpoint) -> Json:
    if not endpoint.is_list:
        return _schema_ref(endpoint.item)
    forms = ITEM_SCHEMAS[endpoint.name]
    item = _schema_ref(forms[0]) if len(forms) == 1 else {"anyOf": [_schema_ref(form) for form in forms]}
    return {"allOf": [_schema_ref("Page")], "properties": {"contents": {"type": "array", "items": item}}}


@lru_cache
def build_openapi_document() -> Json:
    """The whole document."""
    place = settings.PLACE
    licence = {"name": place["licence"] or "Not chosen yet: ask before you publish the data again"}
    if place["licence_url"]:
        licence["url"] = place["licence_url"]
    return {
        "openapi": "3.1.0",
        "info": {
            "title": f"{place['name']} for {place['area']}: Open Referral UK 3.0",
            "version": "3.0",
            "summary": "Activities and services near people, to read without a key.",
            "contact": {"name": place["name"], "url": place["base_url"]},
            "license": licence,
        },
        "servers": [{"url": place["base_url"] + API_PATH}],
        "paths": {endpoint.path: {"get": _describe_operation(endpoint)} for endpoint in ENDPOINTS},
        "components": {"schemas": SCHEMAS},
    }


@public_api
def openapi_document(request: HttpRequest) -> HttpResponseBase:
    return respond_if_changed(request, lambda _: json_response(build_openapi_document()))
