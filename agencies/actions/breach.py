"""A personal data breach: reported by anybody at work, decided on and closed by who keeps the register."""

import datetime
import uuid
from typing import Any

from django.db import transaction

from agencies.messages import absolute_url
from agencies.models import Author, Breach, BreachStep, Membership, Signed
from agencies.registers import find_steward, tell_keepers
from config.batches import run_for_each
from config.row_security import job_context
from config.template_tags import when
from config.transitions import MoveRefused, find_by_key, lock_row, save_columns

Kind = BreachStep.Kind
WARN_AFTER = [datetime.timedelta(hours=hours) for hours in (48, 66, 72)]  # from when it was known
DECISIONS: dict[str, dict[str, Any]] = {  # what a step changes of where the breach stands
    Kind.ICO_TOLD: {"tells_ico": True},
    Kind.ICO_NOT_TOLD: {"tells_ico": False},
    Kind.PEOPLE_TOLD: {"tells_people": True},
    Kind.PEOPLE_NOT_TOLD: {"tells_people": False},
}


@transaction.atomic
def report_breach(
    *,
    by: Membership,
    key: uuid.UUID,
    what: str,
    whose: str,
    known_at: datetime.datetime,
    how_many: int | None = None,
    happened_on: datetime.date | None = None,
) -> Breach:
    """Write it into the register of the member's agency; its keepers and the steward hear of it at once. The same
    `key` again gets the first one."""
    told = {"what": what, "whose": whose, "known_at": known_at, "how_many": how_many, "happened_on": happened_on}
    new = {"agency": by.agency, **told, **Signed.signature(Author.of(by))}
    breach, created = Breach.objects.get_or_create(key=key, defaults=new)
    if created:
        warn_of_breach(breach, f"breach {breach.pk} reported", "A data breach was reported")
    return breach


def warn_of_clocks(now: datetime.datetime) -> int:
    """Warn of breaches on which nobody has decided, after each of WARN_AFTER; how many were warned of."""
    undecided = Breach.objects.filter(tells_ico=None, closed_at=None, known_at__lte=now - WARN_AFTER[0])
    with job_context():
        rows = list(undecided.select_related("agency").order_by("known_at", "pk"))
    return run_for_each("Breach", rows, lambda breach: warn_if_due(breach, now))


def warn_if_due(breach: Breach, now: datetime.datetime) -> bool:
    """Once for each of WARN_AFTER that has come; two that came together, once. False when another worker was first."""
    due = sum(now >= breach.known_at + after for after in WARN_AFTER)
    claimed = Breach.objects.filter(pk=breach.pk, warned=breach.warned, warned__lt=due).update(warned=due)
    if claimed:
        over = now >= breach.decide_by
        subject = "The 72 hours are over" if over else "The 72 hours of a data breach run out"
        warn_of_breach(breach, f"breach {breach.pk} warned {due}", subject)
    return bool(claimed)


def warn_of_breach(breach: Breach, key: str, subject: str) -> None:
    """To who keeps the register and to the steward: a link and the clock, and nothing of what happened."""
    link = absolute_url("agencies:breach", breach.pk)
    context = {"breach": breach, "by": when(breach.decide_by), "link": link}
    subject = f"{subject} ({breach.reference})"
    tell_keepers(
        [breach.agency, find_steward()], key=key, subject=subject, template="email/breach.txt", context=context
    )


@transaction.atomic
def add_breach_step(breach: Breach, *, by: Membership, kind: Kind, words: str, key: uuid.UUID | None) -> BreachStep:
    """Note what was done or decided. A later decision stands instead of an earlier one, and both stay written.

    Raises MoveRefused for what is closed already, and for closing before both decisions are made.
    """
    lock_row(breach)
    breach.refresh_from_db()
    if first := find_by_key(breach.steps, key):
        return first
    if breach.closed_at:
        raise MoveRefused("This breach is closed already.")
    if kind == Kind.CLOSED and None in (breach.tells_ico, breach.tells_people):
        raise MoveRefused("Decide first whether the Information Commissioner and the people are told.")
    number = breach.steps_made + 1
    step = BreachStep(breach=breach, number=number, kind=kind, words=words, key=key, **Signed.signature(Author.of(by)))
    step.save()
    closed = {"closed_at": step.at} if kind == Kind.CLOSED else {}
    save_columns(breach, steps_made=number, **DECISIONS.get(kind, {}), **closed)
    return step
