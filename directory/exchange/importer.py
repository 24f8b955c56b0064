"""Brings services of a feed into the directory, batch by batch. A second run of the same feed changes nothing."""

import hashlib
import json
import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from django.db import DatabaseError, transaction

from directory.exchange.actions.zero_cost import drop_zero_costs
from directory.exchange.feeds import UnchangedService
from directory.exchange.field_use import (
    FieldTally,
    FieldUse,
    SentService,
    SentTables,
    find_sent_values,
    leave_uncounted,
    mark_links,
    mark_used,
    trace_service,
)
from directory.exchange.files import FeedNotice
from directory.exchange.open_referral import ParsedService, Problem, ServiceRefused, from_oruk, parse_service_id
from directory.exchange.open_referral.columns import field_label
from directory.exchange.open_referral.older_versions import is_in_season
from directory.exchange.open_referral.spreadsheet import SheetRow
from directory.exchange.stored import load_stored_services, pack_service, rename_service
from directory.exchange.writer import save_services
from directory.models import Service, ServiceAlias, Status
from directory.publishing.diff import compare_listings
from directory.publishing.snapshot import load_snapshots
from directory.text.cleaning import clean_json

BATCH_SIZE = 200
PARSER_VERSION = "5"  # goes up when from_oruk reads more or otherwise: then everything is read again
MAX_REPORT_ROWS = 2_000  # changes and problems of one run that are written down; the counts are of all
MAX_NAMED = 3  # services of which the same is said that are named
MAX_CHANGE_LENGTH = 500  # characters of an old or new value
Journal = Callable[[dict[uuid.UUID, bytes]], None]  # of each listing that is written, how it stood; b"" of a new one
ListingChange = tuple[str, str, list[tuple[str, str, str]]]  # id, name, [(what, old, new)]


class ProblemGroup(NamedTuple):
    """The same thing said of several services: how many, and the first of them."""

    field: str
    said: str
    times: int
    ids: list[str]

    def __str__(self) -> str:
        who = self.ids[0] if self.times == 1 else f"{self.times:,} times ({', '.join(self.ids)}{self._further})"
        return f"{who}, {self.field or 'the service'}: {self.said}" if who else self.said

    @property
    def _further(self) -> str:
        return ", …" if self.times > len(self.ids) else ""


def group_problems(problems: Iterable[Iterable[str]]) -> list[ProblemGroup]:
    """Each thing said once, in the order in which it was first said; values in “ ” and numbers make no difference."""
    found: dict[tuple[str, str], ProblemGroup] = {}
    for key, where, said in problems:
        place = re.sub(r"\[[0-9]+\]", "", where)
        like = place, re.sub(r"“[^”]*”|[0-9][0-9.,:]*", "…", said)
        before = found.get(like)
        if before is None:
            found[like] = ProblemGroup(where, said, 1, [key])
            continue
        ids = before.ids + [key] if len(before.ids) < MAX_NAMED and key not in before.ids else before.ids
        found[like] = ProblemGroup(place, before.said, before.times + 1, ids)
    return [*found.values()]


@dataclass
class ImportReport:
    """What an import did: how many services, what changed in each, and each thing that was wrong."""

    new: int = 0
    changed: int = 0
    same: int = 0
    refused: int = 0
    gone: list[tuple[str, str]] = field(default_factory=list)  # id and name of services no longer in the feed
    problems: list[Problem] = field(default_factory=list)
    refusals: list[tuple[Problem, Any]] = field(default_factory=list)  # with the row as it was sent
    changes: list[ListingChange] = field(default_factory=list)
    elsewhere: Counter[str] = field(default_factory=Counter)  # how many were refused that belong to another source
    fields: list[FieldUse] = field(default_factory=list)  # of the source: which were used, and where they went
    unknown_tables: list[str] = field(default_factory=list)

    @property
    def unused(self) -> list[str]:
        """Fields and columns of the source of which nothing was used."""
        return [row.field for row in self.fields if not row.used]

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


def parse_service(sent: Any, source: str, tally: FieldTally) -> ParsedService:
    """One service as it came; the values of nested JSON are counted at once, those of tables and sheets by whoever
    reads them. Raises what `from_oruk` raises."""
    if isinstance(sent, SheetRow):
        return from_oruk(sent.as_service(), source)
    traced = trace_service(sent)
    try:
        return from_oruk(traced, source)
    except ServiceRefused:
        mark_used(traced, "")
        raise
    finally:
        if traced.tables is None:
            mark_links(traced)
            tally.add(find_sent_values(traced))


