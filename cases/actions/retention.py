"""Erasing what a team has of a person whose record has been kept long enough."""

import uuid

from django.db import transaction

from agencies.models import Agency, Author
from cases.history.record import ERASED_DETAILS, erase_entry
from cases.models import Hold, Kind, Person
from config.transitions import MoveRefused, lock_row, save_columns

ERASED_NAME = "Erased"


@transaction.atomic
def erase_person_records(record: uuid.UUID, agency: Agency, by: Author, reason: str) -> None:
    """Take the words out of the histories, and what tells who it is out of the record. Raises MoveRefused for what is
    held, and for a person whom the team works with again."""
    person = Person.objects.get(pk=record, agency=agency)
    lock_row(person)
    if Hold.in_force().filter(person=person).exists():
        raise MoveRefused("This record is held for a legal reason.")
    for case in person.cases.select_for_update().order_by("pk"):
        if case.is_open:
            raise MoveRefused(f"{person} has an open case.")
        for entry in case.entries.exclude(kind=Kind.ERASED).exclude(details=ERASED_DETAILS).order_by("number"):
            erase_entry(entry, by=by, reason=reason)
        save_columns(case, what_matters="", safety_note="", closing_summary="")
    blank = dict.fromkeys(("preferred_name", "nhs_number", "phone", "email", "address", "postcode", "best_time"), "")
    save_columns(person, name=ERASED_NAME, date_of_birth=None, contact_avoid="", leave_message="", **blank)
