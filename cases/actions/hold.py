"""Placing a legal hold on what the team has of a person, looking at it again, and ending it."""

import datetime
import uuid
from typing import Any

from django.db import transaction
from django.utils import timezone

from agencies.messages import absolute_url
from agencies.models import Author
from agencies.registers import tell_keepers
from cases.history.record import record_entry
from cases.models import Audience, Case, Hold, Kind
from config.batches import run_for_each
from config.row_security import job_context
from config.template_tags import date_words
from config.transitions import MoveRefused, insert_if_new, lock_row, save_columns


@transaction.atomic
def place_hold(*, case: Case, by: Author, reason: str, review_on: datetime.date, key: uuid.UUID) -> Hold:
    """From now on nothing of the person is erased here, by a period or otherwise. The same `key` again: the first."""
    hold = Hold(
        key=key, person=case.person, agency=case.agency, reason=reason, review_on=review_on, **Hold.signature(by)
    )
    if not insert_if_new(hold):
        return Hold.objects.get(key=key)
    record_hold(case, by, "placed", reason, review_on=date_words(review_on))
    return hold


@transaction.atomic
def review_hold(*, hold: Hold, case: Case, by: Author, words: str, review_on: datetime.date | None) -> None:
    """It goes on until it is looked at again on `review_on`; without one it ends. Raises MoveRefused for one that has
    ended already."""
    lock_row(hold)
    hold.refresh_from_db()
    if hold.ended_at:
        raise MoveRefused("This hold has ended already.")
    if review_on:
        save_columns(hold, review_on=review_on)
        record_hold(case, by, "goes on", words, review_on=date_words(review_on))
    else:
        save_columns(hold, ended_at=timezone.now())
        record_hold(case, by, "ended", words)


def record_hold(case: Case, by: Author, deed: str, words: str, **details: Any) -> None:
    """For the team alone: why a record is held may be a safeguarding matter."""
    record_entry(
        case=case, kind=Kind.HELD, by=by, text=words, audience=Audience.TEAM, details={"deed": deed, **details}
    )


def remind_of_holds(today: datetime.date) -> int:
    """Tell who keeps the registers of holds that are to be looked at again, once for each date."""
    due = Hold.in_force().filter(review_on__lte=today).exclude(reminded_on__gte=today - datetime.timedelta(days=28))
    with job_context():
        rows = list(due.select_related("person__agency").order_by("review_on", "pk"))
    return run_for_each("Hold", rows, lambda hold: remind(hold, today))


def remind(hold: Hold, today: datetime.date) -> bool:
    claimed = Hold.in_force().filter(pk=hold.pk, reminded_on=hold.reminded_on).update(reminded_on=today)
    latest = hold.person.cases.order_by("-opened_at", "pk").first()
    if claimed and latest:
        tell_keepers(
            [hold.person.agency],
            key=f"hold {hold.pk} {today}",
            subject="Is a legal hold still needed?",
            template="email/hold.txt",
            context={"link": absolute_url("cases:holds", latest.pk)},
        )
    return bool(claimed)
