"""Changing a key fact: the new words on the row, the old and the new in the history."""

import uuid
from typing import Any

from django.db import IntegrityError, transaction

from agencies.models import Author
from cases.actions.person_link import offer_fact
from cases.facts import KeyFact
from cases.history.record import record_entry
from cases.models import Case, Entry, Kind, Person


class FactChangedMeanwhile(Exception):
    """Somebody else changed this fact since the form was shown; the case passed in holds it as it is now."""


class NHSNumberTaken(Exception):
    """Another record of the same team has this NHS number. Those of other teams are not asked."""


@transaction.atomic
def change_fact(
    *, case: Case, fact: KeyFact, by: Author, values: dict[str, Any], seen: str, key: uuid.UUID | None = None
) -> Entry | None:
    """Set the columns of `fact` to `values`, and write what it was and is into the history.

    `seen` is the fact's fingerprint as the form showed it. Returns None when nothing differs. The same `key`
    again gets the first entry. Raises FactChangedMeanwhile, NHSNumberTaken.
    """
    lock_fact(case, fact)
    if key and (first := Entry.objects.filter(case=case, key=key).first()):
        return first
    if fact.read_values(case) == values:
        return None
    if fact.fingerprint(case) != seen:
        raise FactChangedMeanwhile
    before, row = fact.format_value(case), fact.find_row(case)
    for column, value in values.items():
        setattr(row, column, value)
    row.version += 1
    try:
        with transaction.atomic():
            row.save(update_fields=[*fact.fields, "version"])
    except IntegrityError as error:
        raise NHSNumberTaken from error
    details = {"fact": fact.name, "label": fact.label, "before": before, "after": fact.format_value(case)}
    entry = record_entry(case=case, kind=Kind.FACT, by=by, key=key, layer=fact.layer, details=details)
    offer_fact(case, fact, entry)
    return entry


def lock_fact(case: Case, fact: KeyFact) -> None:
    """Hold the row that the fact stands on, and the case, as they are now: the person first, as accepting does."""
    if fact.of == "person":
        case.person.refresh_from_db(from_queryset=Person.objects.select_for_update(of=("self",)))
    fresh = Case.objects.select_for_update(of=("self",)).get(pk=case.pk)
    for name in ("what_matters", "safety_note", "version", "entry_count", "chain"):
        setattr(case, name, getattr(fresh, name))
