"""Listings with all that their pages show, read in one statement however many rows hang on them.

Six queries of the ORM took most of the page's time, and most of that in Python. Here each kind of related row comes
as one JSON array beside the service, and is put where `prefetch_related` would have put it.
"""

import uuid
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from agencies.access import Permission
from agencies.models import Agency, Membership
from directory.models import Accessibility, Contact, CostOption, Location, Schedule, Service, ServiceAtLocation

Row = dict[str, Any]
Rows = list[Row]
Model = type[models.Model]


def _names(model: Model) -> list[str]:
    """Its columns, without what was received: that is large, and for nobody's eyes."""
    return [field.attname for field in model._meta.concrete_fields if field.attname != "received"]


def _object(alias: str, model: Model) -> str:
    """A row as JSON; what is exact to the penny goes as text."""
    exact = {field.attname for field in model._meta.concrete_fields if isinstance(field, models.DecimalField)}
    pairs = [f"'{name}', {alias}.{name}{'::text' if name in exact else ''}" for name in _names(model)]
    return f"json_build_object({', '.join(pairs)})"


def _array(model: Model, order: str) -> str:
    rows = f"FROM {model._meta.db_table} r WHERE r.service_id = service.id"
    return f"(SELECT coalesce(json_agg({_object('r', model)} ORDER BY {order}), '[]') {rows})"


PLACES = f"""(SELECT coalesce(json_agg(json_build_object(
    'at', {_object("r", ServiceAtLocation)}, 'location', {_object("l", Location)},
    'helps', (SELECT coalesce(json_agg({_object("a", Accessibility)} ORDER BY a.description, a.id), '[]')
        FROM directory_accessibility a WHERE a.location_id = l.id)
) ORDER BY l.name, r.id), '[]')
FROM directory_serviceatlocation r JOIN directory_location l ON l.id = r.location_id WHERE r.service_id = service.id)
"""  # noqa: S608
FIND = f"""SELECT
    {_array(Schedule, "r.opens_at, r.id")}, {_array(CostOption, "r.amount, r.id")},
    {_array(Contact, "r.name, r.id")}, {PLACES},
    ARRAY(SELECT r.name FROM directory_language r WHERE r.service_id = service.id ORDER BY r.name, r.code, r.id),
    ARRAY(SELECT r.name FROM directory_servicearea r WHERE r.service_id = service.id ORDER BY r.name, r.id),
    ARRAY(SELECT t.name FROM directory_serviceterm r JOIN directory_taxonomyterm t ON t.id = r.term_id
        WHERE r.service_id = service.id ORDER BY t."order", t.name, r.id),
    {", ".join(f'service."{name}"' for name in _names(Service))}, {", ".join(f'agency."{n}"' for n in _names(Agency))}
FROM directory_service service JOIN agencies_agency agency ON agency.id = service.agency_id WHERE service.id = ANY(%s)
"""  # noqa: S608


def whole(pk: uuid.UUID) -> Service | None:
    """The listing as it stands, hidden or over too: whoever calls asks `is_shown_to`. None when there is none.

    Its agency, schedules, cost_options, contacts and at_locations (each with its location, and that with its
    accessibility) are there without a further query; `spoken`, `covers` and `needs` are lists of names.
    """
    return next(iter(_found([pk])), None)


def listed(pks: Iterable[uuid.UUID]) -> list[Service]:
    """Those that anybody finds, in the order they are named, each like `whole`."""
    asked = list(dict.fromkeys(pks))
    found = {service.pk: service for service in _found(asked) if service.is_listed} if asked else {}
    return [found[pk] for pk in asked if pk in found]


def is_shown_to(service: Service, member: Membership | None) -> bool:
    """`Service.visible_to` for one that is already read; the steward sees what waits for them, too."""
    if service.is_listed or member is None:
        return service.is_listed
    return service.agency_id == member.agency_id or member.may(Permission.STEWARD)


def _found(pks: list[uuid.UUID]) -> list[Service]:
    with connection.cursor() as cursor:
        cursor.execute(FIND, [pks])
        return [_service(*row) for row in cursor.fetchall()]


def _service(schedules: Rows, costs: Rows, contacts: Rows, places: Rows, *columns: Any) -> Service:
    spoken, covers, needs, *columns = columns  # type: ignore[assignment]
    service = Service.from_db("default", _names(Service), columns[: len(_names(Service))])
    service.agency = Agency.from_db("default", _names(Agency), columns[len(_names(Service)) :])
    service.spoken, service.covers, service.needs = spoken, covers, needs  # type: ignore[attr-defined]
    _hang(service, "schedules", [_read(Schedule, row) for row in schedules])
    _hang(service, "cost_options", [_read(CostOption, row) for row in costs])
    _hang(service, "contacts", [_read(Contact, row) for row in contacts])
    _hang(service, "at_locations", [_place(service, row) for row in places])
    return service


def _place(service: Service, found: Row) -> ServiceAtLocation:
    at, location = _read(ServiceAtLocation, found["at"]), _read(Location, found["location"])
    at.service, at.location = service, location
    _hang(location, "accessibility", [_read(Accessibility, row) for row in found["helps"]])
    return at


def _read(model: Model, row: Row) -> Any:
    """The row as the ORM would have made it."""
    return model.from_db("default", list(row), [read(row[name]) for name, read in _readers(model)])


@cache
def _readers(model: Model) -> list[tuple[str, Callable[[Any], Any]]]:
    """For each column, in their order, what turns JSON into its Python."""
    return [(name, _reader(model._meta.get_field(name))) for name in _names(model)]


def _reader(field: Any) -> Callable[[Any], Any]:
    if isinstance(field, ArrayField):
        read = field.base_field.to_python
        return lambda values: values and [read(value) for value in values]
    if isinstance(field, models.CharField | models.TextField | models.FloatField | models.IntegerField):
        return lambda value: value  # JSON has them as they are
    return getattr(field, "target_field", field).to_python


def _hang(owner: models.Model, name: str, rows: list[Any]) -> None:
    """Put related rows where `prefetch_related` puts them."""
    prefetched = getattr(owner, name).all()
    prefetched._result_cache = rows
    owner.__dict__.setdefault("_prefetched_objects_cache", {})[name] = prefetched
