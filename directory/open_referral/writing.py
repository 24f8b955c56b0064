"""A service as the standard writes it: ids are UUIDs, what is empty is left out, what is required is there."""

import datetime
from decimal import Decimal
from typing import Any

from directory.models import Location, Service, ServiceAtLocation, ServiceTerm
from directory.open_referral.fields import (
    ACCESSIBILITY,
    ADDRESS,
    AGENCY,
    AREA,
    CONTACT,
    COST,
    LANGUAGE,
    LOCATION,
    SCHEDULE,
    SERVICE,
    TERM,
    Table,
)

# What to prefetch before many services are written, so that the queries do not grow with them.
NESTED = (
    "agency",
    "schedules",
    "areas",
    "languages",
    "cost_options",
    "contacts",
    "at_locations__schedules",
    "at_locations__location__accessibility",
    "service_terms__term__taxonomy",
)


def to_oruk(service: Service) -> dict[str, Any]:
    """`/services/{id}` of Open Referral UK 3.0, valid against its compiled schema `service.json`."""
    whole = [row for row in service.schedules.all() if row.at_location_id is None]
    out = _object(service, SERVICE) | {
        "organization": _organization(service),
        "phones": _phones(service),
        "schedules": [_object(row, SCHEDULE) for row in whole],
        "service_areas": [_object(row, AREA) for row in service.areas.all()],
        "service_at_locations": [_at_location(row) for row in service.at_locations.all()],
        "languages": [_object(row, LANGUAGE) for row in service.languages.all()],
        "cost_options": [_object(row, COST) for row in service.cost_options.all()],
        "contacts": [_full(_object(row, CONTACT) | {"phones": _phones(row)}) for row in service.contacts.all()],
        "attributes": [_attribute(row) for row in service.service_terms.all()],
    }
    return _full(out)


def _object(row: Any, table: Table) -> dict[str, Any]:
    """The row's id and columns under the standard's names, without the empty ones."""
    columns = {name: _plain(getattr(row, column)) for column, name, _ in table if hasattr(row, column)}
    return {"id": str(row.pk)} | _full(columns)


def _full(values: dict[str, Any]) -> dict[str, Any]:
    """Empty optional fields must be left out: null and "" fail the schema."""
    return {name: value for name, value in values.items() if value not in (None, "", [])}


def _plain(value: Any) -> Any:
    """A column's value as JSON: dates ISO 8601 (UTC, milliseconds), money as a number."""
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == int(value) else float(value)
    return value


def _organization(service: Service) -> dict[str, Any]:
    return {"description": service.agency.name} | _object(service.agency, AGENCY)


def _phones(row: Any) -> list[dict[str, Any]]:
    """The standard gives a phone an id of its own; here it is the row's, which has one phone at most."""
    return [{"id": str(row.pk), "number": row.phone}] if row.phone else []


def _at_location(row: ServiceAtLocation) -> dict[str, Any]:
    schedules = [_object(schedule, SCHEDULE) for schedule in row.schedules.all()]
    return _full({"id": str(row.pk), "location": _location(row.location), "schedules": schedules})


def _location(row: Location) -> dict[str, Any]:
    address = _object(row, ADDRESS)
    town = row.city or row.county or row.region
    if row.postcode or town:  # an address must have all six of its parts
        address = {
            "address_1": row.name or town or row.postcode,
            "city": town or row.postcode,
            "state_province": town or row.postcode,
            "postal_code": town,
            "country": "GB",
            "address_type": "physical",
        } | address
    out = _object(row, LOCATION) | {
        "addresses": [address] if "address_type" in address else [],
        "accessibility": [_object(found, ACCESSIBILITY) for found in row.accessibility.all()],
    }
    return _full(out)


def _attribute(row: ServiceTerm) -> dict[str, Any]:
    term = row.term
    about = {"taxonomy": term.taxonomy.name, "taxonomy_id": str(term.taxonomy_id), "description": term.name}
    parent = {"parent_id": str(term.parent_id)} if term.parent_id else {}
    out = {"id": str(row.pk), "link_type": "service", "label": row.label}
    return _full(out | {"taxonomy_term": about | parent | _object(term, TERM)})
