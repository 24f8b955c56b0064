"""A copy of all that an agency holds about a person (UK GDPR article 15): gathered, and with what is left out marked.

Both files are made of the snapshot that `build_snapshot` returns. Every kind of record that holds something of a person
has its function in SOURCES; what each gives is reviewed item by item.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from django.utils import timezone

from agencies.models import Author
from cases.access_log import load_log_for_person
from cases.actions.opening import format_referral
from cases.facts import KEY_FACTS
from cases.history.record import annotate_corrections
from cases.history.render import corrected_entry_number, format_entry, format_entry_time, is_correction
from cases.models import Agreement, Circle, Entry, Redaction, RightsRequest
from cases.models.subject_access import RedactionReason
from cases.records import HeldRecords, find_drafts, find_look_ups, find_messages, find_records
from config.template_tags import born, date_words, nhs, when
from referrals.letters import find_answer
from referrals.models import Referral
from referrals.story import build_move_entry, build_remark_entry, load_moves

Facts = list[tuple[str, str]]


@dataclass(frozen=True)
class CopyItem:
    """One thing that is held: what it is, who wrote it and when, its words, and what stands below them."""

    id: str
    title: str
    by: str = ""
    when: str = ""
    text: str = ""
    facts: Facts = field(default_factory=list)

    def has_words(self, passage: str) -> bool:
        return any(passage in words for words in (self.text, *(value for _, value in self.facts)))


@dataclass(frozen=True)
class CopySection:
    title: str
    items: list[CopyItem]


def known(*pairs: tuple[str, Any]) -> Facts:
    """Label and value as text, without what is not known."""
    return [(label, str(value)) for label, value in pairs if value]


# --- What there is, by kind -------------------------------------------------------------------------


def list_facts(request: RightsRequest, held: HeldRecords) -> Iterator[CopyItem]:
    if held.person and held.cases:
        for fact in KEY_FACTS.values():
            if fact.of == "person" and (words := fact.format_value(held.cases[-1])):
                yield CopyItem(f"fact:{fact.name}", fact.label, text=words)
        if held.person.practice:
            yield CopyItem("fact:practice", "GP practice", text=held.person.practice.name)


def list_cases(request: RightsRequest, held: HeldRecords) -> Iterator[CopyItem]:
    for case in held.cases:
        facts = known(
            ("Connector", f"{case.lead.user.name}, {case.agency.name}"),
            ("What matters to me", case.what_matters),
            ("Visit safely", case.safety_note),
            ("Next step", case.next_action and f"{case.next_action}, by {date_words(case.next_action_on)}"),
            ("Closed", case.closed_at and f"{date_words(case.closed_at)}: {case.closing_reason}"),
            ("What has changed", case.outcome),
            ("How it went", case.closing_summary),
        )
        circle = [
            (f"May see it since {date_words(seat.started_at)}, {name_end(seat)}", seat.agency.name)
            for seat in case.circle.select_related("agency").order_by("started_at", "pk")
        ]
        yield CopyItem(f"case:{case.pk}", f"Case of {date_words(case.opened_at)}", facts=facts + circle)


def name_end(seat: Circle) -> str:
    return f"until {date_words(seat.ended_at)}" if seat.ended_at else "now"


def list_entries(request: RightsRequest, held: HeldRecords) -> Iterator[CopyItem]:
    rows = annotate_corrections(Entry.objects.filter(case__in=held.cases)).order_by("case__opened_at", "case", "number")
    for entry in rows:
        title, facts, text = format_entry(entry)
        corrects = f", corrects {corrected_entry_number(entry)}" if is_correction(entry) else ""
        said = (f"{entry.number}. {title}{corrects}", entry.byline, format_entry_time(entry), text, facts)
        yield CopyItem(f"entry:{entry.pk}", *said)


def list_referrals(request: RightsRequest, held: HeldRecords) -> Iterator[CopyItem]:
    for row in held.referrals:
        facts = known(
            ("Name", row.person_name),
            ("Born", born(row.birth)),
            ("NHS number", nhs(row.nhs_number)),
            ("Phone", row.phone),
            ("E-mail", row.email),
            ("Address", f"{row.address} {row.postcode}".strip()),
        )
        title = f"Referral from {row.from_agency} to {row.receiver_name}"
        said = (title, row.sent_by.user.name, when(row.sent_at), row.message, facts + format_referral(row))
        yield CopyItem(f"referral:{row.pk}", *said)
        yield from list_referral_steps(row)


def list_referral_steps(row: Referral) -> Iterator[CopyItem]:
    for move in load_moves(row):
        step = build_move_entry(move)
        yield CopyItem(f"move:{move.pk}", step.title, step.by, step.when, step.words, known(("Reason", step.reason)))
    for remark in row.remarks.order_by("at", "pk"):
        step = build_remark_entry(remark)
        yield CopyItem(f"remark:{remark.pk}", step.title, step.by, step.when, step.words)
    if answer := find_answer(row):
        facts = known(("Why it ended", answer.reason), ("What has changed", answer.outcome))
        facts += [("Went on to", group) for group in answer.groups]
        facts += [("Code", f"{code['code']} {code['term']}") for code in answer.codes]
        said = ("Answer to whoever referred", answer.byline, when(answer.at), answer.summary, facts)
        yield CopyItem(f"answer:{answer.pk}", *said)


def list_bookings(request: RightsRequest, held: HeldRecords) -> Iterator[CopyItem]:
    for row in held.bookings:
        facts = known(
            ("Name", row.name), ("Phone", row.phone), ("E-mail", row.email), ("Now", row.get_status_display())
        )
        facts += [
            (when(move.at), f"{move.deed}, by {move.byline}. {move.words}".strip())
            for move in row.moves.order_by("number")
        ]
        said = (str(row.session.service), "", when(row.session.starts_at), row.note, facts)
        yield CopyItem(f"booking:{row.pk}", *said)


def list_agreements(request: RightsRequest, held: HeldRecords) -> Iterator[CopyItem]:
    for row in Agreement.objects.filter(case__in=held.cases).order_by("given_at", "pk"):
        facts = known(("How", row.how), ("Taken back", when(row.withdrawn_at)))
        title = f"{row.get_scope_display()}: {row.named}"
        yield CopyItem(f"agreement:{row.pk}", title, row.byline, when(row.given_at), facts=facts)


def list_openings(request: RightsRequest, held: HeldRecords) -> Iterator[CopyItem]:
    for case in held.cases:
        log = [(when(row.at), f"{row}") for row in reversed(load_log_for_person(case))]
        yield CopyItem(f"openings:{case.pk}", f"Who opened the case of {date_words(case.opened_at)}", facts=log)
    for referral in held.referrals:
        if log := [(when(row.at), row.reader_name) for row in referral.readings.order_by("at", "pk")]:
            yield CopyItem(f"openings:{referral.pk}", f"Who opened the referral to {referral.receiver_name}", facts=log)
    rows = find_look_ups(request, held).select_related("member__user").order_by("at", "pk")
    if looks := [(when(row.at), row.member.user.name) for row in rows]:
        yield CopyItem("look_ups", "Who looked for the NHS number", facts=looks)


def list_messages(request: RightsRequest, held: HeldRecords) -> Iterator[CopyItem]:
    for row in find_messages(held.ids).order_by("created_at", "pk"):
        facts = known(("To", row.to), ("By", row.get_channel_display()))
        yield CopyItem(f"message:{row.pk}", row.subject, when=when(row.created_at), text=row.body, facts=facts)


def list_drafts(request: RightsRequest, held: HeldRecords) -> Iterator[CopyItem]:
    for row in find_drafts(request, held).select_related("member__user").order_by("saved_at", "pk"):
        said = ("Typed, and not sent", row.member.user.name, when(row.saved_at), "", row.typed_words)
        yield CopyItem(f"draft:{row.pk}", *said)


def list_requests(request: RightsRequest, held: HeldRecords) -> Iterator[CopyItem]:
    rows = RightsRequest.of_person(held.person) if held.person else RightsRequest.objects.filter(pk=request.pk)
    for row in rows:
        facts = known(("Who asked", row.requester), ("Answer to", row.reply_to))
        facts += [
            (when(move.at), f"{move.deed}, by {move.byline}. {move.words}") for move in row.moves.order_by("number")
        ]
        said = (row.get_kind_display(), "", date_words(row.received_on), row.words, facts)
        yield CopyItem(f"request:{row.pk}", *said)


Source = Callable[[RightsRequest, HeldRecords], Iterable[CopyItem]]
SOURCES: list[tuple[str, Source]] = [
    ("What we know about you", list_facts),
    ("How we work with you", list_cases),
    ("Story", list_entries),
    ("Referrals", list_referrals),
    ("Places booked", list_bookings),
    ("What you agreed to", list_agreements),
    ("Who opened your record", list_openings),
    ("Letters, calls and e-mails", list_messages),
    ("What was typed and not sent", list_drafts),
    ("What you asked about your record", list_requests),
]


def gather_sections(request: RightsRequest) -> list[CopySection]:
    """All of it, as it is held."""
    held = find_records(request)
    sections = [CopySection(title, list(source(request, held))) for title, source in SOURCES]
    return [section for section in sections if section.items]


def fingerprint(sections: list[CopySection]) -> str:
    """Tells whether something was added or changed since it was read. Not the log of openings: reading adds to it."""
    items = [asdict(item) for section in sections for item in section.items if not item.id.startswith("openings:")]
    return hashlib.sha256(json.dumps(items).encode()).hexdigest()


# --- What is left out, and the snapshot -------------------------------------------------------------


def redact(item: CopyItem, redactions: Iterable[Redaction]) -> CopyItem:
    """The item with a mark where something was taken out: never in silence."""
    left_out = list(redactions)
    for one in left_out:
        if not one.passage:
            return replace(item, text=RedactionReason(one.reason).mark, facts=[])
    facts = [(label, cut_passages(value, left_out)) for label, value in item.facts]
    return replace(item, text=cut_passages(item.text, left_out), facts=facts)


def cut_passages(words: str, redactions: Iterable[Redaction]) -> str:
    """Every passage is found in the words as they were written: "Ann" taken out first would hide that "Ann Lee" goes
    too, and leave "Lee". Those that overlap are one, with the marks of each reason."""
    found = sorted(
        (start, start + len(one.passage), RedactionReason(one.reason).mark)
        for one in redactions
        for start in find_starts(words, one.passage)
    )
    parts: list[str] = []
    end = 0
    marks: set[str] = set()
    for start, stop, mark in found:
        if start >= end:
            parts.append(words[end:start])
            marks = set()
        if mark not in marks:
            parts.append(mark)
            marks.add(mark)
        end = max(end, stop)
    return "".join([*parts, words[end:]])


def find_starts(words: str, passage: str) -> Iterator[int]:
    """Where the passage begins, also where it overlaps itself."""
    at = words.find(passage)
    while at >= 0:
        yield at
        at = words.find(passage, at + 1)


def group_redactions(request: RightsRequest) -> dict[str, list[Redaction]]:
    """By item; what takes out the whole of it comes first."""
    found: dict[str, list[Redaction]] = {}
    for one in request.redactions.order_by("passage", "at", "pk"):
        found.setdefault(one.item, []).append(one)
    return found


def redact_sections(request: RightsRequest, sections: list[CopySection]) -> list[CopySection]:
    of = group_redactions(request)
    return [replace(s, items=[redact(item, of.get(item.id, ())) for item in s.items]) for s in sections]


def build_snapshot(request: RightsRequest, by: Author) -> dict[str, Any]:
    """The copy as plain JSON: from whom, about whom, made by whom and when, and the sections with their marks."""
    sections = redact_sections(request, gather_sections(request))
    reasons = request.redactions.order_by("reason").values_list("reason", flat=True).distinct()
    return {
        "about": request.subject_name,
        "from": request.agency.name,
        "phone": request.agency.phone,
        "asked_on": request.received_on.isoformat(),
        "made_at": timezone.now().isoformat(),
        "made_by": by.name,
        "removed": [str(RedactionReason(reason).label) for reason in reasons],
        "sections": [asdict(section) for section in sections],
    }
