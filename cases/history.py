"""The case history: one writer, one reader, one proof that nothing was rewritten.

`record()` is the only function that adds an entry, `timeline()` the only one that pages through them.
"""

import hashlib
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils import timezone

from agencies.models import Author, Membership, Signed
from cases.models import Audience, Case, Entry, Kind
from referrals.models import Referral

PAGE = 30  # entries shown at once


def _sha256(*parts: object) -> str:
    """SHA-256 in hex over the parts as one JSON array, so that no two lists of parts read alike."""
    canonical = json.dumps(parts, ensure_ascii=False, separators=(",", ":"), sort_keys=True, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()


def digest_of(text: str, details: dict[str, object]) -> str:
    """The digest of an entry's content: what lawful erasure blanks, and this outlives."""
    return _sha256(text, details)


def chain_of(previous: str, entry: Entry) -> str:
    """The chain after `entry`: the previous chain, the entry's metadata and its digest, hashed."""
    return _sha256(
        previous, entry.case_id, entry.number, entry.kind, _utc(entry.happened_at), _utc(entry.written_at),
        entry.hand, entry.written_by_id, entry.written_for_id, entry.author_name, entry.agency_name,
        entry.audience, entry.about_id, entry.corrects_id, entry.digest,
    )  # fmt: skip


def _utc(moment: datetime) -> str:
    return moment.astimezone(tz=timezone.get_fixed_timezone(0)).isoformat(timespec="microseconds")


@transaction.atomic
def record(
    *,
    case: Case,
    kind: Kind,
    by: Author,
    text: str = "",
    audience: Audience = Audience.CIRCLE,
    details: dict[str, object] | None = None,
    happened_at: datetime | None = None,
    about: Referral | None = None,
    corrects: Entry | None = None,
    key: uuid.UUID | None = None,
) -> Entry:
    """Add an entry to the history of `case`, and move the head of the case along.

    The case row is locked, so numbers have no gaps however many write at once. A `key` seen before returns
    the entry it made the first time. `details` must be JSON. Saves the head's columns only.
    """
    head = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if key and (first := Entry.objects.filter(case=head, key=key).first()):
        return first
    now, content = timezone.now(), json.loads(json.dumps(details or {}, default=str))
    entry = Entry(
        case=head, number=head.entry_count + 1, kind=kind, happened_at=happened_at or now, written_at=now,
        audience=audience, text=text, details=content, about=about, corrects=corrects, key=key,
        digest=digest_of(text, content), **Signed.signature(by),
    )  # fmt: skip
    entry.chain = chain_of(head.chain, entry)
    entry.save()
    case.entry_count, case.chain, case.last_entry_at = entry.number, entry.chain, now
    Case.objects.filter(pk=head.pk).update(entry_count=entry.number, chain=entry.chain, last_entry_at=now)
    return entry


def timeline(*, case: Case, member: Membership, before: int | None = None) -> QuerySet[Entry]:
    """The newest entries of `case` that the member may read, older than number `before` when given.

    Sliced to one more than a page: the extra one says that there is more.
    """
    entries = Entry.visible_to(member).filter(case=case)
    if before is not None:
        entries = entries.filter(number__lt=before)
    return entries.select_related("about__service", "corrects").order_by("-number")[: PAGE + 1]


@dataclass(frozen=True)
class Fault:
    """Where a history does not verify: the case, the number of the entry, and what is wrong there."""

    case_id: uuid.UUID
    number: int
    what: str


def verify(case_id: uuid.UUID | None = None) -> Iterator[Fault | int]:
    """Check every entry's digest, chain and number, of one case or of all; yields faults, then the count.

    An entry erased by law is blank and keeps its digest, so its chain still verifies.
    """
    entries = Entry.objects.order_by("case_id", "number")
    if case_id:
        entries = entries.filter(case_id=case_id)
    checked, now_in, previous, number = 0, None, "", 0
    for entry in entries.iterator(chunk_size=5000):
        if entry.case_id != now_in:
            now_in, previous, number = entry.case_id, "", 0
        number += 1
        checked += 1
        if entry.number != number:
            yield Fault(entry.case_id, number, "an entry is missing")
            number = entry.number
        erased = not entry.text and entry.details == {"erased": True}
        if not erased and digest_of(entry.text, entry.details) != entry.digest:
            yield Fault(entry.case_id, number, "the content was changed")
        if chain_of(previous, entry) != entry.chain:
            yield Fault(entry.case_id, number, "the chain is broken")
        previous = entry.chain
    yield from _heads_that_differ(case_id)
    yield checked


def _heads_that_differ(case_id: uuid.UUID | None) -> Iterator[Fault]:
    """Cases whose head is not their last entry: the end of the history was cut off."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.id, c.entry_count FROM cases_case c
            LEFT JOIN cases_entry e ON e.case_id = c.id AND e.number = c.entry_count
            WHERE (%(case)s::uuid IS NULL OR c.id = %(case)s) AND coalesce(e.chain, '') <> c.chain
            """,
            {"case": case_id},
        )
        for case, number in cursor.fetchall():
            yield Fault(case, number, "the end of the history is missing")
