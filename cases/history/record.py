"""The case history: one writer, one reader, one proof that nothing was rewritten.

`record_entry()` is the only function that adds an entry, `timeline_page()` the only one that pages through them,
`erase_entry()` the only lawful way to take words out of one. The proof is in cases/history/verify.py.
"""

import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from django.contrib.postgres.expressions import ArraySubquery
from django.db import transaction
from django.db.models import F, OuterRef, Q, QuerySet
from django.utils import timezone
from procrastinate.contrib.django import app

from agencies import access
from agencies.access import Layer
from agencies.models import Author, Membership, Signed
from agencies.scope_sql import visible_sql
from bookings.states import BookingStatus
from cases.history.news import add_entry_news
from cases.models import Agreement, Audience, Case, Entry, Kind
from cases.models.entry import DEFAULT_LAYER, LAYER_OF_KIND
from config.append_only import erase_columns
from config.database import prepared_cursor
from config.statements import build_instances, columns_sql, fill_statement
from config.transitions import DeedForbidden
from referrals.models import Referral

PAGE_SIZE = 30  # entries shown at once
MAX_NUMBER = 2**31 - 1  # of an entry
ERASED_DETAILS = {"erased": True}  # the content of an entry after lawful erasure; its words are ""
UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_encode_canonical_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode


def hash_content(text: str, details: Mapping[str, Any]) -> str:
    """SHA-256 in hex of an entry's content: what lawful erasure blanks, and this outlives.

    The parts are joined by NUL, which no text in PostgreSQL can hold: no two contents read alike.
    """
    return hashlib.sha256(f"{text}\0{_encode_canonical_json(details) if details else '{}'}".encode()).hexdigest()


def hash_chain(previous: str, metadata: Iterable[str], digest: str) -> str:
    """The chain after an entry: SHA-256 of the previous chain, what `entry_metadata` gives, and the entry's digest."""
    return hashlib.sha256("\0".join((previous, *metadata, digest)).encode()).hexdigest()


def entry_metadata(entry: Entry) -> tuple[str, ...]:
    """All that is true of an entry beside its content, as text, in the order that cases/history/verify.py reads it."""
    parts = (
        entry.case_id,
        entry.number,
        entry.kind,
        epoch_microseconds(entry.happened_at),
        epoch_microseconds(entry.written_at),
        entry.hand,
        entry.written_by_id,
        entry.written_for_id,
        entry.author_name,
        entry.agency_name,
        entry.audience,
        entry.about_id,
        entry.corrects_id,
        *([] if entry.layer == Layer.UNSORTED else [entry.layer]),  # those from before layers hash as they did
    )
    return tuple("" if part is None else str(part) for part in parts)


def epoch_microseconds(moment: datetime) -> int:
    """Whole microseconds since 1970 in UTC: PostgreSQL's own precision."""
    return (moment - UNIX_EPOCH) // timedelta(microseconds=1)


@transaction.atomic
def record_entry(
    *,
    case: Case,
    kind: Kind,
    by: Author,
    text: str = "",
    audience: Audience = Audience.CIRCLE,
    layer: Layer | None = None,
    details: Mapping[str, Any] | None = None,
    happened_at: datetime | None = None,
    about: Referral | None = None,
    corrects: Entry | None = None,
    key: uuid.UUID | None = None,
) -> Entry:
    """Add an entry to the history of `case`, and move the head of the case along.

    The case row is locked, so numbers have no gaps however many write at once. A `key` seen before returns
    the entry it made the first time. `details` become JSON; a decimal is kept as text, because PostgreSQL
    may write it another way. `layer` is what it is about: of None, that of what it corrects, or the usual one of its
    kind. Of the case, saves the head's columns only. What another party did becomes news.
    """
    head = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    if key and (first := Entry.objects.filter(case=head, key=key).first()):
        return first
    refuse_restricted(head, kind, by, details or {}, about)
    now, content = timezone.now(), json.loads(json.dumps(details or {}, default=str), parse_float=str)
    entry = Entry(
        case=head,
        number=head.entry_count + 1,
        kind=kind,
        happened_at=happened_at or now,
        written_at=now,
        audience=audience,
        layer=layer or (corrects.layer if corrects else LAYER_OF_KIND.get(kind, DEFAULT_LAYER)),
        text=text,
        details=content,
        about=about,
        corrects=corrects,
        key=key,
        digest=hash_content(text, content),
        **Signed.signature(by),
    )
    entry.chain = hash_chain(head.chain, entry_metadata(entry), entry.digest)
    entry.save()
    add_entry_news(entry)
    case.entry_count, case.chain, case.last_entry_at = entry.number, entry.chain, now
    Case.objects.filter(pk=head.pk).update(entry_count=entry.number, chain=entry.chain, last_entry_at=now)
    return entry


