"""Undoing a joining: a referral that was taken to be about somebody else goes to a record of its own.

What it brought into the other person's record and history goes with it. Words about one person must not stand in
another's history, which that other may read: they are written into the right case first, then taken out by the lawful
erasure that leaves who, when and the chain.
"""

import uuid
from collections.abc import Collection, Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone

from agencies.access import Layer
from agencies.models import Author
from cases.actions.opening import column_text, create_person, fill_blank_columns, notify_of_opening, settle_referral
from cases.history.record import erase_entry, record_entry
from cases.models import Audience, Case, CaseReferral, Entry, Hold, Kind, Person
from cases.models.entry import CONTACT_KINDS, NOTE_KINDS
from config.births import BirthPrecision
from config.template_tags import when
from config.transitions import lock_row, save_columns
from referrals.actions import MoveRefused
from referrals.models import Referral

TAKEN_OUT = "It is about another person, and stands in that person's case."
BLANKS: dict[str, Any] = {  # the others: ""
    "date_of_birth": None,
    "birth_precision": BirthPrecision.DAY,
    "practice": None,
    "contact_by": "phone",
}


@transaction.atomic
def part_referral(
    *, referral: Referral, by: Author, person: Person | None, entries: Collection[int], words: str, key: uuid.UUID
) -> Case:
    """Take `referral` to be about `person` (None: somebody new) from now on, and return the case it belongs to then.

    A case that it alone led to goes over whole; else it leaves the case, with the notes numbered in `entries`. `words`
    say why. The same `key` again changes nothing. Raises MoveRefused once it is closed, PersonAddedMeanwhile.
    """
    lock_row(referral)
    referral.refresh_from_db(from_queryset=Referral.locked())
    link = CaseReferral.objects.select_related("case__person", "case__lead", "referral").get(referral=referral)
    link.referral, was = referral, link.case
    if Entry.objects.filter(about=referral, key=key).exists():
        return was
    lock_both(was, person)
    if Hold.in_force().filter(person=was.person_id).exists():
        raise MoveRefused("The record is held for a legal reason, and nothing is taken out of it: end the hold first")
    if not (was.is_open and referral.is_open):
        raise MoveRefused("This case is closed. What came of it was told already")
    blanked = take_out_columns(link)
    if is_only_referral(link):
        return give_own_person(link, by=by, person=person, words=words, blanked=blanked, key=key)
    lead = was.lead if was.lead.ended_at is None or by.member is None else by.member
    new, is_new = settle_referral(link, by=by, person=person, lead=lead, match="")
    moved = move_notes(was, entries, new, by)
    brought = was.entries.filter(kind__in=[Kind.REFERRED, Kind.NOTE], about=referral)
    for entry in [*brought, *moved]:
        erase_entry(entry, by=by, reason=TAKEN_OUT)
    was.agreements.filter(referral=referral, withdrawn_at=None).update(withdrawn_at=timezone.now())
    record_parting(was, by, words, "A referral of another person was joined here, and is taken out", blanked, moved)
    record_parting(new, by, words, "Had been joined to another person's case", key=key, about=referral)
    if is_new:
        notify_of_opening(new, referral, by)
    return new


def lock_both(was: Case, person: Person | None) -> None:
    """The records and the cases of either, in one order: two joinings undone in opposite directions do not block each
    other."""
    people = Person.objects.filter(pk__in=[one.pk for one in (was.person, person) if one]).order_by("pk")
    list(people.select_for_update().values_list("pk"))
    list(Case.objects.select_for_update().filter(person__in=people, closed_at=None).order_by("pk").values_list("pk"))


def is_only_referral(link: CaseReferral) -> bool:
    """Whether the case was opened by this referral and no other has led to it."""
    others = CaseReferral.objects.filter(case=link.case_id, direction=CaseReferral.Direction.RECEIVED)
    return not others.exclude(pk=link.pk).exists()


def take_out_columns(link: CaseReferral) -> list[str]:
    """Blank what the referral filled in of the person's record and nobody has changed since; the columns' names."""
    person = Person.objects.get(pk=link.case.person_id)
    ours = [name for name, value in link.filled.items() if column_text(person, name) == value]
    if ours:
        save_columns(person, **{name: BLANKS.get(name, "") for name in ours}, version=person.version + 1)
    return ours


def give_own_person(
    link: CaseReferral, *, by: Author, person: Person | None, words: str, blanked: list[str], key: uuid.UUID
) -> Case:
    """The whole case goes to the right person's record; a case that the other has had here before says so too."""
    case, mistaken = link.case, link.case.person
    right, link.filled = fill_blank_columns(person, link.referral) if person else (create_person(link.referral), {})
    if right.cases.filter(closed_at=None).exists():
        raise MoveRefused(f"{right} has an open case already. Close this one, and write there what it says")
    link.save(update_fields=["filled"])
    save_columns(case, person=right, version=case.version + 1)
    record_parting(case, by, words, "Opened for another person's record", key=key, about=link.referral)
    if before := mistaken.cases.order_by("-opened_at").first():
        record_parting(before, by, words, "A referral of another person was joined to this record", blanked)
    return case


def move_notes(was: Case, numbers: Collection[int], new: Case, by: Author) -> list[Entry]:
    """Write the notes, and what corrects them, into the other case; those that are to be taken out here then."""
    copies: dict[uuid.UUID, Entry] = {}
    moved = []
    for entry in was.entries.filter(kind__in=[*NOTE_KINDS, Kind.CORRECTION]).order_by("number"):
        if entry.number in numbers or entry.corrects_id in copies:
            corrects = copies.get(entry.corrects_id) if entry.corrects_id else None
            copies[entry.pk] = copy_note(entry, new, by, corrects)
            moved.append(entry)
    return moved


def copy_note(entry: Entry, case: Case, by: Author, corrects: Entry | None) -> Entry:
    """The note in the case that it is about, with who wrote it first; a contact counts as one there."""
    copy = record_entry(
        case=case,
        kind=Kind(entry.kind),
        by=by,
        text=entry.text,
        audience=Audience(entry.audience),
        layer=Layer(entry.layer),
        happened_at=entry.happened_at,
        details={"moved": f"by {entry.byline}, {when(entry.written_at)}"},
        corrects=corrects,
    )
    if entry.kind in CONTACT_KINDS:
        save_columns(
            case,
            first_contact_at=min(filter(None, (case.first_contact_at, entry.happened_at))),
            last_contact_at=max(filter(None, (case.last_contact_at, entry.happened_at))),
        )
    return copy


def record_parting(
    case: Case,
    by: Author,
    words: str,
    what: str,
    blanked: Iterable[str] = (),
    moved: Iterable[Entry] = (),
    **more: Any,
) -> None:
    """An entry for the team alone: the other person may not read that somebody else was referred."""
    labels = [name.replace("_", " ") for name in blanked if name != "birth_precision"]
    details = {"what": what, "blanked": ", ".join(labels), "entries": ", ".join(str(entry.number) for entry in moved)}
    record_entry(case=case, kind=Kind.PARTED, by=by, text=words, audience=Audience.TEAM, details=details, **more)
