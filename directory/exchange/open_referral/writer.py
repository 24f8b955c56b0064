"""What is published, as the standard writes it: ids are UUIDs, what is empty is left out, what is required is there.

Never written: where referrals go, who assured a listing, and an agency's own e-mail and phone unless a feed
published them already (standard, "data you must not publish").
"""

import datetime
import re
import uuid
from collections.abc import Iterable
from decimal import Decimal
from functools import cache
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.encoding import iri_to_uri

from agencies.models import Agency
from config.template_tags import when
from directory.exchange.open_referral.fields import (
    ACCESSIBILITY_FIELDS,
    ADDRESS_FIELDS,
    AGENCY_FIELDS,
    AT_LOCATION_FIELDS,
    CONTACT_FIELDS,
    COST_FIELDS,
    LANGUAGE_FIELDS,
    LOCATION_FIELDS,
    REGISTER_IDENTIFIERS,
    SCHEDULE_FIELDS,
    SERVICE_AREA_FIELDS,
    SERVICE_FIELDS,
    TAXONOMY_FIELDS,
    TERM_FIELDS,
    FieldTable,
)
from directory.models import (
    Capacity,
    Location,
    Schedule,
    Service,
    ServiceAtLocation,
    ServiceTerm,
    Session,
    Taxonomy,
    TaxonomyTerm,
)
from directory.text.cleaning import stable_id

Json = dict[str, Any]

PRIVATE_COLUMNS = {"assurer_email"}
URI_FIELDS = {"url", "website", "uri", "term_uri", "schedule_link"}
EMPTY_VALUES: tuple[Any, ...] = (None, "", [])
# What to prefetch before many services are written, so that the queries do not grow with them.
FULL_SERVICE_PREFETCH = (
    "agency",
    "schedules",
    "areas",
    "languages",
    "cost_options",
    "contacts",
    "capacities",
    "at_locations__schedules",
    "at_locations__location__accessibility",
    "service_terms__term__taxonomy",
)
UNKNOWN_VALUE = "Not known"
PREFETCHED_PREFIX = (
    "read_"  # before the names of rows that were read in lists: a queryset for each costs more than the rows
)


# --- Querysets: what must be read for what is written ------------------------------------------------------


def select_for_summary(services: QuerySet[Service]) -> QuerySet[Service]:
    """For `to_service_summary`: one query."""
    return services.select_related("agency").defer("received", "agency__received")


def select_for_full(services: QuerySet[Service]) -> QuerySet[Service]:
    """For `to_oruk`: as many queries for a hundred services as for one."""
    at = ServiceAtLocation.objects.select_related("location")
    hours = Schedule.objects.order_by("opens_at", "id")
    links = ServiceTerm.objects.select_related("term__taxonomy")
    counted = Session.coming().filter(cancelled_at=None, places__isnull=False).order_by("starts_at", "id")[:1]
    return select_for_summary(services).prefetch_related(
        *(prefetch_to_list(name) for name in ("areas", "languages", "cost_options", "contacts", "capacities")),
        prefetch_to_list("schedules", hours),
        prefetch_to_list("service_terms", links),
        prefetch_to_list(
            "at_locations",
            at.prefetch_related(prefetch_to_list("schedules", hours), prefetch_to_list("location__accessibility")),
        ),
        Prefetch("sessions", counted, to_attr="next_counted"),
    )


def prefetch_to_list(name: str, rows: QuerySet[Any] | None = None) -> "Prefetch[Any]":
    """Related rows in a plain list, where `_related_rows` finds them."""
    return Prefetch(name, rows, to_attr=f"{PREFETCHED_PREFIX}{name.rpartition('__')[2]}")


def _related_rows(row: Any, name: str) -> Iterable[Any]:
    found: Iterable[Any] | None = getattr(row, PREFETCHED_PREFIX + name, None)
    if found is None:
        found = getattr(row, name).all()
    return found


# --- A service -------------------------------------------------------------------------------------------