class Importer:
    """One run of one source. `take` any number of raw services, then `finish`."""

    def __init__(
        self, source: str, *, again: bool = False, journal: Journal | None = None, zero_is_unknown: bool = False
    ) -> None:
        """`again` reads also what has not changed since the last run, to hear once more what is wrong in it.

        `journal` hears what is written, and how it stood before. Where `zero_is_unknown`, 0 is no price.
        """
        self.source, self.again, self.report = source[:100], again, ImportReport()
        self.seen: set[uuid.UUID] = set()
        self.created: set[uuid.UUID] = set()
        self.journal, self.zero_is_unknown = journal, zero_is_unknown
        self.tally = FieldTally()
        self.tables: dict[int, SentTables] = {}  # that services were put together from

    def import_services(self, raws: Iterable[Any]) -> Iterator[int]:
        """Read and save; yields how many were dealt with, after each batch is committed.

        What came before `raws` raised an error is saved too, then the error goes on.
        """
        batch: list[Any] = []
        try:
            for raw in raws:
                if isinstance(raw, FeedNotice):
                    self.report.problems.append(Problem("", "", raw.said))
                    continue
                batch.append(raw)
                if len(batch) == BATCH_SIZE:
                    self._import_batch(batch)
                    yield len(batch)
                    batch = []
        finally:
            self._import_batch(batch)
        yield len(batch)

    def finish_report(self, *, whole: bool) -> ImportReport:
        """Note what the feed no longer holds, if it was read to its end. Nothing is deleted.

        What was set to not running because it was gone before (its digest is empty then) is not named again.
        """
        for tables in self.tables.values():
            self.report.unknown_tables += tables.unknown
            self.report.problems += [Problem("", "", f"{column}: {said}") for column, said in tables.said]
            self.tally.add(find_sent_values(tables.rows))
        self.report.fields = self.tally.rows()
        if whole:
            ours = Service.objects.filter(source=self.source).exclude(status=Status.INACTIVE, digest="")
            rows = ours.values_list("pk", "name").iterator()
            self.report.gone = [(str(pk), name) for pk, name in rows if pk not in self.seen]
        return self.report

    def find_unchanged(self, rows: list[Any]) -> set[Any]:
        """Of a feed's list: the ids of those that carry the very `last_modified` they had when they were received."""
        named = {}
        for row in rows if not self.again else []:
            if isinstance(row, dict) and row.get("last_modified"):
                try:
                    named[parse_service_id(row, self.source)] = row
                except ServiceRefused:
                    continue
        stored = Service.objects.filter(pk__in=named, source=self.source).exclude(digest="")
        before = stored.values_list("pk", "received__last_modified")
        return {named[pk]["id"] for pk, moment in before if moment == named[pk]["last_modified"]}

    def _import_batch(self, raws: list[Any]) -> None:
        self._import_rows(raws)
        for raw in raws:  # what came of tables is counted when all of them are read
            if isinstance(raw, SentService) and raw.tables is not None:
                self.tables[id(raw.tables)] = raw.tables
            elif isinstance(raw, SheetRow):
                self.tally.add(raw.sent)

    def _import_rows(self, raws: list[Any]) -> None:
        rows = [row for row in map(self._fingerprint_row, raws) if row]
        known = self._find_stored(key for key, _, _ in rows)
        if (
            aliases := ServiceAlias.resolve(missing)
            if (missing := [row[0] for row in rows if row[0] not in known])
            else {}
        ):
            rows = [(self._resolve_alias(key, aliases), digest, raw) for key, digest, raw in rows]
            known |= self._find_stored(aliases.values())
        changed = []
        for key, digest, raw in rows:
            source, before = known.get(key, (self.source, ""))
            if source != self.source:
                owner = source or "somebody here"
                self.report.elsewhere[owner] += 1
                self._record_refusal(Problem(str(key), "id", f"it belongs to {owner}"), raw)
            elif (before == digest or (isinstance(raw, UnchangedService) and before)) and not self.again:
                self.report.same += 1
                leave_uncounted(raw, shared=not isinstance(raw, SheetRow))
            elif received := self._parse_row(raw, key):
                received.service.digest = digest
                changed.append((received, key in known, raw))
        self._save_batch(changed)

    def _find_stored(self, keys: Iterable[uuid.UUID]) -> dict[uuid.UUID, tuple[str, str]]:
        """Of the listings that are here: source and digest."""
        rows = Service.objects.filter(pk__in=list(keys)).values_list("pk", "source", "digest")
        return {pk: (source, digest) for pk, source, digest in rows}

    def _resolve_alias(self, key: uuid.UUID, aliases: dict[uuid.UUID, uuid.UUID]) -> uuid.UUID:
        """The listing's own id of what the source calls otherwise by now, unless it sends that one too."""
        own = aliases.get(key, key)
        if own != key and own in self.seen:
            return key
        self.seen.add(own)
        return own

    def _fingerprint_row(self, raw: Any) -> tuple[uuid.UUID, str, Any] | None:
        """The id and the digest of a raw service, without reading it; None when it is refused."""
        sent = raw.raw if isinstance(raw, UnchangedService) else raw
        try:
            key = parse_service_id(sent, self.source)
        except ServiceRefused as refused:
            self._record_refusal(refused.problem, sent)
            return None
        if key in self.seen:
            label = raw.label if isinstance(raw, SheetRow) else str(key)
            said = "this is in the list twice" if isinstance(raw, SheetRow) else "the feed has this service twice"
            self._record_refusal(Problem(label, "id", f"{said}; the first is kept"), sent)
            return None
        self.seen.add(key)
        as_sent = json.dumps(sent, sort_keys=True, default=str)
        as_sent += "" if is_in_season(sent) else "not shown today"  # so that it is read again on the day it is
        return key, hashlib.sha256(f"{PARSER_VERSION}{as_sent}".encode()).hexdigest(), raw

    def _parse_row(self, raw: Any, key: uuid.UUID) -> ParsedService | None:
        sent = raw.raw if isinstance(raw, UnchangedService) else raw
        try:
            received = parse_service(sent, self.source, self.tally)
        except ServiceRefused as refused:
            self._record_refusal(refused.problem, sent)
            return None
        except (ValueError, TypeError, RecursionError, ArithmeticError, AttributeError) as error:
            problem = Problem(str(parse_service_id(sent, self.source)), "", f"could not be read: {error}"[:300])
            self._record_refusal(problem, sent)
            return None
        if self.zero_is_unknown:
            drop_zero_costs(received)
        if received.service.pk != key:
            rename_service(received, key)
        received.service.received = clean_json(sent)
        if isinstance(sent, SheetRow):  # a sheet has columns, not paths
            received.problems[:] = [one._replace(field=field_label(one.field)) for one in received.problems]
        return received

    def _record_refusal(self, problem: Problem, raw: Any = None) -> None:
        self.report.refused += 1
        if isinstance(raw, (SheetRow, SentService)):
            mark_used(raw, "")
        self.report.problems.append(problem)
        as_it_came = raw.cells if isinstance(raw, SheetRow) and raw.cells is not None else raw
        self.report.refusals.append((problem, clean_json(as_it_came)))

    def _save_batch(self, batch: list[tuple[ParsedService, bool, Any]]) -> None:
        """In one transaction; when the database refuses something, one by one, to lose no more than that."""
        if not batch:
            return
        room = max(MAX_REPORT_ROWS - len(self.report.changes), 0)  # changes that are still written down
        before = load_snapshots([received.service.pk for received, was_there, _ in batch if was_there][:room])
        stood = self._pack_stored(batch)
        try:
            with transaction.atomic():
                save_services([received for received, _, _ in batch], self.source)
                if self.journal:
                    self.journal(stood)
        except (DatabaseError, ValueError) as error:
            if len(batch) > 1:
                for one in batch:
                    self._save_batch([one])
                return
            said = str(error).partition("\n")[0][:200]
            received, _, raw = batch[0]
            self._record_refusal(Problem(str(received.service.pk), "", f"could not be stored: {said}"), raw)
            return
        self.created |= {received.service.pk for received, was_there, _ in batch if not was_there}
        for received, was_there, _ in batch:
            self.report.problems += received.problems
            self.report.changed += was_there
            self.report.new += not was_there
        for pk, now in load_snapshots(before).items():
            found = compare_listings(before[pk], now)
            short = [(each.label, each.old[:MAX_CHANGE_LENGTH], each.new[:MAX_CHANGE_LENGTH]) for each in found]
            self.report.changes.append((str(pk), now["name"], short))

    def _pack_stored(self, batch: list[tuple[ParsedService, bool, Any]]) -> dict[uuid.UUID, bytes]:
        if not self.journal:
            return {}
        stored = load_stored_services([received.service.pk for received, was_there, _ in batch if was_there])
        return {row.service.pk: b"" for row, _, _ in batch} | {pk: pack_service(one) for pk, one in stored.items()}
