"""How long a team keeps the record of a person, and when that has run out (Records Management Code of Practice 2021).

Counted from the end of care: from the last closing of any of the person's cases in that team, so that opening another
one sets it back. What is held for a legal reason has not run out.
"""

import datetime
import uuid
from collections.abc import Collection, Iterator
from typing import Any

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet
from django.utils import timezone

from agencies.hooks import DueRecord, PlacePeriod, RecordClass, record_classes
from agencies.retention import years_after, years_before
from cases.actions.erasure import ERASED_NAME
from cases.actions.retention import ask_to_erase_person
from cases.models import Hold, Person
from config.template_tags import date_words

CODE = "Records Management Code of Practice 2021"
ADULT_AGE = 18
ADULT = PlacePeriod("case-adult", "Case record of an adult", 8, "years", "the end of care", CODE)
CHILD = PlacePeriod(
    "case-child",
    "Case record of somebody who was under 18",
    25,
    "years",
    "their birth",
    f"{CODE}: until the 25th birthday, the 26th for who was 17 at the end of care",
    least=ADULT_AGE,
)


@record_classes.register
def list_case_classes() -> list[RecordClass]:
    rules = {ADULT: find_adults, CHILD: find_children}
    return [
        RecordClass(
            period=period,
            find_due=find_due,
            describe=describe_people,
            erase=ask_to_erase_person,
            erased="Erasure asked for: a second person approves it",
        )
        for period, find_due in rules.items()
    ]


def find_finished_people(record: uuid.UUID | None) -> "QuerySet[Any]":
    """People with whom their team has finished, `ended` when; without those who are held or erased."""
    rows = Person.objects.filter(pk=record) if record else Person.objects.all()
    counted = rows.annotate(ended=Max("cases__closed_at"), running=Count("cases", filter=Q(cases__closed_at=None)))
    finished = counted.filter(running=0, ended__isnull=False).exclude(name=ERASED_NAME)
    return finished.exclude(Exists(Hold.in_force().filter(person=OuterRef("pk")))).order_by("pk")


def find_adults(today: datetime.date, length: int, record: uuid.UUID | None) -> Iterator[DueRecord]:
    """Also those whose age nobody knows: whoever decides sees that."""
    before = timezone.make_aware(datetime.datetime.combine(years_before(today, length), datetime.time.max))
    for person in find_finished_people(record).filter(ended__lte=before).iterator():
        ended = timezone.localdate(person.ended)
        if not was_child(person, ended):
            yield DueRecord(person.agency_id, person.pk, years_after(ended, length))


def find_children(today: datetime.date, length: int, record: uuid.UUID | None) -> Iterator[DueRecord]:
    for person in find_finished_people(record).filter(date_of_birth__lte=years_before(today, length)).iterator():
        born, ended = person.date_of_birth, timezone.localdate(person.ended)
        if was_child(person, ended):
            longer = ended >= years_after(born, ADULT_AGE - 1)
            due_on = years_after(born, length + longer)
            if due_on <= today:
                yield DueRecord(person.agency_id, person.pk, due_on)


def was_child(person: Person, ended: datetime.date) -> bool:
    """Whether they were under 18 at the end of care."""
    return person.date_of_birth is not None and ended < years_after(person.date_of_birth, ADULT_AGE)


def describe_people(ids: Collection[uuid.UUID]) -> dict[uuid.UUID, str]:
    rows = Person.objects.filter(pk__in=ids).annotate(ended=Max("cases__closed_at"), n=Count("cases")).order_by("pk")
    return {person.pk: describe_person(person) for person in rows}


def describe_person(person: Any) -> str:
    """Whose record it is, for who decides: as `describe_people` has fetched it."""
    born = f"born {date_words(person.date_of_birth)}" if person.date_of_birth else "age not known"
    cases = f"{person.n} case{'' if person.n == 1 else 's'}, last closed {date_words(person.ended)}"
    return f"{person.name}, {born}, {cases}"
