"""What the person agreed to have shared, narrowed or taken back: from the next query on."""

import uuid
from collections.abc import Collection

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from procrastinate.contrib.django import app

from agencies.access import Purpose
from agencies.models import Author, Draft
from bookings.actions import move_booking
from bookings.actions.blank import blank_contacts
from bookings.models import Booking
from bookings.states import Actor, BookingStatus
from cases import notifications
from cases.actions.booking import coming_bookings, lock_coming_bookings
from cases.actions.onward import PART_COLUMNS, format_shared_details
from cases.history.record import record_entry
from cases.models import Agreement, Audience, Case, CaseReferral, Circle, Kind
from cases.seen import list_seen
from config.transitions import lock_row, save_columns
from referrals.actions import move_referral
from referrals.actions.links import cancel_links
from referrals.actions.remarks import save_remark
from referrals.models import Referral, Remark
from referrals.notifications import notify_of_less_shared
from referrals.states import TRANSITIONS, ReferralStatus, Side

LESS_SHARED_TEXT = (
    "The person shares less with you from now on. You see no more: {}. Destroy it where you wrote it down."
)
WITHDRAWAL_TEXT = "The person no longer agrees that their details are shared. There is nothing more to do."


@transaction.atomic
def record_agreement(*, case: Case, by: Author, how: str, key: uuid.UUID) -> None:
    """Note that the person, asked by the team that works with them, agrees that it has what the referral says.

    The same `key` again, and an agreement that is in force already, change nothing.
    """
    lock_row(case)
    case = Case.locked().get(pk=case.pk)
    if Agreement.is_missing(case):
        Agreement.give(case, case.agency, Agreement.Scope.SHARE, by=by, how=how)
        details = {"agency": case.agency.name, "scope": Agreement.Scope.SHARE.label, "how": how}
        record_entry(case=case, kind=Kind.AGREED, by=by, audience=Audience.CIRCLE, key=key, details=details)


@transaction.atomic
def withdraw_agreement(*, agreement: Agreement, by: Author, words: str = "", key: uuid.UUID | None = None) -> Agreement:
    """End an agreement. What was sent to that agency under it is withdrawn and read no more, and the agency and the
    person are told so; what it has seen already stands in the history.

    What was written stays written (UK GDPR basis is not consent; shared standards, law.md). Called twice, the
    second call changes nothing.
    """
    places = [b for b in lock_coming_bookings(agreement.case) if b in list_coming_bookings_with(agreement)]
    asked = list_open_referrals_to(agreement)
    list(Referral.objects.select_for_update(of=("self",)).filter(pk__in=[r.pk for r in asked]).order_by("pk"))
    case = Case.objects.select_for_update(of=("self",)).get(pk=agreement.case_id)
    ended = Agreement.objects.filter(pk=agreement.pk, withdrawn_at=None).update(withdrawn_at=timezone.now())
    agreement.refresh_from_db()
    if not ended:
        return agreement
    if agreement.scope == Agreement.Scope.TELL:
        stop_outcome_reports(agreement)
    stopped = [str(r.service or r.to_agency) for r in asked] + [str(b.session.service) for b in places]
    seen = [str(one) for one in list_seen(case, agreement.agency)]
    said = {"agency": agreement.named, "scope": agreement.get_scope_display(), "withdrawn": True}
    details = {**said, "stopped": stopped, "seen": seen}
    record_entry(case=case, kind=Kind.AGREED, by=by, text=words, audience=Audience.CIRCLE, key=key, details=details)
    for referral in asked:
        referral.refresh_from_db()
        if (ReferralStatus(referral.status), ReferralStatus.WITHDRAWN) in TRANSITIONS:
            move_referral(referral, ReferralStatus.WITHDRAWN, by=by, side=Side.SENDER, words=WITHDRAWAL_TEXT)
    for booking in places:
        move_booking(booking, BookingStatus.CANCELLED, by=by, mover=Actor.PERSON)
    if agreement.scope == Agreement.Scope.SHARE:
        withhold_from_agency(agreement, told=asked)
    notifications.notify_less_shared(Case.with_people().get(pk=case.pk), agreement, seen)
    return agreement


@transaction.atomic
def change_purpose(*, seat: Circle, by: Author, purpose: Purpose, words: str = "", key: uuid.UUID) -> Circle:
    """Say what an agency is in the circle for, and with that which layers it sees: from the next query on.

    The same `key` again, and the purpose it has already, change nothing. The owning team's own seat is refused with
    PermissionDenied, and so is anybody of another team.
    """
    if by.agency != seat.case.agency or seat.agency_id == seat.case.agency_id:
        raise PermissionDenied
    lock_row(seat.case)
    seat.refresh_from_db(from_queryset=Circle.objects.select_related("agency", "case__agency"))
    if seat.ended_at or seat.purpose_kind == purpose:
        return seat
    before = Purpose(seat.purpose_kind).label
    save_columns(seat, purpose_kind=purpose, purpose=purpose.label)
    details = {"agency": seat.agency.name, "before": before, "after": purpose.label}
    record_entry(
        case=seat.case, kind=Kind.PURPOSE, by=by, text=words, audience=Audience.PERSON, key=key, details=details
    )
    return seat


