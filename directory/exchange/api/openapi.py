"""The OpenAPI 3.1 document of this API, made from the same tables that read requests and write answers."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from directory.exchange.api.oruk import TAKES, VERSION
from directory.exchange.api.parameters import CLOCK, PARAMETERS
from directory.exchange.api.responses import Json, api, as_json, if_changed
from directory.exchange.api.words import ENDPOINTS, ITEMS, Endpoint
from directory.exchange.open_referral import fields as f
from directory.exchange.open_referral.writer import PRIVATE
from directory.models import Status
from directory.models.place import LocationType
from directory.models.session import Frequency

SERVER = "/api/oruk/v3"
TEXT, NUMBER, YES = {"type": "string"}, {"type": "number"}, {"type": "boolean"}
UUID, DAY = {"type": "string", "format": "uuid"}, {"type": "string", "format": "date"}
MOMENT, URI = {"type": "string", "format": "date-time"}, {"type": "string", "format": "uri"}
EMAIL = {"type": "string", "format": "email"}
WHOLE = {"type": "integer", "minimum": 0}
TIME = {"type": "string", "pattern": CLOCK}


def _choices(choices: Any) -> Json:
    return {"type": "string", "enum": list(choices.values)}


# What is no plain text.
KINDS: dict[str, Json] = {
    "email": EMAIL,
    "url": URI,
    "website": URI,
    "uri": URI,
    "term_uri": URI,
    "schedule_link": URI,
    "status": _choices(Status),
    "location_type": _choices(LocationType),
    "freq": _choices(Frequency),
    "address_type": _choices(LocationType),
    "minimum_age": WHOLE,
    "maximum_age": WHOLE,
    "assured_date": DAY,
    "last_modified": MOMENT,
    "updated": MOMENT,
    "valid_from": DAY,
    "valid_to": DAY,
    "dtstart": DAY,
    "opens_at": TIME,
    "closes_at": TIME,
    "interval": WHOLE,
    "places": WHOLE,
    "skips": {"type": "array", "items": DAY},
    "amount": NUMBER,
    "latitude": NUMBER,
    "longitude": NUMBER,
    "available": WHOLE,
    "maximum": WHOLE,
    "meets_you": YES,
    "bookable": YES,
    "paused_until": DAY,
    "filled": {"type": "array", "items": TEXT},
    "parent_id": UUID,
    "taxonomy_id": UUID,
    "organization_id": UUID,
    "service_id": UUID,
    "location_id": UUID,
}


def _ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _list(name: str) -> Json:
    return {"type": "array", "items": _ref(name)}


def _made(table: f.Table, *required: str, more: tuple[str, ...] = (), **nested: Json) -> Json:
    """An object with the fields of a table, those named in `more`, and nested ones. Nothing else is in it."""
    names = [name for column, name, _ in table if column not in PRIVATE and column != "address_2"]
    properties = {"id": UUID} | {name: _field(name) for name in (*names, *more)} | nested
    return {
        "type": "object",
        "properties": properties,
        "required": ["id", *required],
        "unevaluatedProperties": False,
    }


def _field(name: str) -> Json:
    said = {"description": f.ADDED[name]} if name in f.ADDED else {}
    return KINDS.get(name, TEXT) | said


def _page() -> Json:
    properties = {
        "total_items": WHOLE | {"description": "How many there are on all pages together."},
        "total_pages": WHOLE,
        "page_number": {"type": "integer", "minimum": 1},
        "size": WHOLE | {"description": "How many there are on this page."},
        "first_page": YES,
        "last_page": YES,
        "empty": YES,
    }
    return {"type": "object", "properties": properties, "required": [*properties, "contents"]}


def _problem() -> Json:
    """RFC 9457."""
    error = {"type": "object", "properties": {"name": TEXT, "reason": TEXT}, "required": ["name", "reason"]}
    properties = {
        "type": TEXT,
        "title": TEXT,
        "status": WHOLE,
        "detail": TEXT,
        "errors": {"type": "array", "items": error},
    }
    return {"type": "object", "properties": properties, "required": ["type", "title", "status", "detail"]}


LISTED_TOO = ("bookable", "paused_until", "organization_id")
PLACE: Any = {"location": _ref("Location"), "schedules": _list("Schedule")}
SCHEMAS: Json = {
    "Service": _made(
        f.SERVICE,
        "name",
        "status",
        "organization_id",
        "organization",
        more=LISTED_TOO,
        organization=_ref("Organization"),
        phones=_list("Phone"),
        schedules=_list("Schedule"),
        service_areas=_list("ServiceArea"),
        service_at_locations=_list("NestedServiceAtLocation"),
        languages=_list("Language"),
        cost_options=_list("CostOption"),
        contacts=_list("Contact"),
        attributes=_list("Attribute"),
        capacities=_list("ServiceCapacity"),
    ),
    "ServiceListed": _made(
        f.SERVICE,
        "name",
        "status",
        "organization_id",
        "organization",
        more=LISTED_TOO,
        organization=_ref("Organization"),
    ),
    "ServiceMinimal": _made((), "last_modified", more=("last_modified",)),
    "Organization": _made(
        f.AGENCY, "name", "description", more=("filled",), organization_identifiers=_list("OrganizationIdentifier")
    ),
    "OrganizationIdentifier": _made(
        (), "identifier_type", "identifier", more=("identifier_scheme", "identifier_type", "identifier")
    ),
    "NestedServiceAtLocation": _made(f.AT_LOCATION, "location", **PLACE),
    "ServiceAtLocation": _made(
        f.AT_LOCATION,
        "name",
        "status",
        "location",
        "service",
        more=("name", "status"),
        **PLACE,
        service=_ref("Service"),
    ),
    "ServiceAtLocationListed": _made(
        f.AT_LOCATION,
        "service_id",
        "location_id",
        "location",
        "service",
        more=("service_id", "location_id"),
        location=_ref("Location"),
        service=_ref("ServiceListed"),
    ),
    "Location": _made(f.LOCATION, "location_type", addresses=_list("Address"), accessibility=_list("Accessibility")),
    "Address": _made(
        f.ADDRESS,
        "address_1",
        "city",
        "state_province",
        "postal_code",
        "country",
        "address_type",
        more=("address_type", "filled"),
    ),
    "Accessibility": _made(f.ACCESSIBILITY),
    "Schedule": _made(f.SCHEDULE),
    "ServiceArea": _made(f.AREA),
    "Language": _made(f.LANGUAGE),
    "CostOption": _made(f.COST),
    "Contact": _made(f.CONTACT, phones=_list("Phone")),
    "Phone": _made((), "number", more=("number",)),
    "Attribute": _made((), "taxonomy_term", more=("link_type", "label"), taxonomy_term=_ref("TaxonomyTerm")),
    "Taxonomy": _made(f.TAXONOMY, "name", "description", more=("filled",), taxonomy_terms=_list("TaxonomyTerm")),
    "TaxonomyTerm": _made(
        f.TERM,
        "name",
        "description",
        "taxonomy_id",
        more=("taxonomy", "taxonomy_id", "parent_id", "filled"),
    ),
    "ServiceCapacity": _made(
        (),
        "unit",
        "available",
        "updated",
        more=("available", "maximum", "description", "updated"),
        unit=_ref("Unit"),
    ),
    "Unit": _made((), "name", more=("name",)),
    "Page": _page(),
    "Problem": _problem(),
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


def _parameter(name: str) -> Json:
    taken = PARAMETERS[name]
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": taken.words,
        "schema": taken.schema,
        "example": taken.example,
    }


def _headers(*, paged: bool) -> Json:
    words = {
        "ETag": "Send it back as If-None-Match: 304 when nothing has changed.",
        "Last-Modified": "Send it back as If-Modified-Since, where If-None-Match cannot be sent.",
        "Cache-Control": "For how many seconds it need not be asked for again.",
        "Access-Control-Allow-Origin": "Always *: scripts of any site may read this.",
    }
    if paged:
        words |= {"Link": "Where the first, previous, next and last pages are.", "X-Total-Items": "As total_items."}
    return {name: {"description": said, "schema": TEXT} for name, said in words.items()}


def _refusal(words: str) -> Json:
    return {"description": words, "content": {"application/problem+json": {"schema": _ref("Problem")}}}


def _operation(endpoint: Endpoint) -> Json:
    takes = [_parameter(name) for name in TAKES.get(endpoint.name, ())] if endpoint.is_list else []
    if endpoint.is_item:
        takes = [{"name": "id", "in": "path", "required": True, "description": "Its id.", "schema": UUID}]
    content = {"application/json": {"schema": _answer(endpoint)}}
    if endpoint.is_list:
        content["application/x-ndjson"] = {"schema": {"type": "string", "description": "One item on each line."}}
    responses: Json = {
        "200": {"description": endpoint.gives, "headers": _headers(paged=endpoint.is_list), "content": content},
        "304": {"description": "Nothing has changed since the reader's copy."},
    }
    if endpoint.is_list:
        responses["400"] = _refusal("A parameter cannot be used; it says which and why.")
    if endpoint.is_item:
        responses["404"] = _refusal("There is no such item, or it is not listed.")
    return {
        "operationId": endpoint.operation,
        "summary": endpoint.summary,
        "tags": [endpoint.tag],
        "parameters": takes,
        "responses": responses,
    }


def _answer(endpoint: Endpoint) -> Json:
    if not endpoint.is_list:
        return _ref(endpoint.item)
    forms = ITEMS[endpoint.name]
    item = _ref(forms[0]) if len(forms) == 1 else {"anyOf": [_ref(form) for form in forms]}
    return {"allOf": [_ref("Page")], "properties": {"contents": {"type": "array", "items": item}}}


@lru_cache
def describe() -> Json:
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
        "servers": [{"url": place["base_url"] + SERVER}],
        "paths": {endpoint.path: {"get": _operation(endpoint)} for endpoint in ENDPOINTS},
        "components": {"schemas": SCHEMAS},
    }


@api
def document(request: HttpRequest) -> HttpResponseBase:
    return if_changed(request, lambda _: as_json(describe()))
