"""What is published, as the standard writes it: ids are UUIDs, what is empty is left out, what is required is there.

Never written: where referrals go, who assured a listing, and an agency's own e-mail and phone unless a feed
published them already (standard, "data you must not publish").
"""

import datetime
import re
import uuid
from decimal import Decimal
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.encoding import iri_to_uri

from agencies.models import Agency
from config.template_tags import when
from directory.cleaning import stable_id
from directory.models import (
    Capacity,
    Location,
    Service,
    ServiceAtLocation,
    ServiceTerm,
    Session,
    Taxonomy,
    TaxonomyTerm,
)
from directory.open_referral.fields import (
    ACCESSIBILITY,
    ADDRESS,
    AGENCY,
    AREA,
    AT_LOCATION,
    CONTACT,
    COST,
    IDENTIFIERS,
    LANGUAGE,
    LOCATION,
    SCHEDULE,
    SERVICE,
    TAXONOMY,
    TERM,
    Table,
)

Json = dict[str, Any]

PRIVATE = {"assurer_email"}
# What to prefetch before many services are written, so that the queries do not grow with them.
NESTED = (
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
UNKNOWN = "Not known"


# --- Querysets: what must be read for what is written ------------------------------------------------------


def listed_form(services: QuerySet[Service]) -> QuerySet[Service]:
    """For `to_listed`: one query."""
    return services.select_related("agency").defer("received", "agency__received")


def full_form(services: QuerySet[Service]) -> QuerySet[Service]:
    """For `to_oruk`: as many queries for a hundred services as for one."""
    counted = Session.coming().filter(cancelled_at=None, places__isnull=False).order_by("starts_at", "id")[:1]
    return listed_form(services).prefetch_related(*NESTED[1:], Prefetch("sessions", counted, to_attr="next_counted"))


# --- A service -------------------------------------------------------------------------------------------


def to_listed(service: Service) -> Json:
    """An item of `/services`: what there is one of (compiled/service_list.json)."""
    out = _object(service, SERVICE) | {
        "organization_id": str(service.agency_id),
        "organization": to_organization(service.agency),
        "bookable": service.bookable,
        "paused_until": _plain(service.paused_until),
    }
    return _full(out)


def to_oruk(service: Service) -> Json:
    """`/services/{id}` of Open Referral UK 3.0, valid against its compiled schema `service.json`."""
    return _full(_own(service) | {"service_at_locations": [_at_location(row) for row in service.at_locations.all()]})


def _own(service: Service) -> Json:
    """All of it but its places."""
    whole = [row for row in service.schedules.all() if row.at_location_id is None]
    return _full(
        to_listed(service)
        | {
            "organization": to_organization(service.agency, whole=True),
            "phones": _phones(service),
            "schedules": [_object(row, SCHEDULE) for row in whole],
            "service_areas": [_object(row, AREA) for row in service.areas.all()],
            "languages": [_object(row, LANGUAGE) for row in service.languages.all()],
            "cost_options": [_object(row, COST) for row in service.cost_options.all()],
            "contacts": [_full(_object(row, CONTACT) | {"phones": _phones(row)}) for row in service.contacts.all()],
            "attributes": [_attribute(row) for row in service.service_terms.all()],
            "capacities": [*map(_capacity, service.capacities.all()), *_room(service)],
        }
    )


def _phones(row: Any) -> list[Json]:
    """The standard gives a phone an id of its own; here it is the row's, which has one phone at most."""
    return [{"id": str(row.pk), "number": row.phone}] if row.phone else []


def _attribute(row: ServiceTerm) -> Json:
    out = {"id": str(row.pk), "link_type": "service", "label": row.label, "taxonomy_term": to_term(row.term)}
    return _full(out)


def _capacity(row: Capacity) -> Json:
    """HSDS 3.1 `service_capacity`."""
    unit = {"id": str(stable_id("unit", row.unit)), "name": row.unit}
    out = {"id": str(row.pk), "unit": unit, "available": row.available, "updated": _plain(row.updated)}
    return _full(out | {"maximum": row.maximum, "description": row.description})


def _room(service: Service) -> list[Json]:
    """How many places are left in the next session that counts them, where sessions are kept here. As of today."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    said = "At the next session, {}"
    return [
        _capacity(
            Capacity(
                pk=stable_id(service.pk, "next session"), unit="places", available=session.places_left,
                maximum=session.places, description=said.format(when(timezone.localtime(session.starts_at))),
                updated=today,
            )
        )
        for session in getattr(service, "next_counted", ())
    ]  # fmt: skip


# --- Its organisation, places and terms --------------------------------------------------------------------


def to_organization(agency: Agency, *, whole: bool = False) -> Json:
    """`whole` with its numbers in public registers."""
    out = _required(_object(agency, AGENCY), {"description": agency.name})
    if not agency.source:
        out.pop("email", None)
    numbers = [(getattr(agency, column), scheme, kind) for column, scheme, kind in IDENTIFIERS] if whole else []
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
    return _full(out)


def to_service_at_location(row: ServiceAtLocation, *, whole: bool = False) -> Json:
    """An item of `/service_at_locations` (compiled/service_at_location_list.json), or the whole of one.

    The whole is declared as a `service` by the published openapi.json, a slip: with the service's name and status
    beside its own fields it is valid as both.
    """
    if not whole:
        out = _object(row, AT_LOCATION) | {"service_id": str(row.service_id), "location_id": str(row.location_id)}
        return _full(out | {"location": _object(row.location, LOCATION), "service": to_listed(row.service)})
    same = {"name": row.service.name, "status": row.service.status}
    return same | _at_location(row) | {"service": _own(row.service)}


def _at_location(row: ServiceAtLocation) -> Json:
    schedules = [_object(schedule, SCHEDULE) for schedule in row.schedules.all()]
    return _full(_object(row, AT_LOCATION) | {"location": _location(row.location), "schedules": schedules})


def _location(row: Location) -> Json:
    return _full(
        _object(row, LOCATION)
        | {
            "addresses": _addresses(row),
            "accessibility": [_object(found, ACCESSIBILITY) for found in row.accessibility.all()],
        }
    )


def _addresses(row: Location) -> list[Json]:
    """At most one. An address must have all six of its parts."""
    town = row.city or row.county or row.region
    if not (row.address or row.postcode or town):
        return []
    some = town or row.postcode or UNKNOWN
    needed = {
        "address_1": row.name or some,
        "city": some,
        "state_province": some,
        "postal_code": some,
        "country": "GB",
    }
    return [_required(_object(row, ADDRESS) | {"address_type": row.location_type}, needed)]


def to_taxonomy(row: Taxonomy) -> Json:
    return _required(_object(row, TAXONOMY), {"description": row.name})


def to_term(row: TaxonomyTerm) -> Json:
    parent = str(row.parent_id) if row.parent_id else None
    about = {"taxonomy": row.taxonomy.name, "taxonomy_id": str(row.taxonomy_id), "parent_id": parent}
    return _full(_required(_object(row, TERM), {"description": row.name}) | about)


# --- Values ------------------------------------------------------------------------------------------------


def _object(row: Any, table: Table) -> Json:
    """The row's id and columns under the standard's names, without the empty ones."""
    columns = {
        name: _plain(getattr(row, column))
        for column, name, _ in table
        if hasattr(row, column) and column not in PRIVATE
    }
    for name in URIS & columns.keys():
        columns[name] = _uri(columns[name])
    return {"id": str(row.pk)} | _full(columns)


def _required(out: Json, needed: Json) -> Json:
    """With a value for each field that the standard requires; `filled` names those that are not known."""
    gaps = [name for name in needed if name not in out]
    return needed | out | {"filled": gaps} if gaps else out


def _full(values: Json) -> Json:
    """Empty optional fields must be left out: null and "" fail the schema."""
    return {name: value for name, value in values.items() if value is not False and value not in (None, "", [])}


def _plain(value: Any) -> Any:
    """A column's value as JSON: dates ISO 8601 (UTC, milliseconds), money as a number."""
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return str(value) if isinstance(value, uuid.UUID) else value


URIS = {"url", "website", "uri", "term_uri", "schedule_link"}


def _uri(address: str) -> str:
    """As RFC 3986 wants it: what only a browser forgives is written with % signs."""
    found = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", iri_to_uri(address))
    start, hash_sign, rest = found.partition("#")
    found = start + hash_sign + rest.replace("#", "%23")
    return found.replace("[", "%5B").replace("]", "%5D")
