"""A case that only named workers of the team see; and opening one in an emergency, which is told at once."""

import datetime
import uuid
from collections.abc import Collection, Iterable

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone

from agencies.access import Permission, Purpose, Role
from agencies.messages import absolute_url, queue_messages
from agencies.models import Author, Membership
from cases.actions.facts import NHSNumberTaken
from cases.actions.seats import list_leads, list_named, seat_workers
from cases.history.record import record_entry
from cases.models import Audience, Case, Circle, EmergencyOpening, Kind, Person, PersonLink, Restriction
from cases.notifications import notify_lead, notify_new_lead
from config.row_security import entered
from config.template_tags import when
from config.transitions import lock_row, save_columns

NOT_RESTRICTED = "Everybody in the team"
EMERGENCY_SUBJECT = "A restricted case was opened in an emergency"


@transaction.atomic
def restrict_case(
    *, case: Case, by: Author, level: str, workers: Collection[Membership], words: str, key: uuid.UUID
) -> None:
    """From the next query on only `workers` of the team see `case` and the person's other cases there; with `level` ""
    the whole team does again. Of a protected person, other agencies of the circle see nothing more.

    A lead who does not see the case changes who is named, but neither names themselves nor opens it to all. Raises
    PermissionDenied, and NHSNumberTaken when it is opened to a team that has the number at another record meanwhile.
    """
    if not may_restrict(case, by, level, workers):
        raise PermissionDenied
    with entered("case", case.pk, *list_restricted()):
        seat_all(case, by, level, workers, words, key)


def seat_all(case: Case, by: Author, level: str, workers: Collection[Membership], words: str, key: uuid.UUID) -> None:
    """Whoever restricts it need not see it any more when it is written."""
    lock_row(case.person)
    cases = list(Case.objects.select_for_update().filter(person=case.person_id, agency=case.agency_id).order_by("pk"))
    for one in cases:
        if one.restriction == level and set(list_named(one)) == set(workers):
            continue
        seat_workers(one, level, workers)
        if level and one.is_open and one.lead not in workers:
            save_columns(one, lead=next(iter(workers)))
            notify_new_lead(one, by)
        details = {"level": Restriction(level).label if level else NOT_RESTRICTED, "workers": join_names(workers)}
        record_entry(
            case=one, kind=Kind.RESTRICTED, by=by, text=words, audience=Audience.TEAM, key=key, details=details
        )
    if level == Restriction.PROTECTED:  # the other team's page would say that there is a record
        PersonLink.in_force(case.person).update(ended_at=timezone.now(), ended_by=by.member)
    try:
        with transaction.atomic():
            Person.objects.filter(pk=case.person_id).update(hidden=bool(level), version=F("version") + 1)
    except IntegrityError as error:
        raise NHSNumberTaken from error


def list_restricted() -> list[uuid.UUID]:
    """Ids of the restricted cases of the team, for who leads it, named or not; the database says so (policies.py)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT restricted_cases()")
        return [pk for (pk,) in cursor.fetchall()]


def find_restricted(number: str, reference: str, born: datetime.date | None) -> list[tuple[uuid.UUID, str]]:
    """Restricted cases of the own team with that NHS number, reference or date of birth, with the person's name: for
    the emergency alone."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM find_restricted(%s, %s, %s)", [number, reference, born])
        return list(cursor.fetchall())


def may_restrict(case: Case, by: Author, level: str, workers: Collection[Membership]) -> bool:
    """Whether the lead may do just this: see `restrict_case`."""
    if by.member is None or not Case.led_by(by.member).filter(pk=case.pk).exists():
        return False
    able = all(w.agency_id == case.agency_id and w.has_permission(Permission.WORK_CASES) for w in workers)
    widens = (
        not level or by.member in workers or (case.restriction == Restriction.PROTECTED and level != case.restriction)
    )
    return able and bool(workers) == bool(level) and (case.is_for(by.member) or not widens)


def join_names(workers: Iterable[Membership]) -> str:
    return ", ".join(sorted(worker.user.name for worker in workers))


# --- In an emergency ------------------------------------------------------------------------------------


