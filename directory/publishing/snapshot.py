"""A whole listing as plain JSON, and back into its rows: what a version holds and a proposal proposes.

{"name": "…", …, "published": true, "places": [{"id": "…", "name": "…", "access": [{…}]}], "schedules": [{"id": "…",
"place": id of one of the places or "", "freq": "WEEKLY", …}], "costs": […], "contacts": […], "languages": […],
"areas": […], "terms": [{"id": "…", "name": "…"}]}. Dates, times and sums are text, as ISO 8601 writes them.
"""

import datetime
import decimal
import uuid
from collections.abc import Collection
from typing import Any

from django.db.models import Model
from django.utils import timezone

from agencies.models import Agency
from directory.catalogue.timetable import remove_sessions_of
from directory.models import (
    Accessibility,
    Contact,
    CostOption,
    Language,
    Location,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
    ServiceTerm,
    TaxonomyTerm,
)

ListingData = dict[str, Any]

SERVICE_COLUMNS = (
    "name",
    "description",
    "url",
    "email",
    "phone",
    "referral_email",
    "status",
    "fees",
    "accreditations",
    "eligibility",
    "application",
    "minimum_age",
    "maximum_age",
    "alert",
    "first_time",
    "meets_you",
    "bookable",
    "offer_hours",
    "paused_until",
    "confirm_every",
)
PLACE_COLUMNS = (
    "location_type",
    "name",
    "description",
    "address",
    "city",
    "region",
    "county",
    "postcode",
    "country",
    "latitude",
    "longitude",
    "transport",
)
ACCESS_COLUMNS = ("description", "details", "url")
SCHEDULE_COLUMNS = (
    "freq",
    "interval",
    "byday",
    "bymonthday",
    "opens_at",
    "closes_at",
    "dtstart",
    "valid_from",
    "valid_to",
    "description",
    "notes",
    "schedule_link",
    "attending_type",
    "places",
    "skips",
)
CHILD_TABLES: dict[
    str, tuple[Any, str, tuple[str, ...]]
] = {  # in the data: the model, where a service has it, its columns
    "costs": (CostOption, "cost_options", ("option", "amount", "amount_description", "valid_from", "valid_to")),
    "contacts": (Contact, "contacts", ("name", "title", "email", "phone")),
    "languages": (Language, "languages", ("code", "name", "note")),
    "areas": (ServiceArea, "areas", ("name", "extent", "extent_type", "uri")),
}
SNAPSHOT_PREFETCH = (
    "at_locations__location__accessibility",
    "schedules__at_location",
    "service_terms__term",
    "capacities",
    *(name for _, name, _ in CHILD_TABLES.values()),
)


# --- Into data ----------------------------------------------------------------------------------------


def build_snapshot(service: Service) -> ListingData:
    """The whole listing as it stands in the rows. Seven queries, or none where SNAPSHOT_PREFETCH was prefetched."""
    return _read_columns(service, SERVICE_COLUMNS) | {
        "published": service.published_at is not None,
        "places": [build_place_data(at.location) | {"note": at.description} for at in service.at_locations.all()],
        "schedules": [_build_schedule_data(row) for row in service.schedules.all()],
        "terms": [{"id": str(link.term_id), "name": link.term.name} for link in service.service_terms.all()],
        **{
            key: [{"id": str(row.pk)} | _read_columns(row, columns) for row in getattr(service, name).all()]
            for key, (_, name, columns) in CHILD_TABLES.items()
        },
    }


def load_snapshots(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, ListingData]:
    """The same of many, by id, with as many queries as for one; of none, no query."""
    rows = Service.objects.filter(pk__in=ids).prefetch_related(*SNAPSHOT_PREFETCH) if ids else []
    return {row.pk: build_snapshot(row) for row in rows}


def build_place_data(location: Location) -> ListingData:
    """One place, as `places` holds it, without the note."""
    access = [_read_columns(row, ACCESS_COLUMNS) for row in location.accessibility.all()]
    return {"id": str(location.pk)} | _read_columns(location, PLACE_COLUMNS) | {"access": access}


def load_used_places(agency: Agency, most: int = 50) -> dict[str, ListingData]:
    """The places that an agency's activities stand at, by id: to choose from when it adds one."""
    rows = Location.objects.filter(at_services__service__agency=agency).distinct().order_by("name", "id")
    return {str(row.pk): build_place_data(row) for row in rows.prefetch_related("accessibility")[:most]}


def _build_schedule_data(row: Schedule) -> ListingData:
    place = str(row.at_location.location_id) if row.at_location else ""
    return {"id": str(row.pk), "place": place} | _read_columns(row, SCHEDULE_COLUMNS)


def _read_columns(row: Model, names: tuple[str, ...]) -> ListingData:
    return {name: to_json_value(getattr(row, name)) for name in names}