def withhold_from_agency(agreement: Agreement, told: Collection[Referral]) -> None:
    """From the next query on the agency reads nothing more of what it got from the case, finished or not: referrals,
    links, news, the case itself, who came. It is told, unless it has been (`told`)."""
    now, agency = timezone.now(), agreement.agency
    for referral in list_referrals_to(agreement):
        Referral.objects.filter(pk=referral.pk, withheld_at=None).update(withheld_at=now)
        if referral not in told:
            notify_of_less_shared(referral, key=f"{agreement.pk} {referral.pk}")
    agreement.case.circle.filter(agency=agency, ended_at=None).update(ended_at=now)
    app.configure_task("forget_withheld").defer(agreement=str(agreement.pk))
    rows = Booking.objects.filter(case_booking__case=agreement.case_id, session__service__agency=agency)
    blank_contacts(rows, now)


def forget_withheld(agreement: Agreement) -> None:
    """What is still on its way to that agency, and what its members had typed about the case: no request may reach for
    those, so a job does, at once."""
    for referral in list_referrals_to(agreement):
        cancel_links(referral)
    Draft.objects.filter(member__agency=agreement.agency_id, key=agreement.case.draft_key).delete()


@transaction.atomic
def narrow_agreement(
    *, agreement: Agreement, parts: Collection[str], by: Author, words: str = "", key: uuid.UUID | None = None
) -> Agreement:
    """Take `parts` (Agreement.Part) out of what the agency has: out of each referral it got from the case, of places
    that are booked, and of what it gets from now on. What they were stays with the team, in the history.

    The agency and the person are told. Called twice, and for an agreement that is over, it changes nothing.
    """
    lock_coming_bookings(agreement.case)
    rows = list_referrals_to(agreement)
    list(Referral.objects.select_for_update(of=("self",)).filter(pk__in=[r.pk for r in rows]).order_by("pk"))
    case = Case.locked().get(pk=agreement.case_id)
    agreement.refresh_from_db()
    new = [part for part in Agreement.Part if part in parts and part not in agreement.kept_back]
    if agreement.withdrawn_at or agreement.scope != Agreement.Scope.SHARE or not new:
        return agreement
    save_columns(agreement, kept_back=[*agreement.kept_back, *new])
    labels, seen = [part.label for part in new], [str(one) for one in list_seen(case, agreement.agency)]
    details = {"agency": agreement.named, "scope": agreement.get_scope_display(), "narrowed": labels, "seen": seen}
    record_entry(case=case, kind=Kind.AGREED, by=by, text=words, audience=Audience.CIRCLE, key=key, details=details)
    had = [line for referral in rows for line in take_parts_out(referral, new, by=by, labels=labels)]
    if had:
        kept = {"agency": agreement.named, "narrowed": labels, "had": had}
        record_entry(case=case, kind=Kind.AGREED, by=by, audience=Audience.TEAM, details=kept)
    if Agreement.Part.CONTACT in new:
        list_coming_bookings_with(agreement).update(phone="", email="")
    notifications.notify_less_shared(case, agreement, seen)
    return agreement


def take_parts_out(
    referral: Referral, parts: Collection[Agreement.Part], *, by: Author, labels: list[str]
) -> list[list[str]]:
    """Blank those parts of what the agency reads, and tell it; what they were, as pairs of label and value."""
    had = dict(format_shared_details(referral))
    for part in parts:
        save_columns(referral, **PART_COLUMNS[part])
    if Agreement.Part.REASON in parts:
        referral.needs.clear()
    left = dict(format_shared_details(referral))
    save_remark(referral, by=by, words=LESS_SHARED_TEXT.format("; ".join(labels)), kind=Remark.Kind.MESSAGE, key=None)
    notify_of_less_shared(referral, key=f"{referral.pk} {' '.join(parts)}", parts=labels)
    return [[label, value] for label, value in had.items() if left.get(label) != value]


def list_open_referrals_to(agreement: Agreement) -> list[Referral]:
    """Referrals sent on from the case to that agency that still run."""
    return [referral for referral in list_referrals_to(agreement) if referral.is_open]


def list_referrals_to(agreement: Agreement) -> list[Referral]:
    """All that were sent on from the case to that agency, finished ones too."""
    if agreement.scope != Agreement.Scope.SHARE:
        return []
    sent = CaseReferral.objects.filter(
        case=agreement.case_id, direction=CaseReferral.Direction.SENT, referral__to_agency=agreement.agency_id
    ).select_related("referral__service", "referral__to_agency", "referral__from_agency", "referral__sent_by__user")
    return [link.referral for link in sent.order_by("pk")]


def list_coming_bookings_with(agreement: Agreement) -> QuerySet[Booking]:
    """Places booked with that agency from the case, in sessions to come."""
    rows = coming_bookings(agreement.case).filter(session__service__agency=agreement.agency_id)
    return rows if agreement.scope == Agreement.Scope.SHARE else rows.none()


def stop_outcome_reports(agreement: Agreement) -> None:
    """The answer at the end says to that agency that the case is closed and nothing else: one told already, too."""
    Referral.objects.filter(
        case_referral__case=agreement.case_id,
        case_referral__direction=CaseReferral.Direction.RECEIVED,
        from_agency=agreement.agency_id,
    ).update(agreed_to_tell=False)