# What may be written of a case that is kept and not used (UK GDPR article 18): what is done about just that; and what
# others tell of their own accord, which would be lost otherwise.
KEPT_KINDS = frozenset({Kind.RIGHT, Kind.STATEMENT, Kind.HELD, Kind.ERASED, Kind.ASSIGNED})
TOLD_KINDS = frozenset(
    {
        Kind.REFERRED,
        Kind.ANSWERED,
        Kind.WITHDRAWN,
        Kind.BOOKED,
        Kind.ATTENDED,
        Kind.MISSED,
        Kind.ASKED,
        Kind.OFFERED,
    }
)
RESTRICTED_MESSAGE = (
    "The person has asked that this case is kept and not used. Nothing is written in it, sent or shared until that is "
    "lifted; whoever answers for records can lift it"
)


def refuse_restricted(
    case: Case, kind: Kind, by: Author, details: Mapping[str, Any], about: Referral | None = None
) -> None:
    """Raises DeedForbidden for what is done with a restricted case. Whoever answers for records may write in it, saying
    why (`despite`); an agreement may be narrowed or taken back, and what rested on it (`about`) withdrawn with it;
    a place may be cancelled."""
    if case.processing_restricted_at is None or kind in KEPT_KINDS:
        return
    ours = by.member is not None and by.member.agency_id == case.agency_id
    if (kind in TOLD_KINDS and not ours) or (kind == Kind.AGREED and less_is_shared(details)):
        return
    if kind == Kind.BOOKED and details.get("status") == BookingStatus.CANCELLED:
        return
    if kind == Kind.WITHDRAWN and about and not Agreement.objects.filter(is_agreed(case, about)).exists():
        return
    if not (ours and details.get("despite") and access.has_permission(by.member, access.Permission.RIGHTS)):
        raise DeedForbidden(RESTRICTED_MESSAGE)


def less_is_shared(details: Mapping[str, Any]) -> bool:
    return bool(details.get("withdrawn") or details.get("narrowed"))


def is_agreed(case: Case, about: Referral) -> Q:
    return Q(case=case, agency=about.to_agency_id, scope=Agreement.Scope.SHARE, withdrawn_at=None)


TIMELINE_SQL = f"""
SELECT {columns_sql("e", Entry)}, corrected.number,
    ARRAY(SELECT later.number FROM cases_entry later WHERE later.corrects_id = e.id AND later.kind <> 'statement'
        ORDER BY later.number),
    ARRAY(SELECT later.number FROM cases_entry later WHERE later.corrects_id = e.id AND later.kind = 'statement'
        ORDER BY later.number),
    (SELECT news.id FROM cases_news news WHERE news.entry_id = e.id AND news.done_at IS NULL)
FROM ({{visible}}) e LEFT JOIN cases_entry corrected ON corrected.id = e.corrects_id
WHERE e.case_id = %(case)s AND e.number < %(before)s
ORDER BY e.number DESC LIMIT %(rows)s
"""  # noqa: S608


