"""The OpenAPI 3.1 document of this API, made from the same tables that read requests and write answers."""

from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from directory.exchange.api.oruk import COLLECTION_PARAMETERS, VERSION
from directory.exchange.api.parameters import PARAMETERS, TIME_PATTERN
from directory.exchange.api.responses import Json, json_response, public_api, respond_if_changed
from directory.exchange.api.words import ENDPOINTS, ITEM_SCHEMAS, Endpoint
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


# What is no plain text.
FIELD_SCHEMAS: dict[str, Json] = {
    "email": EMAIL,
    "url": URI,
    "website": URI,
    "uri": URI,
    "term_uri": URI,
    "schedule_link": URI,
    "status": _enum_schema(Status),
    "location_type": _enum_schema(LocationType),
    "freq": _enum_schema(Frequency),
    "address_type": _enum_schema(LocationType),
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


def _schema_ref(name: str) -> Json:
    return {"$ref": f"#/components/schemas/{name}"}


def _array_schema(name: str) -> Json:
    return {"type": "array", "items": _schema_ref(name)}


def _object_schema(table: f.FieldTable, *required: str, more: tuple[str, ...] = (), **nested: Json) -> Json:
    """An object with the fields of a table, those named in `more`, and nested ones. Nothing else is in it."""
    names = [name for column, name, _ in table if column not in PRIVATE_COLUMNS and column != "address_2"]
    properties = (
        {"id": UUID}
        | {
            name: FIELD_SCHEMAS.get(name, TEXT)
            | ({"description": f.EXTENSION_FIELDS[name]} if name in f.EXTENSION_FIELDS else {})
            for name in (*names, *more)
        }
        | nested
    )
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
SUMMARY_FIELDS = ("bookable", "paused_until", "organization_id")
PLACE_PROPERTIES: Any = {"location": _schema_ref("Location"), "schedules": _array_schema("Schedule")}
SCHEMAS: Json = {
    "Service": _object_schema(
        f.SERVICE_FIELDS,
        "name",
        "status",
        "organization_id",
        "organization",
        more=SUMMARY_FIELDS,
        organization=_schema_ref("Organization"),
        phones=_array_schema("Phone"),
        schedules=_array_schema("Schedule"),
        service_areas=_array_schema("ServiceArea"),
        service_at_locations=_array_schema("NestedServiceAtLocation"),
        languages=_array_schema("Language"),
        cost_options=_array_schema("CostOption"),
        contacts=_array_schema("Contact"),
        attributes=_array_schema("Attribute"),
        capacities=_array_schema("ServiceCapacity"),
    ),
    "ServiceListed": _object_schema(
        f.SERVICE_FIELDS,
        "name",
        "status",
        "organization_id",
        "organization",
        more=SUMMARY_FIELDS,
        organization=_schema_ref("Organization"),
    ),
    "ServiceMinimal": _object_schema((), "last_modified", more=("last_modified",)),
    "Organization": _object_schema(
        f.AGENCY_FIELDS,
        "name",
        "description",
        more=("filled",),
        organization_identifiers=_array_schema("OrganizationIdentifier"),
    ),
    "OrganizationIdentifier": _object_schema(
        (), "identifier_type", "identifier", more=("identifier_scheme", "identifier_type", "identifier")
    ),
    "NestedServiceAtLocation": _object_schema(f.AT_LOCATION_FIELDS, "location", **PLACE_PROPERTIES),
    "ServiceAtLocation": _object_schema(
        f.AT_LOCATION_FIELDS,
        "name",
        "status",
        "location",
        "service",
        more=("name", "status"),
        **PLACE_PROPERTIES,
        service=_schema_ref("Service"),
    ),
    "ServiceAtLocationListed": _object_schema(
        f.AT_LOCATION_FIELDS,
        "service_id",
        "location_id",
        "location",
        "service",
        more=("service_id", "location_id"),
        location=_schema_ref("Location"),
        service=_schema_ref("ServiceListed"),
    ),
    "Location": _object_schema(
        f.LOCATION_FIELDS,
        "location_type",
        addresses=_array_schema("Address"),
        accessibility=_array_schema("Accessibility"),
    ),
    "Address": _object_schema(
        f.ADDRESS_FIELDS,
        "address_1",
        "city",
        "state_province",
        "postal_code",
        "country",
        "address_type",
        more=("address_type", "filled"),
    ),
    "Accessibility": _object_schema(f.ACCESSIBILITY_FIELDS),
    "Schedule": _object_schema(f.SCHEDULE_FIELDS),
    "ServiceArea": _object_schema(f.SERVICE_AREA_FIELDS),
    "Language": _object_schema(f.LANGUAGE_FIELDS),
    "CostOption": _object_schema(f.COST_FIELDS),
    "Contact": _object_schema(f.CONTACT_FIELDS, phones=_array_schema("Phone")),
    "Phone": _object_schema((), "number", more=("number",)),
    "Attribute": _object_schema(
        (), "taxonomy_term", more=("link_type", "label"), taxonomy_term=_schema_ref("TaxonomyTerm")
    ),
    "Taxonomy": _object_schema(
        f.TAXONOMY_FIELDS, "name", "description", more=("filled",), taxonomy_terms=_array_schema("TaxonomyTerm")
    ),
    "TaxonomyTerm": _object_schema(
        f.TERM_FIELDS,
        "name",
        "description",
        "taxonomy_id",
        more=("taxonomy", "taxonomy_id", "parent_id", "filled"),
    ),
    "ServiceCapacity": _object_schema(
        (),
        "unit",
        "available",
        "updated",
        more=("available", "maximum", "description", "updated"),
        unit=_schema_ref("Unit"),
    ),
    "Unit": _object_schema((), "name", more=("name",)),
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
