"""Puts a batch of received services into the tables and the search index.

What a source once sent belongs to it: a feed never changes a service, an agency, a place or a list of words that
came from elsewhere. Ids that are taken by others are replaced by stable ones of the source's own.
"""

import uuid
from typing import Any

from django.db import models, transaction

from agencies.models import Agency
from directory.exchange.open_referral import ParsedService, Problem
from directory.geography.postcodes import list_loaded_areas, load_areas, normalise_postcode, postcode_area
from directory.models import (
    Accessibility,
    Capacity,
    Contact,
    CostOption,
    Language,
    Location,
    NeedCorrection,
    Postcode,
    Schedule,
    Service,
    ServiceArea,
    ServiceAtLocation,
    ServiceTerm,
    Taxonomy,
    TaxonomyTerm,
)
from directory.search.index import index_services
from directory.text.cleaning import stable_id

SERVICE_CHILD_MODELS: tuple[Any, ...] = (
    ServiceAtLocation,
    ServiceTerm,
    Schedule,
    CostOption,
    Contact,
    Language,
    ServiceArea,
    Capacity,
)
MAX_POINT_ERROR_DEGREES = 0.5  # degrees of latitude, some 55 km: further from its postcode than that, a point is wrong


@transaction.atomic
def save_services(batch: list[ParsedService], source: str) -> None:
    """Put services and all that hangs on them into the tables and the search index."""
    _replace_foreign_ids(batch, source)
    _fill_coordinates(batch)
    _upsert(Agency, [r.agency for r in batch])
    _upsert(Location, [row for r in batch for row in r.locations])
    _save_terms(batch)
    _follow_joined_places(batch)
    services = [r.service for r in batch]
    columns = _updated_columns(Service, *LOCAL_FIELDS[Service])
    Service.objects.bulk_create(services, update_conflicts=True, unique_fields=["id"], update_fields=columns)
    _replace_rows(batch)
    index_services(service.pk for service in services)


def _replace_foreign_ids(batch: list[ParsedService], source: str) -> None:
    """Give ids of this source's own to what has the id of somebody else's agency, place or list."""
    for model, rows in (
        (Agency, [r.agency for r in batch]),
        (Location, [row for r in batch for row in r.locations]),
        (Taxonomy, [row for r in batch for row in r.taxonomies]),
    ):
        foreign = model.objects.filter(pk__in={row.pk for row in rows}).exclude(source=source)
        renamed = {pk: stable_id(source, model.__name__, pk) for pk in foreign.values_list("pk", flat=True)}
        for row in rows:
            row.pk = renamed.get(row.pk, row.pk)
        column = f"{model.__name__.lower()}_id"
        for r in batch:
            for child in (r.service, *r.terms, *r.rows):
                if hasattr(child, column):
                    setattr(child, column, renamed.get(getattr(child, column), getattr(child, column)))


def _follow_joined_places(batch: list[ParsedService]) -> None:
    """Services of a place that was joined to another (join_places) meet at the one that is kept."""
    places = {row.pk for r in batch for row in r.locations}
    joined: dict[Any, Any] = dict(
        Location.objects.filter(pk__in=places).exclude(joined_to=None).values_list("pk", "joined_to")
    )
    for r in batch if joined else []:
        first: dict[uuid.UUID, uuid.UUID] = {}
        same: dict[uuid.UUID, uuid.UUID] = {}
        for row in r.rows:
            if isinstance(row, ServiceAtLocation):
                row.location_id = joined.get(row.location_id, row.location_id)
                same[row.pk] = first.setdefault(row.location_id, row.pk)
        for row in r.rows:
            if isinstance(row, Schedule) and row.at_location_id:
                row.at_location_id = same[row.at_location_id]
        r.rows = [row for row in r.rows if not isinstance(row, ServiceAtLocation) or same[row.pk] == row.pk]


def match_postcodes(batch: list[ParsedService]) -> list[tuple[ParsedService, Location, Postcode]]:
    """Places with their postcode's point. One that nobody has is asked about, in areas of which all are loaded."""
    coded = [(r, row, code) for r in batch for row in r.locations if (code := normalise_postcode(row.postcode))]
    known = {p.pk: p for p in Postcode.objects.filter(pk__in={code for _, _, code in coded})}
    complete = list_loaded_areas() if any(code not in known for _, _, code in coded) else set()
    for r, row, code in coded:
        if code not in known and postcode_area(code) in complete:
            said = f"{row.postcode} is not among the postcodes in use: is it right?"
            r.problems.append(Problem(str(r.service.pk), "Postcode", said))
    return [(r, row, known[code]) for r, row, code in coded if code in known]


def _fill_coordinates(batch: list[ParsedService]) -> None:
    """Places without coordinates get those of their postcode, and so do those that lie far from it."""
    lost = {normalise_postcode(row.postcode) for r in batch for row in r.locations if row.latitude is None}
    if areas := {postcode_area(code) for code in lost if code}:
        load_areas(areas)
    for r, row, postcode in match_postcodes(batch):
        far = (
            row.latitude is not None
            and row.longitude is not None
            and max(abs(row.latitude - postcode.latitude), abs(row.longitude - postcode.longitude) / 2)
            > MAX_POINT_ERROR_DEGREES
        )
        if far:
            r.problems.append(Problem(str(r.service.pk), "latitude", f"far from {row.postcode}, which is used instead"))
        if far or row.latitude is None:
            row.latitude, row.longitude = postcode.latitude, postcode.longitude