def timeline_page(*, case: Case, member: Membership, before: int | None = None) -> list[Entry]:
    """The newest entries of `case` that the member may read, older than number `before` when given; with the numbers
    that `annotate_corrections` brings, and `news_id`: the id of the news that it is, until somebody has dealt with it.

    One more than a page: the extra one says that there is more.
    """
    older_than = MAX_NUMBER if before is None else before
    values: dict[str, Any] = {
        "case": case.pk,
        "agency": member.agency_id,
        "member": member.pk,
        "before": older_than,
        "rows": PAGE_SIZE + 1,
    }
    with prepared_cursor() as cursor:
        cursor.execute(fill_statement(TIMELINE_SQL, visible=visible_sql(Entry, member)), values)
        rows = cursor.fetchall()
    return [read_entry(*row) for row in rows]


def read_entry(*row: Any) -> Entry:
    *columns, corrects_number, corrected_numbers, stated_numbers, news = row
    (entry,) = build_instances(columns, Entry)
    entry.stated_numbers = stated_numbers
    entry.corrects_number, entry.corrected_numbers, entry.news_id = corrects_number, corrected_numbers, news
    return cast("Entry", entry)


def full_timeline(*, case: Case, member: Membership, team: bool = True) -> QuerySet[Entry]:
    """Every entry of `case` that the member may read, in order, for the history on paper.

    With `team=False` without the team's private entries, as the person gets it.
    """
    entries = Entry.visible_to(member).filter(case=case)
    if not team:
        entries = entries.exclude(audience=Audience.TEAM)
    return annotate_corrections(entries).order_by("number")


def annotate_corrections(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    """With the number of the entry that each corrects, and the numbers of those that correct it, or hold what the
    person says of it (they have the same audience: whoever reads the one reads the other)."""
    later = Entry.objects.filter(corrects=OuterRef("pk")).order_by("number").values("number")
    return entries.annotate(
        corrects_number=F("corrects__number"),
        corrected_numbers=ArraySubquery(later.exclude(kind=Kind.STATEMENT)),
        stated_numbers=ArraySubquery(later.filter(kind=Kind.STATEMENT)),
    )


@transaction.atomic
def erase_entry(entry: Entry, *, by: Author, reason: str) -> Entry:
    """Write an entry that says that the words of one are taken out for good (UK GDPR article 17), and queue that.

    No request may rewrite an entry, so a job does it, at once after the deed is committed. Text and details go;
    that the entry was there, who wrote it and when, its digest and the chain stay, so
    the history still verifies. Returns the new entry. Raises ValueError for an entry that records an erasure
    or is blank already.
    """
    if entry.kind == Kind.ERASED or entry.corrections.filter(kind=Kind.ERASED).exists():
        raise ValueError("There are no words to take out of this entry.")
    said = record_entry(
        case=entry.case,
        kind=Kind.ERASED,
        by=by,
        text=reason,
        audience=Audience(entry.audience),
        details={"number": entry.number},
        corrects=entry,
    )
    app.configure_task("blank_entry").defer(entry=str(entry.pk))
    return said


def blank_entry(pk: uuid.UUID) -> None:
    """The blanking itself: only the roles of jobs and of the owner may."""
    erase_columns(Entry.objects.filter(pk=pk), text="", details=ERASED_DETAILS)


def erase_case_words(case: Case, *, by: Author, reason: str) -> int:
    """The same of every entry of `case` that has words, with one entry that says so; how many were erased. For a job:
    it blanks them at once, in the transaction of its caller."""
    rows = case.entries.exclude(kind=Kind.ERASED).exclude(details=ERASED_DETAILS).order_by("number")
    numbers = list(rows.values_list("number", flat=True))
    erase_columns(case.entries.filter(number__in=numbers), text="", details=ERASED_DETAILS)
    if numbers:
        record_entry(case=case, kind=Kind.ERASED, by=by, text=reason, details={"numbers": numbers})
    return len(numbers)