def to_service_summary(service: Service) -> Json:
    """An item of `/services`: what there is one of (compiled/service_list.json)."""
    out = _to_object(service, SERVICE_FIELDS) | {
        "organization_id": str(service.agency_id),
        "organization": to_organization(service.agency),
        "bookable": service.bookable,
        "paused_until": to_json_value(service.paused_until),
    }
    return _drop_empty(out)


def to_oruk(service: Service) -> Json:
    """`/services/{id}` of Open Referral UK 3.0, valid against its compiled schema `service.json`."""
    return _drop_empty(
        _to_service_without_places(service)
        | {"service_at_locations": [_to_at_location(row) for row in _related_rows(service, "at_locations")]}
    )


def _to_service_without_places(service: Service) -> Json:
    """All of it but its places."""
    whole = [row for row in _related_rows(service, "schedules") if row.at_location_id is None]
    return _drop_empty(
        to_service_summary(service)
        | {
            "organization": to_organization(service.agency, whole=True),
            "phones": _to_phones(service),
            "schedules": [_to_object(row, SCHEDULE_FIELDS) for row in whole],
            "service_areas": [_to_object(row, SERVICE_AREA_FIELDS) for row in _related_rows(service, "areas")],
            "languages": [_to_object(row, LANGUAGE_FIELDS) for row in _related_rows(service, "languages")],
            "cost_options": [_to_object(row, COST_FIELDS) for row in _related_rows(service, "cost_options")],
            "contacts": [
                _drop_empty(_to_object(row, CONTACT_FIELDS) | {"phones": _to_phones(row)})
                for row in _related_rows(service, "contacts")
            ],
            "attributes": [_to_attribute(row) for row in _related_rows(service, "service_terms")],
            "capacities": [*map(_to_capacity, _related_rows(service, "capacities")), *_next_session_capacity(service)],
        }
    )


def _to_phones(row: Any) -> list[Json]:
    """The standard gives a phone an id of its own; here it is the row's, which has one phone at most."""
    return [{"id": str(row.pk), "number": row.phone}] if row.phone else []


def _to_attribute(row: ServiceTerm) -> Json:
    out = {"id": str(row.pk), "link_type": "service", "label": row.label, "taxonomy_term": to_term(row.term)}
    return _drop_empty(out)


def _to_capacity(row: Capacity) -> Json:
    """HSDS 3.1 `service_capacity`."""
    unit = {"id": str(stable_id("unit", row.unit)), "name": row.unit}
    out = {"id": str(row.pk), "unit": unit, "available": row.available, "updated": to_json_value(row.updated)}
    return _drop_empty(out | {"maximum": row.maximum, "description": row.description})


