"""Services as they stand, with all that an import writes of them, so that they can be put back.

What is taken is what `save_services` writes: a service, its organisation, places, terms, and the rows of its own.
"""

import gzip
import uuid
from collections.abc import Iterable
from typing import Any

from django.core import serializers

from agencies.models import Agency
from directory.exchange.open_referral import ParsedService
from directory.exchange.writer import SERVICE_CHILD_MODELS
from directory.models import (
    Accessibility,
    Likeness,
    Location,
    NeedCorrection,
    Service,
    ServiceAlias,
    ServiceAtLocation,
    ServiceTerm,
    Spot,
    Taxonomy,
    TaxonomyTerm,
)

# What belongs to a service by an import alone: it is no sign that anybody uses the service.
OWN_MODELS: tuple[Any, ...] = (*SERVICE_CHILD_MODELS, Spot, Likeness, ServiceAlias, NeedCorrection)


def load_stored_services(ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, ParsedService]:
    """Services by id, in rows as they are in the database."""
    found = {
        service.pk: ParsedService(service, service.agency)
        for service in Service.objects.filter(pk__in=list(ids)).select_related("agency").order_by("pk")
    }
    for model in SERVICE_CHILD_MODELS:
        for row in model.objects.filter(service__in=found).order_by("pk"):
            found[row.service_id].rows.append(row)
    _add_places(found)
    _add_terms(found)
    return found


def _rows_of(found: dict[uuid.UUID, ParsedService], model: Any) -> list[tuple[ParsedService, Any]]:
    return [(one, row) for one in found.values() for row in one.rows if type(row) is model]


def _add_places(found: dict[uuid.UUID, ParsedService]) -> None:
    links = _rows_of(found, ServiceAtLocation)
    places = Location.objects.in_bulk({row.location_id for _, row in links})
    access: dict[uuid.UUID, list[Accessibility]] = {}
    for row in Accessibility.objects.filter(location__in=places).order_by("pk"):
        access.setdefault(row.location_id, []).append(row)
    for one, link in links:
        one.locations.append(places[link.location_id])
        one.rows += access.get(link.location_id, [])


def _add_terms(found: dict[uuid.UUID, ParsedService]) -> None:
    links = _rows_of(found, ServiceTerm)
    terms = TaxonomyTerm.objects.select_related("taxonomy").in_bulk({row.term_id for _, row in links})
    for one, link in links:
        one.terms.append(terms[link.term_id])
        one.taxonomies.append(terms[link.term_id].taxonomy)


def pack_service(one: ParsedService) -> bytes:
    """All of it in one value, packed."""
    rows = [one.service, one.agency, *one.locations, *one.taxonomies, *one.terms, *one.rows]
    return gzip.compress(serializers.serialize("json", rows).encode(), 5, mtime=0)


def unpack_service(packed: bytes) -> ParsedService:
    """What `pack_service` packed. Raises ValueError when the tables have changed since and it cannot be read."""
    by_model: dict[Any, list[Any]] = {}
    try:
        for item in serializers.deserialize("json", gzip.decompress(packed).decode()):
            by_model.setdefault(type(item.object), []).append(item.object)
    except serializers.base.DeserializationError as error:
        raise ValueError(str(error)) from None
    (service,), (agency,) = by_model.pop(Service), by_model.pop(Agency)
    locations, taxonomies = by_model.pop(Location, []), by_model.pop(Taxonomy, [])
    terms = by_model.pop(TaxonomyTerm, [])
    rows = [row for rows in by_model.values() for row in rows]
    return ParsedService(service, agency, locations, taxonomies, terms, rows)


def rename_service(one: ParsedService, key: uuid.UUID) -> None:
    """Give it another id, and all that hangs on it."""
    one.service.pk = key
    for row in one.rows:
        if hasattr(row, "service_id"):
            row.service_id = key


def find_used(model: Any, ids: Iterable[uuid.UUID], own: tuple[Any, ...]) -> set[uuid.UUID]:
    """Which of these rows something else leads to: a referral, a session, a claim; `own` models do not count."""
    wanted, used = list(ids), set[uuid.UUID]()
    for field in model._meta.get_fields(include_hidden=True):
        if not field.auto_created or field.concrete or field.related_model in own:
            continue
        rows = field.related_model._base_manager.filter(**{f"{field.field.name}__in": wanted})
        used |= set(rows.values_list(field.field.name, flat=True))
    return used & set(wanted)