def to_json_value(value: Any) -> Any:
    """As JSON holds it."""
    if isinstance(value, list):
        return [to_json_value(item) for item in value]
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value) if isinstance(value, decimal.Decimal | uuid.UUID) else value


# --- Back into rows -----------------------------------------------------------------------------------


def set_columns(row: Any, item: ListingData, names: tuple[str, ...]) -> Any:
    """Set the columns from data, and return the row; what the data does not name gets the column's default."""
    for name in names:
        field = row._meta.get_field(name)
        value = item.get(name)
        if name == "skips":
            value = [datetime.date.fromisoformat(day) for day in value or []]
        elif name not in item or (value is None and not field.null):
            value = field.get_default()
        setattr(row, name, field.to_python(value))
    return row


def apply_snapshot(service: Service, data: ListingData) -> set[uuid.UUID]:
    """Make the rows say what the data says; the ids of places that others may stand at and that changed.

    Rows keep their ids where the data names them, so that sessions keep their pattern and feeds their ids.
    A listing once published stays so. Sessions are laid out by the caller.
    """
    set_columns(service, data, SERVICE_COLUMNS)
    if data.get("published") and service.published_at is None:
        service.published_at = timezone.now()
    service.save()
    changed: set[uuid.UUID] = set()
    places = {item["id"]: _write_service_at_location(service, item, changed) for item in data.get("places", [])}
    _write_schedules(service, data.get("schedules", []), places)
    service.at_locations.exclude(pk__in=[at.pk for at in places.values()]).delete()
    for key, (model, _, columns) in CHILD_TABLES.items():
        _write_rows(service, model, data.get(key, []), columns)
    _write_terms(service, [item["id"] for item in data.get("terms", [])])
    return changed


def _write_service_at_location(service: Service, item: ListingData, changed: set[uuid.UUID]) -> ServiceAtLocation:
    location = _write_place(service, item, changed)
    there = service.at_locations.filter(location__in=[item["id"], location.pk])
    at = there.first() or ServiceAtLocation(service=service)
    at.location = location
    at.description = item.get("note", "")
    at.save()
    return at


def _write_place(service: Service, item: ListingData, changed: set[uuid.UUID]) -> Location:
    """The place as the data has it. One that other agencies stand at, or a feed brought, is copied, not changed."""
    location = Location.objects.select_related("joined_to").filter(pk=item["id"]).first()
    if location and location.joined_to:  # a double, since an older version was kept: its place is the kept one
        return location.joined_to
    wanted = {name: value for name, value in item.items() if name != "note"}
    if location is None:
        location = Location(pk=uuid.UUID(item["id"]))
    elif build_place_data(location) == wanted:
        return location
    elif location.source or location.at_services.exclude(service__agency=service.agency_id).exists():
        location = Location()
    else:
        changed.add(location.pk)
    set_columns(location, item, PLACE_COLUMNS).save()
    location.accessibility.all().delete()
    rows = [set_columns(Accessibility(location=location), row, ACCESS_COLUMNS) for row in item.get("access", [])]
    Accessibility.objects.bulk_create(rows)
    return location


def _write_schedules(service: Service, items: list[ListingData], places: dict[str, ServiceAtLocation]) -> None:
    known = {str(row.pk): row for row in service.schedules.all()}
    for item in items:
        row = known.pop(item.get("id", ""), None) or _build_row(Schedule, service, item)
        row.at_location = places.get(item.get("place", ""))
        set_columns(row, item, SCHEDULE_COLUMNS).save()
    remove_sessions_of(known.values())
    Schedule.objects.filter(pk__in=known).delete()


def _write_rows(service: Service, model: Any, items: list[ListingData], columns: tuple[str, ...]) -> None:
    known = {str(row.pk): row for row in model.objects.filter(service=service)}
    for item in items:
        row = known.pop(item.get("id", ""), None) or _build_row(model, service, item)
        set_columns(row, item, columns).save()
    model.objects.filter(pk__in=known).delete()


def _build_row(model: Any, service: Service, item: ListingData) -> Any:
    """A row with the id the data gives it, if nobody has it: one that is put back is known by its old id."""
    key = item.get("id")
    taken = not key or model.objects.filter(pk=key).exists()
    return model(service=service) if taken else model(service=service, pk=uuid.UUID(key))


def _write_terms(service: Service, names: list[str]) -> None:
    ids = [uuid.UUID(name) for name in names]
    service.service_terms.exclude(term__in=ids).delete()
    new = TaxonomyTerm.objects.filter(pk__in=ids).exclude(service_terms__service=service).order_by("pk")
    ServiceTerm.objects.bulk_create([ServiceTerm(service=service, term=term) for term in new])