def _next_session_capacity(service: Service) -> list[Json]:
    """How many places are left in the next session that counts them, where sessions are kept here. As of today."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    said = "At the next session, {}"
    return [
        _to_capacity(
            Capacity(
                pk=stable_id(service.pk, "next session"),
                unit="places",
                available=session.places_shown,
                maximum=session.places,
                description=said.format(when(timezone.localtime(session.starts_at))),
                updated=today,
            )
        )
        for session in getattr(service, "next_counted", ())
    ]


# --- Its organisation, places and terms --------------------------------------------------------------------


def to_organization(agency: Agency, *, whole: bool = False) -> Json:
    """`whole` with its numbers in public registers."""
    out = _fill_required(_to_object(agency, AGENCY_FIELDS), {"description": agency.name})
    if not agency.source:
        out.pop("email", None)
    numbers = (
        [(getattr(agency, column), scheme, kind) for column, scheme, kind in REGISTER_IDENTIFIERS] if whole else []
    )
    out["organization_identifiers"] = [
        {
            "id": str(stable_id(agency.pk, scheme)),
            "identifier_scheme": scheme,
            "identifier_type": kind,
            "identifier": number,
        }
        for number, scheme, kind in numbers
        if number
    ]
    return _drop_empty(out)


def to_service_at_location(row: ServiceAtLocation, *, whole: bool = False) -> Json:
    """An item of `/service_at_locations` (compiled/service_at_location_list.json), or the whole of one.

    The whole is declared as a `service` by the published openapi.json, a slip: with the service's name and status
    beside its own fields it is valid as both.
    """
    if not whole:
        out = _to_object(row, AT_LOCATION_FIELDS) | {
            "service_id": str(row.service_id),
            "location_id": str(row.location_id),
        }
        return _drop_empty(
            out | {"location": _to_object(row.location, LOCATION_FIELDS), "service": to_service_summary(row.service)}
        )
    same = {"name": row.service.name, "status": row.service.status}
    return same | _to_at_location(row) | {"service": _to_service_without_places(row.service)}


def _to_at_location(row: ServiceAtLocation) -> Json:
    schedules = [_to_object(schedule, SCHEDULE_FIELDS) for schedule in _related_rows(row, "schedules")]
    return _drop_empty(
        _to_object(row, AT_LOCATION_FIELDS) | {"location": _to_location(row.location), "schedules": schedules}
    )


def _to_location(row: Location) -> Json:
    return _drop_empty(
        _to_object(row, LOCATION_FIELDS)
        | {
            "addresses": _to_addresses(row),
            "accessibility": [_to_object(found, ACCESSIBILITY_FIELDS) for found in _related_rows(row, "accessibility")],
        }
    )


def _to_addresses(row: Location) -> list[Json]:
    """At most one. An address must have all six of its parts."""
    town = row.city or row.county or row.region
    if not (row.address or row.postcode or town):
        return []
    some = town or row.postcode or UNKNOWN_VALUE
    needed = {
        "address_1": row.name or some,
        "city": some,
        "state_province": some,
        "postal_code": some,
        "country": "GB",
    }
    return [_fill_required(_to_object(row, ADDRESS_FIELDS) | {"address_type": row.location_type}, needed)]


def to_taxonomy(row: Taxonomy) -> Json:
    return _fill_required(_to_object(row, TAXONOMY_FIELDS), {"description": row.name})


def to_term(row: TaxonomyTerm) -> Json:
    parent = str(row.parent_id) if row.parent_id else None
    about = {"taxonomy": row.taxonomy.name, "taxonomy_id": str(row.taxonomy_id), "parent_id": parent}
    return _drop_empty(_fill_required(_to_object(row, TERM_FIELDS), {"description": row.name}) | about)


# --- Values ------------------------------------------------------------------------------------------------


def _to_object(row: Any, table: FieldTable) -> Json:
    """The row's id and columns under the standard's names, without the empty ones."""
    columns = {}
    for column, name in _written_columns(row.__class__, table):
        value = getattr(row, column)
        if value not in EMPTY_VALUES and value is not False:
            columns[name] = value if type(value) is str else to_json_value(value)
    for name in URI_FIELDS & columns.keys():
        columns[name] = escape_uri(columns[name])
    return {"id": str(row.pk)} | columns


@cache
def _written_columns(model: type, table: FieldTable) -> list[tuple[str, str]]:
    """The columns of the table that this kind of row has, each with the standard's name."""
    return [(column, name) for column, name, _ in table if column not in PRIVATE_COLUMNS and hasattr(model, column)]


def _fill_required(out: Json, needed: Json) -> Json:
    """With a value for each field that the standard requires; `filled` names those that are not known."""
    gaps = [name for name in needed if name not in out]
    return needed | out | {"filled": gaps} if gaps else out


def _drop_empty(values: Json) -> Json:
    """Empty optional fields must be left out: null and "" fail the schema."""
    return {name: value for name, value in values.items() if value is not False and value not in EMPTY_VALUES}


def to_json_value(value: Any) -> Any:
    """A column's value as JSON: dates ISO 8601 (UTC, milliseconds), money as a number."""
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    if isinstance(value, list):
        return [to_json_value(item) for item in value]
    return str(value) if isinstance(value, uuid.UUID) else value


def escape_uri(address: str) -> str:
    """As RFC 3986 wants it: what only a browser forgives is written with % signs."""
    found = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", iri_to_uri(address))
    start, hash_sign, rest = found.partition("#")
    found = start + hash_sign + rest.replace("#", "%23")
    return found.replace("[", "%5B").replace("]", "%5D")
