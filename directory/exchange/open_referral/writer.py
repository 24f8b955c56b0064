"""What is published, as the standard writes it: ids are UUIDs, what is empty is left out, what is required is there.

Never written: where referrals go, who assured a listing, and an agency's own e-mail and phone unless a feed
published them already (standard, "data you must not publish").
"""

from collections.abc import Iterable
from functools import cache
from typing import Any

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from agencies.models import Agency
from config.template_tags import when
from directory.exchange.open_referral.fields import (
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
from directory.exchange.open_referral.values import plain, uri
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

PRIVATE = {"assurer_email"}
URIS = {"url", "website", "uri", "term_uri", "schedule_link"}
EMPTY: tuple[Any, ...] = (None, "", [])
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
READ = "read_"  # before the names of rows that were read in lists: a queryset for each costs more than the rows


# --- Querysets: what must be read for what is written ------------------------------------------------------


def listed_form(services: QuerySet[Service]) -> QuerySet[Service]:
    """For `to_listed`: one query."""
    return services.select_related("agency").defer("received", "agency__received")


def full_form(services: QuerySet[Service]) -> QuerySet[Service]:
    """For `to_oruk`: as many queries for a hundred services as for one."""
    at = ServiceAtLocation.objects.select_related("location")
    hours = Schedule.objects.order_by("opens_at", "id")
    links = ServiceTerm.objects.select_related("term__taxonomy")
    counted = Session.coming().filter(cancelled_at=None, places__isnull=False).order_by("starts_at", "id")[:1]
    return listed_form(services).prefetch_related(
        *(listed(name) for name in ("areas", "languages", "cost_options", "contacts", "capacities")),
        listed("schedules", hours),
        listed("service_terms", links),
        listed("at_locations", at.prefetch_related(listed("schedules", hours), listed("location__accessibility"))),
        Prefetch("sessions", counted, to_attr="next_counted"),
    )


def listed(name: str, rows: QuerySet[Any] | None = None) -> "Prefetch[Any]":
    """Related rows in a plain list, where `_rows` finds them."""
    return Prefetch(name, rows, to_attr=f"{READ}{name.rpartition('__')[2]}")


def _rows(row: Any, name: str) -> Iterable[Any]:
    found = getattr(row, READ + name, None)
    return getattr(row, name).all() if found is None else found


# --- A service -------------------------------------------------------------------------------------------


def to_listed(service: Service) -> Json:
    """An item of `/services`: what there is one of (compiled/service_list.json)."""
    out = _object(service, SERVICE) | {
        "organization_id": str(service.agency_id),
        "organization": to_organization(service.agency),
        "bookable": service.bookable,
        "paused_until": plain(service.paused_until),
    }
    return _full(out)


def to_oruk(service: Service) -> Json:
    """`/services/{id}` of Open Referral UK 3.0, valid against its compiled schema `service.json`."""
    return _full(
        _own(service) | {"service_at_locations": [_at_location(row) for row in _rows(service, "at_locations")]}
    )


def _own(service: Service) -> Json:
    """All of it but its places."""
    whole = [row for row in _rows(service, "schedules") if row.at_location_id is None]
    return _full(
        to_listed(service)
        | {
            "organization": to_organization(service.agency, whole=True),
            "phones": _phones(service),
            "schedules": [_object(row, SCHEDULE) for row in whole],
            "service_areas": [_object(row, AREA) for row in _rows(service, "areas")],
            "languages": [_object(row, LANGUAGE) for row in _rows(service, "languages")],
            "cost_options": [_object(row, COST) for row in _rows(service, "cost_options")],
            "contacts": [_full(_object(row, CONTACT) | {"phones": _phones(row)}) for row in _rows(service, "contacts")],
            "attributes": [_attribute(row) for row in _rows(service, "service_terms")],
            "capacities": [*map(_capacity, _rows(service, "capacities")), *_room(service)],
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
    out = {"id": str(row.pk), "unit": unit, "available": row.available, "updated": plain(row.updated)}
    return _full(out | {"maximum": row.maximum, "description": row.description})


def _room(service: Service) -> list[Json]:
    """How many places are left in the next session that counts them, where sessions are kept here. As of today."""
    today = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    said = "At the next session, {}"
    return [
        _capacity(
            Capacity(
                pk=stable_id(service.pk, "next session"),
                unit="places",
                available=session.places_left,
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
    schedules = [_object(schedule, SCHEDULE) for schedule in _rows(row, "schedules")]
    return _full(_object(row, AT_LOCATION) | {"location": _location(row.location), "schedules": schedules})


def _location(row: Location) -> Json:
    return _full(
        _object(row, LOCATION)
        | {
            "addresses": _addresses(row),
            "accessibility": [_object(found, ACCESSIBILITY) for found in _rows(row, "accessibility")],
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
    columns = {}
    for column, name in _written(type(row), table):  # type: ignore[arg-type]
        value = getattr(row, column)
        if value not in EMPTY and value is not False:
            columns[name] = value if type(value) is str else plain(value)
    for name in URIS & columns.keys():
        columns[name] = uri(columns[name])
    return {"id": str(row.pk)} | columns


@cache
def _written(model: type, table: Table) -> list[tuple[str, str]]:
    """The columns of the table that this kind of row has, each with the standard's name."""
    return [(column, name) for column, name, _ in table if column not in PRIVATE and hasattr(model, column)]


def _required(out: Json, needed: Json) -> Json:
    """With a value for each field that the standard requires; `filled` names those that are not known."""
    gaps = [name for name in needed if name not in out]
    return needed | out | {"filled": gaps} if gaps else out


def _full(values: Json) -> Json:
    """Empty optional fields must be left out: null and "" fail the schema."""
    return {name: value for name, value in values.items() if value is not False and value not in EMPTY}