def _updated_columns(model: type[models.Model], *without: str) -> list[str]:
    return [f.name for f in model._meta.concrete_fields if not f.primary_key and f.name not in without]


# What the place keeps about a listing, wherever it comes from.
LOCAL_SERVICE_FIELDS = (
    "created_at",
    "published_at",
    "confirm_every",
    "asks",
    "asked_at",
    "hidden_at",
    "joined_to",
    "version",
    "answers",
    "reply_days",
    "accepted_percent",
    "bookable",
    "offer_hours",
    "paused_until",
)
# What an agency decides about itself, or others know it by, is not a feed's to change.
LOCAL_FIELDS: dict[Any, tuple[str, ...]] = {
    Location: ("joined_to",),
    Agency: (
        "kind",
        "ods_code",
        "refers_to",
        "answer_days",
        "contact_days",
        "joined_at",
        "left_at",
        "address",
        "postcode",
        "charity_number",
        "company_number",
        "verified_at",
    ),
    Taxonomy: ("code",),
    Service: LOCAL_SERVICE_FIELDS,
}


def _upsert(model: Any, rows: list[Any]) -> None:
    columns = _updated_columns(model, *LOCAL_FIELDS.get(model, ()))
    first = {row.pk: row for row in reversed(rows)}
    model.objects.bulk_create(first.values(), update_conflicts=True, unique_fields=["id"], update_fields=columns)


def _save_terms(batch: list[ParsedService]) -> None:
    """Terms that are new, with their lists. One that is there already is linked to and stays as it is."""
    terms = {row.pk: row for r in batch for row in r.terms}
    wanted = {*terms, *(row.parent_id for row in terms.values() if row.parent_id)}
    there = set(TaxonomyTerm.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    new = {pk: row for pk, row in terms.items() if pk not in there}
    coded = TaxonomyTerm.objects.filter(taxonomy__in={row.taxonomy_id for row in new.values()}).exclude(code="")
    codes = set(coded.values_list("taxonomy_id", "code"))
    for row in new.values():
        if (row.taxonomy_id, row.code) in codes:  # of two that claim one code, the first has it
            row.code = ""
        codes.add((row.taxonomy_id, row.code))
        if row.parent_id == row.pk or (row.parent_id not in there and row.parent_id not in new):
            row.parent_id = None
    lists = {row.taxonomy_id for row in new.values()}
    _upsert(Taxonomy, [row for r in batch for row in r.taxonomies if row.pk in lists])
    TaxonomyTerm.objects.bulk_create(new.values())


def _replace_rows(batch: list[ParsedService]) -> None:
    """What belongs to these services alone is deleted and written anew."""
    services, places = {r.service.pk for r in batch}, {row.pk for r in batch for row in r.locations}
    for model in SERVICE_CHILD_MODELS:
        model.objects.filter(service__in=services).delete()
    Accessibility.objects.filter(location__in=places).delete()
    described: set[uuid.UUID] = set()
    for r in batch:  # a place that several services name is described by the first of them
        r.rows = [row for row in r.rows if not (isinstance(row, Accessibility) and row.location_id in described)]
        described |= {row.pk for row in r.locations}
    for model in (ServiceAtLocation, *SERVICE_CHILD_MODELS[1:], Accessibility):
        model.objects.bulk_create(_replace_taken_ids(model, batch))
    _keep_need_corrections(services)


def _keep_need_corrections(services: set[uuid.UUID]) -> None:
    """What the steward said of a listing's needs holds, whatever its source sends."""
    said = list(NeedCorrection.objects.filter(service__in=services))
    for row in said:
        if not row.carries:
            ServiceTerm.objects.filter(service=row.service_id, term=row.term_id).delete()
    given = [ServiceTerm(service_id=row.service_id, term_id=row.term_id) for row in said if row.carries]
    ServiceTerm.objects.bulk_create(given, ignore_conflicts=True)


def _replace_taken_ids(model: Any, batch: list[ParsedService]) -> list[Any]:
    """The batch's rows of a model. An id that another service has already is replaced by a stable one."""
    pairs = [(r, row) for r in batch for row in r.rows if type(row) is model]
    taken = set(model.objects.filter(pk__in=[row.pk for _, row in pairs]).values_list("pk", flat=True))
    for r, row in pairs:
        if row.pk in taken:
            old, row.pk = row.pk, stable_id(r.service.pk, row.pk)
            for schedule in r.rows:
                if model is ServiceAtLocation and getattr(schedule, "at_location_id", None) == old:
                    schedule.at_location_id = row.pk
        if row.pk in taken:  # the same id twice in one service
            r.rows.remove(row)
        taken.add(row.pk)
    return [row for r, row in pairs if row in r.rows]
