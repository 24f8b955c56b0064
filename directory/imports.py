"""Brings services of a feed into the directory, batch by batch. A second run of the same feed changes nothing.

What a source once sent belongs to it: a feed never changes a service, an agency, a place or a list of words that
came from elsewhere. Ids that are taken by others are replaced by stable ones of the source's own.
"""

import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError, models, transaction

from agencies.models import Agency
from directory.cleaning import kept, stable_id
from directory.index import index
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
    Taxonomy,
    TaxonomyTerm,
)  # fmt: skip
from directory.open_referral import Problem, Received, Refused, from_oruk, identity_of
from directory.postcodes import area_of, find_postcode, load_areas, tidy

BATCH = 200
READING = "1"  # goes up when from_oruk reads more or otherwise: then everything is read again
OWNED: tuple[Any, ...] = (ServiceAtLocation, ServiceTerm, Schedule, CostOption, Contact, Language, ServiceArea)


@dataclass
class Report:
    """What an import did: how many services, and each thing that was wrong."""

    new: int = 0
    changed: int = 0
    same: int = 0
    refused: int = 0
    gone: list[tuple[str, str]] = field(default_factory=list)  # id and name of services no longer in the feed
    problems: list[Problem] = field(default_factory=list)

    def __str__(self) -> str:
        total = self.new + self.changed + self.same + self.refused
        return (
            f"{total:,} services: {self.new:,} new, {self.changed:,} changed, {self.same:,} the same, "
            f"{self.refused:,} refused"
        )


class Import:
    """One run of one source. `take` any number of raw services, then `finish`."""

    def __init__(self, source: str, *, again: bool = False) -> None:
        """`again` reads also what has not changed since the last run, to hear once more what is wrong in it."""
        self.source, self.again, self.report = source[:100], again, Report()
        self.seen: set[uuid.UUID] = set()

    def take(self, raws: Iterable[Any]) -> Iterator[int]:
        """Read and save; yields how many were dealt with, after each batch is committed.

        What came before `raws` raised an error is saved too, then the error goes on.
        """
        batch: list[Any] = []
        try:
            for raw in raws:
                batch.append(raw)
                if len(batch) == BATCH:
                    self._take_batch(batch)
                    yield len(batch)
                    batch = []
        finally:
            self._take_batch(batch)
        yield len(batch)

    def finish(self, *, whole: bool) -> Report:
        """Note what the feed no longer holds, if it was read to its end. Nothing is deleted."""
        if whole:
            ours = Service.objects.filter(source=self.source).values_list("pk", "name").iterator()
            self.report.gone = [(str(pk), name) for pk, name in ours if pk not in self.seen]
        return self.report

    def _take_batch(self, raws: list[Any]) -> None:
        rows = [row for row in map(self._named, raws) if row]
        stored = Service.objects.filter(pk__in=[key for key, _, _ in rows]).values_list("pk", "source", "digest")
        known = {pk: (source, digest) for pk, source, digest in stored}
        changed = []
        for key, digest, raw in rows:
            source, before = known.get(key, (self.source, ""))
            if source != self.source:
                self._refuse(Problem(str(key), "id", "another source has a service with this id"))
            elif before == digest and not self.again:
                self.report.same += 1
            elif received := self._read(raw):
                received.service.digest = digest
                changed.append((received, key in known))
        self._save_all(changed)

    def _named(self, raw: Any) -> tuple[uuid.UUID, str, Any] | None:
        """The id and the digest of a raw service, without reading it; None when it is refused."""
        try:
            key = identity_of(raw, self.source)
        except Refused as refused:
            self._refuse(refused.problem)
            return None
        if key in self.seen:
            self._refuse(Problem(str(key), "id", "the feed has this service twice; the first is kept"))
            return None
        self.seen.add(key)
        as_sent = json.dumps(raw, sort_keys=True, default=str)
        return key, hashlib.sha256(f"{READING}{as_sent}".encode()).hexdigest(), raw

    def _read(self, raw: Any) -> Received | None:
        try:
            received = from_oruk(raw, self.source)
        except Refused as refused:
            self._refuse(refused.problem)
            return None
        received.service.received = kept(raw)
        return received

    def _refuse(self, problem: Problem) -> None:
        self.report.refused += 1
        self.report.problems.append(problem)

    def _save_all(self, batch: list[tuple[Received, bool]]) -> None:
        """In one transaction; when the database refuses something, one by one, to lose no more than that."""
        if not batch:
            return
        try:
            save([received for received, _ in batch], self.source)
        except (DatabaseError, ValueError) as error:
            if len(batch) > 1:
                for one in batch:
                    self._save_all([one])
                return
            said = str(error).partition("\n")[0][:200]
            self._refuse(Problem(str(batch[0][0].service.pk), "", f"could not be stored: {said}"))
            return
        for received, was_there in batch:
            self.report.problems += received.problems
            self.report.changed += was_there
            self.report.new += not was_there