@transaction.atomic
def open_in_emergency(
    *, case: uuid.UUID, by: Membership, reason: str, safeguarding: str = "", key: uuid.UUID
) -> EmergencyOpening:
    """Open a restricted case of the own team (its id) to `by` for a time, and tell it at once: whoever leads the case,
    the team's leads, and the steward, who hears that it happened and not of whom.

    The same `key` again, and a second opening while one lasts, get the first. Raises PermissionDenied for what the
    member may not open so.
    """
    if first := EmergencyOpening.objects.filter(key=key, member=by).first():
        return first
    with entered("case", case):
        return save_opening(case, by, reason, safeguarding, key)


def save_opening(pk: uuid.UUID, by: Membership, reason: str, safeguarding: str, key: uuid.UUID) -> EmergencyOpening:
    case = Case.hidden_from(by).filter(pk=pk).select_related("person", "agency", "lead__user").first()
    now = timezone.now()
    if lasting := EmergencyOpening.objects.filter(case=pk, member=by, until__gt=now).first():
        return lasting
    if case is None:
        raise PermissionDenied
    lock_row(case)
    opening = EmergencyOpening.objects.create(
        key=key,
        case=case,
        agency=by.agency,
        member=by,
        reason=reason,
        safeguarding=safeguarding,
        at=now,
        until=now + EmergencyOpening.lasts(),
    )
    case.circle.filter(ended_at=None, member=by).update(ended_at=now)  # an earlier one that has run out
    seat = {"purpose": "Opened in an emergency", "purpose_kind": Purpose.WORKS_WITH, "until": opening.until}
    Circle.objects.create(case=case, agency=by.agency, member=by, **seat)
    details = {"until": when(opening.until), "safeguarding": safeguarding}
    record_entry(
        case=case,
        kind=Kind.EMERGENCY,
        by=Author.of(by),
        text=reason,
        audience=Audience.TEAM,
        key=opening.pk,
        details=details,
    )
    tell_of_opening(opening)
    return opening


def tell_of_opening(opening: EmergencyOpening) -> None:
    """To the leads with the page on which to review it; to the steward the team and the time, and nothing else."""
    key, at = f"emergency {opening.pk}", when(opening.at)
    context = {"at": at, "link": absolute_url("cases:review", opening.pk), "by": when(opening.review_by)}
    leads = [m.user.email for m in list_leads(opening.agency) if m != opening.member] or [opening.agency.email]
    queue_messages(
        filter(None, leads), key=key, subject=EMERGENCY_SUBJECT, template="email/emergency_lead.txt", context=context
    )
    tell_steward(opening, f"{key} steward", "email/emergency_steward.txt")
    notify_lead(opening.case, key=f"{key} worker", subject=EMERGENCY_SUBJECT)


def tell_steward(opening: EmergencyOpening, key: str, template: str) -> None:
    stewards = Membership.objects.filter(role=Role.STEWARD, ended_at=None, user__is_active=True, agency__left_at=None)
    context = {"team": opening.agency.name, "at": when(opening.at)}
    emails = list(stewards.order_by("pk").values_list("user__email", flat=True))
    queue_messages(emails, key=key, subject=EMERGENCY_SUBJECT, template=template, context=context)


@transaction.atomic
def end_emergency(*, case: Case, by: Membership) -> None:
    """Close it again before its time: from the next query on it is not there for them."""
    lock_row(case)
    now = timezone.now()
    case.circle.filter(member=by, until__isnull=False, ended_at=None).update(ended_at=now)
    EmergencyOpening.objects.filter(case=case, member=by, until__gt=now, at__lt=now).update(until=now)


@transaction.atomic
def review_opening(*, opening: EmergencyOpening, by: Membership, finding: str) -> EmergencyOpening:
    """The lead has looked at it, and from now on the person reads of it; the first review stands. Nobody reviews their
    own (PermissionDenied)."""
    if opening.member_id == by.pk or not EmergencyOpening.visible_to(by).filter(pk=opening.pk).exists():
        raise PermissionDenied
    lock_row(opening)
    opening.refresh_from_db()
    if not opening.reviewed_at:
        save_columns(opening, reviewed_at=timezone.now(), reviewed_by=by, finding=finding)
    return opening


@transaction.atomic
def report_unreviewed(opening: EmergencyOpening) -> bool:
    """Tell the steward that the lead has not looked in time; the person reads of it from now on. Whether it was due."""
    due = EmergencyOpening.unreviewed().filter(pk=opening.pk)
    if not due.update(steward_told_at=timezone.now()):
        return False
    tell_steward(opening, f"emergency {opening.pk} late", "email/emergency_late.txt")
    return True
