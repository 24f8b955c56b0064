"""Listings with all that their pages show, read in one statement however many rows hang on them.

Seven queries of the ORM took most of the page's time, and most of that in Python. Here each kind of related row comes
as one JSON array beside the service, and is put where `prefetch_related` would have put it.
"""

import uuid
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone

from agencies.access import Permission
from agencies.models import Agency, Membership
from config.database import prepared_cursor
from config.instances import build_instances, column_names, columns_sql
from directory.models import Accessibility, Contact, CostOption, Location, Schedule, Service, ServiceAtLocation, Session

JsonRow = dict[str, Any]
JsonRows = list[JsonRow]
ModelClass = type[models.Model]
SESSIONS_READ = 4  # of a listing, for its page


def _object_sql(alias: str, model: ModelClass) -> str:
    """A row as JSON; what is exact to the penny goes as text."""
    exact = {field.attname for field in model._meta.concrete_fields if isinstance(field, models.DecimalField)}
    pairs = [f"'{name}', {alias}.{name}{'::text' if name in exact else ''}" for name in column_names(model)]
    return f"json_build_object({', '.join(pairs)})"


def _array_sql(model: ModelClass, order: str, which: str = "") -> str:
    rows = f"SELECT * FROM {model._meta.db_table} r WHERE r.service_id = service.id {which}"  # noqa: S608
    return f"(SELECT coalesce(json_agg({_object_sql('r', model)} ORDER BY {order}), '[]') FROM ({rows}) r)"  # noqa: S608


PLACES_SQL = f"""(SELECT coalesce(json_agg(json_build_object(
    'at', {_object_sql("r", ServiceAtLocation)}, 'location', {_object_sql("l", Location)},
    'helps', (SELECT coalesce(json_agg({_object_sql("a", Accessibility)} ORDER BY a.description, a.id), '[]')
        FROM directory_accessibility a WHERE a.location_id = l.id)
) ORDER BY l.name, r.id), '[]')
FROM directory_serviceatlocation r JOIN directory_location l ON l.id = r.location_id WHERE r.service_id = service.id)
"""  # noqa: S608
COMING_SQL = "AND r.starts_at > %(now)s ORDER BY r.starts_at, r.id LIMIT %(sessions)s"  # as Session.coming()
LISTINGS_SQL = f"""SELECT
    {_array_sql(Schedule, "r.opens_at, r.id")}, {_array_sql(CostOption, "r.amount, r.id")},
    {_array_sql(Contact, "r.name, r.id")}, {PLACES_SQL},
    {_array_sql(Session, "r.starts_at, r.id", COMING_SQL)},
    ARRAY(SELECT r.name FROM directory_language r WHERE r.service_id = service.id ORDER BY r.name, r.code, r.id),
    ARRAY(SELECT r.name FROM directory_servicearea r WHERE r.service_id = service.id ORDER BY r.name, r.id),
    ARRAY(SELECT t.name FROM directory_serviceterm r JOIN directory_taxonomyterm t ON t.id = r.term_id
        WHERE r.service_id = service.id ORDER BY t."order", t.name, r.id),
    {columns_sql("service", Service)}, {columns_sql("agency", Agency)}
FROM directory_service service JOIN agencies_agency agency ON agency.id = service.agency_id
WHERE service.id = ANY(%(pks)s)
"""  # noqa: S608


def load_listing(pk: uuid.UUID) -> Service | None:
    """The listing as it stands, hidden or over too: whoever calls asks `is_shown_to`. None when there is none.

    Its agency, schedules, cost_options, contacts and at_locations (each with its location, and that with its
    accessibility) are there without a further query; `spoken`, `covers` and `needs` are lists of names, and `coming`
    are its next sessions, SESSIONS_READ at most.
    """
    return next(iter(_load_listings([pk])), None)


def load_public_listings(pks: Iterable[uuid.UUID]) -> list[Service]:
    """Those that anybody finds, in the order they are named, each like `load_listing`."""
    asked = list(dict.fromkeys(pks))
    found = {service.pk: service for service in _load_listings(asked) if service.is_listed} if asked else {}
    return [found[pk] for pk in asked if pk in found]


def is_shown_to(service: Service, member: Membership | None) -> bool:
    """`Service.visible_to` for one that is already read; the steward sees what waits for them, too."""
    if service.is_listed or member is None:
        return service.is_listed
    return service.agency_id == member.agency_id or member.has_permission(Permission.STEWARD)


def _load_listings(pks: list[uuid.UUID]) -> list[Service]:
    with prepared_cursor() as cursor:
        cursor.execute(LISTINGS_SQL, {"pks": pks, "now": timezone.now(), "sessions": SESSIONS_READ})
        return [_build_service(*row) for row in cursor.fetchall()]


def _build_service(
    schedules: JsonRows, costs: JsonRows, contacts: JsonRows, places: JsonRows, sessions: JsonRows, *columns: Any
) -> Service:
    spoken, covers, needs, *columns = columns  # type: ignore[assignment]
    service, agency = build_instances(columns, Service, Agency)
    service.agency = agency
    service.spoken, service.covers, service.needs = spoken, covers, needs
    service.coming = [_build_instance(Session, row) for row in sessions]
    _set_prefetched(service, "schedules", [_build_instance(Schedule, row) for row in schedules])
    _set_prefetched(service, "cost_options", [_build_instance(CostOption, row) for row in costs])
    _set_prefetched(service, "contacts", [_build_instance(Contact, row) for row in contacts])
    _set_prefetched(service, "at_locations", [_build_place(service, row) for row in places])
    return service


def _build_place(service: Service, found: JsonRow) -> ServiceAtLocation:
    at: ServiceAtLocation = _build_instance(ServiceAtLocation, found["at"])
    location: Location = _build_instance(Location, found["location"])
    at.service, at.location = service, location
    _set_prefetched(location, "accessibility", [_build_instance(Accessibility, row) for row in found["helps"]])
    return at


def _build_instance(model: ModelClass, row: JsonRow) -> Any:
    """The row as the ORM would have made it."""
    return model.from_db("default", list(row), [read(row[name]) for name, read in _column_parsers(model)])


@cache
def _column_parsers(model: ModelClass) -> list[tuple[str, Callable[[Any], Any]]]:
    """For each column, in their order, what turns JSON into its Python."""
    return [(name, _column_parser(model._meta.get_field(name))) for name in column_names(model)]


def _column_parser(field: Any) -> Callable[[Any], Any]:
    if isinstance(field, ArrayField):
        read = field.base_field.to_python
        return lambda values: values and [read(value) for value in values]
    if isinstance(field, models.CharField | models.TextField | models.FloatField | models.IntegerField):
        return lambda value: value  # JSON has them as they are
    parse: Callable[[Any], Any] = getattr(field, "target_field", field).to_python
    return parse


def _set_prefetched(owner: models.Model, name: str, rows: list[Any]) -> None:
    """Put related rows where `prefetch_related` puts them."""
    prefetched = getattr(owner, name).all()
    prefetched._result_cache = rows
    owner.__dict__.setdefault("_prefetched_objects_cache", {})[name] = prefetched
