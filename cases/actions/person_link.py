"""Two teams have a record each of one person: what one of them learns is offered to the other, and never written there.

Offered only to a team that is in the circle, so that may read it anyway. To take it over, or not, is its own to decide.
"""

import uuid

from django.db import connection, transaction
from django.utils import timezone

from agencies.models import Author, Membership
from cases.facts import KeyFact, format_fact_values
from cases.history.record import record_entry
from cases.models import Audience, Case, Entry, Kind, Person, PersonLink
from cases.notifications import notify_lead
from config.row_security import entered
from config.transitions import lock_row, save_columns

SAME_PERSON = "{} works with the same person. What changes in one record is offered to the other"
NOT_THE_SAME = "No longer taken to be the same person as in the record of another team"


def link_people(one: Person, other: Person, *, by: Membership) -> PersonLink:
    """Both teams have said that it is one person. Twice is once."""
    first, second = sorted((one, other), key=lambda person: person.pk)
    return PersonLink.objects.get_or_create(first=first, second=second, ended_at=None, defaults={"made_by": by})[0]


@transaction.atomic
def end_link(link: PersonLink, case: Case, *, by: Membership, words: str, key: uuid.UUID) -> None:
    """It is somebody else, or they want it no more: the records go apart again, nothing in them has changed. The other
    team finds out when nothing is offered any more; why is ours."""
    lock_row(link)
    link.refresh_from_db()
    if link.ended_at:
        return
    save_columns(link, ended_at=timezone.now(), ended_by=by)
    record_entry(
        case=case,
        kind=Kind.ASKED,
        by=Author.of(by),
        text=words,
        audience=Audience.TEAM,
        key=key,
        details={"what": NOT_THE_SAME},
    )


def offer_fact(case: Case, fact: KeyFact, entry: Entry) -> None:
    """The fact of the person that `entry` says has changed, to the other teams that know them and are in the circle:
    an entry in the story of each, from which it can be taken over. What a case says of itself is read in the case."""
    if fact.of != "person":
        return
    values = fact.read_values(case)
    said = {
        "label": fact.label,
        "words": format_fact_values(values),
        "values": {field: "" if value is None else str(value) for field, value in values.items()},
    }
    for other in find_linked_cases(case):
        with entered("case", other):
            theirs = Case.with_people().get(pk=other)
            record_entry(
                case=theirs,
                kind=Kind.OFFERED,
                by=entry.author,
                audience=Audience.TEAM,
                key=uuid.uuid5(entry.pk, str(other)),
                details={"after": said["words"], "differs": {fact.name: said}},
            )
            notify_lead(theirs, key=f"fact offered {entry.pk} {other}")


def find_linked_cases(case: Case) -> list[uuid.UUID]:
    """Open cases of the teams of the circle that have a record of the same person: the database says which."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT linked_cases(%s)", [case.pk])
        return [found for (found,) in cursor.fetchall()]