# --- One batch into the tables ---------------------------------------------------------------------------


@transaction.atomic
def save(batch: list[Received], source: str) -> None:
    """Put services and all that hangs on them into the tables and the search index."""
    _keep_apart(batch, source)
    _find_points(batch)
    _upsert(Agency, [r.agency for r in batch])
    _upsert(Location, [row for r in batch for row in r.locations])
    _save_terms(batch)
    services = [r.service for r in batch]
    columns = _columns(Service, *KEPT[Service])
    Service.objects.bulk_create(services, update_conflicts=True, unique_fields=["id"], update_fields=columns)
    _replace_rows(batch)
    index(service.pk for service in services)


def _keep_apart(batch: list[Received], source: str) -> None:
    """Give ids of this source's own to what has the id of somebody else's agency, place or list."""
    for model, rows in (
        (Agency, [r.agency for r in batch]),
        (Location, [row for r in batch for row in r.locations]),
        (Taxonomy, [row for r in batch for row in r.taxonomies]),
    ):
        foreign = model.objects.filter(pk__in={row.pk for row in rows}).exclude(source=source)  # type: ignore[attr-defined]
        renamed = {pk: stable_id(source, model.__name__, pk) for pk in foreign.values_list("pk", flat=True)}
        for row in rows:
            row.pk = renamed.get(row.pk, row.pk)
        column = f"{model.__name__.lower()}_id"
        for r in batch:
            for child in (r.service, *r.terms, *r.rows):
                if hasattr(child, column):
                    setattr(child, column, renamed.get(getattr(child, column), getattr(child, column)))


def _find_points(batch: list[Received]) -> None:
    """Places without coordinates get those of their postcode."""
    lost = [row for r in batch for row in r.locations if row.latitude is None and tidy(row.postcode)]
    if lost:
        load_areas({area_of(tidy(row.postcode)) for row in lost})
    for row in lost:
        if point := find_postcode(row.postcode):
            row.latitude, row.longitude = point


def _columns(model: type[models.Model], *without: str) -> list[str]:
    return [f.name for f in model._meta.concrete_fields if not f.primary_key and f.name not in without]


# What the place keeps about a listing, wherever it comes from.
OURS = (
    "created_at", "published_at", "confirm_every", "asks", "asked_at", "hidden_at", "joined_to", "version",
    "answers", "reply_days", "accepted_percent", "bookable", "offer_hours", "paused_until",
)  # fmt: skip
# What an agency decides about itself, or others know it by, is not a feed's to change.
KEPT: dict[Any, tuple[str, ...]] = {
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
    Service: OURS,
}


def _upsert(model: Any, rows: list[Any]) -> None:
    columns = _columns(model, *KEPT.get(model, ()))
    first = {row.pk: row for row in reversed(rows)}
    model.objects.bulk_create(first.values(), update_conflicts=True, unique_fields=["id"], update_fields=columns)


def _save_terms(batch: list[Received]) -> None:
    """Terms that are new, with their lists. One that is there already is linked to and stays as it is."""
    terms = {row.pk: row for r in batch for row in r.terms}
    wanted = {*terms, *(row.parent_id for row in terms.values() if row.parent_id)}
    there = set(TaxonomyTerm.objects.filter(pk__in=wanted).values_list("pk", flat=True))
    new = {pk: row for pk, row in terms.items() if pk not in there}
    for row in new.values():
        row.code = ""  # a code is how the place itself knows a term
        if row.parent_id == row.pk or (row.parent_id not in there and row.parent_id not in new):
            row.parent_id = None
    lists = {row.taxonomy_id for row in new.values()}
    _upsert(Taxonomy, [row for r in batch for row in r.taxonomies if row.pk in lists])
    TaxonomyTerm.objects.bulk_create(new.values())


def _replace_rows(batch: list[Received]) -> None:
    """What belongs to these services alone is deleted and written anew."""
    services, places = {r.service.pk for r in batch}, {row.pk for r in batch for row in r.locations}
    for model in OWNED:
        model.objects.filter(service__in=services).delete()
    Accessibility.objects.filter(location__in=places).delete()
    _describe_places_once(batch)
    for model in (ServiceAtLocation, *OWNED[1:], Accessibility):
        model.objects.bulk_create(_with_free_ids(model, batch))


def _describe_places_once(batch: list[Received]) -> None:
    """A place that several services name is described by the first of them."""
    described: set[uuid.UUID] = set()
    for r in batch:
        r.rows = [row for row in r.rows if not (isinstance(row, Accessibility) and row.location_id in described)]
        described |= {row.pk for row in r.locations}


def _with_free_ids(model: Any, batch: list[Received]) -> list[Any]:
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
