"""Brings services of a feed into the directory, batch by batch. A second run of the same feed changes nothing."""

import hashlib
import json
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import DatabaseError

from directory.exchange.feeds import AsBefore
from directory.exchange.open_referral import Problem, Received, Refused, from_oruk, identity_of
from directory.exchange.open_referral.columns import label
from directory.exchange.open_referral.spreadsheet import OTHER, Row
from directory.exchange.writer import save
from directory.models import Service, Status
from directory.publishing.diff import differences
from directory.publishing.snapshot import WHOLE, as_data
from directory.text.cleaning import kept

BATCH = 200
READING = "3"  # goes up when from_oruk reads more or otherwise: then everything is read again
MOST_NOTES = 2_000  # changes and problems of one run that are written down; the counts are of all
LONGEST_NOTE = 500  # characters of an old or new value
Change = tuple[str, str, list[tuple[str, str, str]]]  # id, name, [(what, old, new)]


@dataclass
class Report:
    """What an import did: how many services, what changed in each, and each thing that was wrong."""

    new: int = 0
    changed: int = 0
    same: int = 0
    refused: int = 0
    gone: list[tuple[str, str]] = field(default_factory=list)  # id and name of services no longer in the feed
    problems: list[Problem] = field(default_factory=list)
    refusals: list[tuple[Problem, Any]] = field(default_factory=list)  # with the row as it was sent
    changes: list[Change] = field(default_factory=list)
    elsewhere: Counter[str] = field(default_factory=Counter)  # how many were refused that belong to another source
    unused: dict[str, None] = field(default_factory=dict)  # the columns of a table that are no field of ours

    @property
    def same_elsewhere(self) -> str:
        """What to say when it looks like another source's list; "" when it does not."""
        owner, count = self.elsewhere.most_common(1)[0] if self.elsewhere else ("", 0)
        return f"{count:,} belong to {owner}. The same directory?" if count else ""

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
        """Note what the feed no longer holds, if it was read to its end. Nothing is deleted.

        What was set to not running because it was gone before (its digest is empty then) is not named again.
        """
        if whole:
            ours = Service.objects.filter(source=self.source).exclude(status=Status.INACTIVE, digest="")
            rows = ours.values_list("pk", "name").iterator()
            self.report.gone = [(str(pk), name) for pk, name in rows if pk not in self.seen]
        return self.report

    def unchanged(self, rows: list[Any]) -> set[Any]:
        """Of a feed's list: the ids of those that carry the very `last_modified` they had when they were received."""
        named = {}
        for row in rows if not self.again else []:
            if isinstance(row, dict) and row.get("last_modified"):
                try:
                    named[identity_of(row, self.source)] = row
                except Refused:
                    continue
        stored = Service.objects.filter(pk__in=named, source=self.source).exclude(digest="")
        before = stored.values_list("pk", "received__last_modified")
        return {named[pk]["id"] for pk, moment in before if moment == named[pk]["last_modified"]}

    def _take_batch(self, raws: list[Any]) -> None:
        rows = [row for row in map(self._named, raws) if row]
        stored = Service.objects.filter(pk__in=[key for key, _, _ in rows]).values_list("pk", "source", "digest")
        known = {pk: (source, digest) for pk, source, digest in stored}
        changed = []
        for key, digest, raw in rows:
            source, before = known.get(key, (self.source, ""))
            if source != self.source:
                owner = source or "somebody here"
                self.report.elsewhere[owner] += 1
                self._refuse(Problem(str(key), "id", f"it belongs to {owner}"), raw)
            elif (before == digest or (isinstance(raw, AsBefore) and before)) and not self.again:
                self.report.same += 1
            elif received := self._read(raw):
                received.service.digest = digest
                changed.append((received, key in known, raw))
        self._save_all(changed)

    def _named(self, raw: Any) -> tuple[uuid.UUID, str, Any] | None:
        """The id and the digest of a raw service, without reading it; None when it is refused."""
        sent = raw.raw if isinstance(raw, AsBefore) else raw
        if isinstance(raw, Row):
            self.report.unused |= dict.fromkeys(name.removeprefix(OTHER) for name in raw if name.startswith(OTHER))
        try:
            key = identity_of(sent, self.source)
        except Refused as refused:
            self._refuse(refused.problem, sent)
            return None
        if key in self.seen:
            label = raw.label if isinstance(raw, Row) else str(key)
            self._refuse(Problem(label, "id", "the feed has this service twice; the first is kept"), sent)
            return None
        self.seen.add(key)
        as_sent = json.dumps(sent, sort_keys=True, default=str)
        return key, hashlib.sha256(f"{READING}{as_sent}".encode()).hexdigest(), raw

    def _read(self, raw: Any) -> Received | None:
        sent = raw.raw if isinstance(raw, AsBefore) else raw
        try:
            received = from_oruk(sent.as_service() if isinstance(sent, Row) else sent, self.source)
        except Refused as refused:
            self._refuse(refused.problem, sent)
            return None
        except (ValueError, TypeError, RecursionError, ArithmeticError, AttributeError) as error:
            problem = Problem(str(identity_of(sent, self.source)), "", f"could not be read: {error}"[:300])
            self._refuse(problem, sent)
            return None
        received.service.received = kept(sent)
        if isinstance(sent, Row):  # a sheet has columns, not paths
            received.problems[:] = [one._replace(field=label(one.field)) for one in received.problems]
        return received

    def _refuse(self, problem: Problem, raw: Any = None) -> None:
        self.report.refused += 1
        self.report.problems.append(problem)
        as_it_came = raw.cells if isinstance(raw, Row) and raw.cells is not None else raw
        self.report.refusals.append((problem, kept(as_it_came)))

    def _save_all(self, batch: list[tuple[Received, bool, Any]]) -> None:
        """In one transaction; when the database refuses something, one by one, to lose no more than that."""
        if not batch:
            return
        before = self._as_they_are([r for r, was_there, _ in batch if was_there])
        try:
            save([received for received, _, _ in batch], self.source)
        except (DatabaseError, ValueError) as error:
            if len(batch) > 1:
                for one in batch:
                    self._save_all([one])
                return
            said = str(error).partition("\n")[0][:200]
            received, _, raw = batch[0]
            self._refuse(Problem(str(received.service.pk), "", f"could not be stored: {said}"), raw)
            return
        for received, was_there, _ in batch:
            self.report.problems += received.problems
            self.report.changed += was_there
            self.report.new += not was_there
        self._note_changes(before)

    def _as_they_are(self, batch: list[Received]) -> dict[uuid.UUID, Any]:
        """The listings as they stand, whole, of those that are to change; only as many as will be written down."""
        room = MOST_NOTES - len(self.report.changes)
        ids = [received.service.pk for received in batch][: max(room, 0)]
        return {one.pk: as_data(one) for one in Service.objects.filter(pk__in=ids).prefetch_related(*WHOLE)}

    def _note_changes(self, before: dict[uuid.UUID, Any]) -> None:
        for one in Service.objects.filter(pk__in=before).prefetch_related(*WHOLE) if before else []:
            found = differences(before[one.pk], as_data(one))
            short = [(each.label, each.old[:LONGEST_NOTE], each.new[:LONGEST_NOTE]) for each in found]
            self.report.changes.append((str(one.pk), one.name, short))
