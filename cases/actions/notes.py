"""What the composer writes: a contact, a note, a correction; and the next step in the same deed."""

import datetime
import uuid
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from agencies.access import Layer
from agencies.models import Author
from cases.actions.opening import FIRST_CONTACT
from cases.history.record import record_entry
from cases.models import Audience, Case, CaseReferral, Entry, Kind
from cases.models.entry import CONTACT_KINDS, FIRST_CONTACT_KINDS, NOTE_KINDS
from config.template_tags import date_words
from config.transitions import lock_row, save_columns
from config.working_days import add_working_days
from referrals.actions import move_referral
from referrals.models import Referral
from referrals.states import ReferralStatus, Side

TRY_AGAIN = "Try again"  # the next step when there was none
MAX_DAYS_TO_NEXT_TRY = 5  # working days


@dataclass(frozen=True)
class NextStep:
    """What comes next and by when. With `words` empty there is no next step from now on."""

    words: str
    on: datetime.date | None


@transaction.atomic
def write_note(
    *,
    case: Case,
    by: Author,
    kind: Kind,
    text: str = "",
    audience: Audience = Audience.CIRCLE,
    layer: Layer | None = None,
    happened_at: datetime.datetime | None = None,
    next_step: NextStep | None = None,
    key: uuid.UUID | None = None,
    despite: str = "",
) -> Entry:
    """Add what a member did or learned to the history of `case`, and set its next step (None leaves it).

    A contact (phone, call, visit) by the owning team is the first contact if none was before: the referrals that led
    here become "started". A call that only books a time is not (shared standards, nhs.md 4.3). The same `key` again
    gets the first entry. Raises PermissionDenied when another agency of the circle sets the next step or writes for
    the owning team only.

    `despite`: why it is written though the case is restricted; by whoever answers for records alone (DeedForbidden).

    When the owning team gets no answer the try is counted, and the step that is due goes on to another day.
    """
    if kind not in NOTE_KINDS:
        raise ValueError(f"{kind} is written by its own deed")
    if by.agency != case.agency and (next_step or audience == Audience.TEAM):
        raise PermissionDenied
    # Referrals before the case, as everybody locks them: in the other order two could block each other.
    led_here = lock_waiting_referrals(case)
    lock_row(case)
    case.refresh_from_db(from_queryset=Case.locked())
    written, when = case.entry_count, happened_at or timezone.now()
    first_contact = kind in FIRST_CONTACT_KINDS and by.agency == case.agency and case.first_contact_at is None
    details: dict[str, Any] = {"first_contact": True} if first_contact else {}
    details |= {"despite": despite} if despite else {}
    since = case.last_contact_at
    if kind == Kind.NO_ANSWER and by.agency == case.agency and not (since and when < since):
        details["try"] = case.tries + 1
        next_step = next_step or plan_next_try(case)
    if next_step and next_step.words:
        details |= {"next": next_step.words, "next_on": date_words(next_step.on)}
    entry = record_entry(
        case=case,
        kind=kind,
        by=by,
        text=text,
        audience=audience,
        layer=layer,
        details=details,
        happened_at=when,
        key=key,
    )
    if entry.number <= written:  # this very post, sent before
        return entry
    update_case_head(case, entry, first_contact, next_step)
    for referral in led_here if first_contact else ():
        day = timezone.localdate(when)
        move_referral(referral, ReferralStatus.STARTED, by=by, side=Side.RECEIVER, happened_on=day)
    return entry


def lock_waiting_referrals(case: Case) -> list[Referral]:
    """The referrals that led to the case and wait for its first contact, locked."""
    return list(
        Referral.objects.select_for_update(of=("self",))
        .filter(
            case_referral__case=case,
            case_referral__direction=CaseReferral.Direction.RECEIVED,
            status__in=[ReferralStatus.ACCEPTED, ReferralStatus.WAITING],
        )
        .order_by("pk")
    )


def plan_next_try(case: Case) -> NextStep | None:
    """After a call without an answer: the step that was due, each time a working day further on, up to a week.

    None, which leaves the step as it is, for another step that is planned for a day to come."""
    if not case.is_open:
        return None
    planned = case.next_action_on
    if planned and planned > timezone.localdate() and case.next_action not in (FIRST_CONTACT, TRY_AGAIN):
        return None
    wait = min(case.tries + 1, MAX_DAYS_TO_NEXT_TRY)
    return NextStep(case.next_action or TRY_AGAIN, add_working_days(timezone.localdate(), wait))


def update_case_head(case: Case, entry: Entry, first: bool, step: NextStep | None) -> None:
    """Bring the head of the case to where the entry leaves it. The step that every case begins with is done by
    the first contact, and another try by any, unless another step is set."""
    kind, when = entry.kind, entry.happened_at
    changed: dict[str, Any] = {}
    done = {FIRST_CONTACT: first, TRY_AGAIN: kind in CONTACT_KINDS}
    if step is None and done.get(case.next_action):
        step = NextStep("", None)
    if kind in CONTACT_KINDS and (case.last_contact_at is None or case.last_contact_at < when):
        changed |= {"last_contact_at": when, "tries": 0}
    if "try" in entry.details:
        changed["tries"] = entry.details["try"]
    if first:
        changed["first_contact_at"] = when
    if step and case.is_open:  # closed at this moment by a colleague: the words stand in the entry
        changed |= {"next_action": step.words, "next_action_on": step.on}
    save_columns(case, **changed)


@transaction.atomic
def correct_entry(*, entry: Entry, by: Author, text: str, key: uuid.UUID | None = None) -> Entry:
    """Add an entry that corrects `entry`, which stays as it is; whoever could read that one can read this one.

    Raises PermissionDenied when `by` is of another agency than wrote it.
    """
    if by.agency is None or entry.written_for != by.agency:
        raise PermissionDenied
    return record_entry(
        case=entry.case,
        kind=Kind.CORRECTION,
        by=by,
        text=text,
        audience=Audience(entry.audience),
        details={"number": entry.number},
        corrects=entry,
        key=key,
    )
