"""What the person agreed to have shared, taken back."""

import uuid

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from agencies.access import Purpose
from agencies.models import Author
from bookings.actions import move_booking
from bookings.models import Booking
from bookings.states import Actor, BookingStatus
from cases.actions.booking import coming_bookings, lock_coming_bookings
from cases.history.record import record_entry
from cases.models import Agreement, Audience, Case, CaseReferral, Circle, Kind
from config.transitions import lock_row, save_columns
from referrals.actions import move_referral
from referrals.models import Referral
from referrals.states import OPEN_STATUSES, TRANSITIONS, ReferralStatus, Side

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
    """End an agreement. What was sent to that agency under it is withdrawn, and the agency is told so.

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
    record_entry(
        case=case,
        kind=Kind.AGREED,
        by=by,
        text=words,
        audience=Audience.CIRCLE,
        key=key,
        details={
            "agency": agreement.named,
            "scope": agreement.get_scope_display(),
            "withdrawn": True,
            "stopped": stopped,
        },
    )
    for referral in asked:
        referral.refresh_from_db()
        if (ReferralStatus(referral.status), ReferralStatus.WITHDRAWN) in TRANSITIONS:
            move_referral(referral, ReferralStatus.WITHDRAWN, by=by, side=Side.SENDER, words=WITHDRAWAL_TEXT)
    for booking in places:
        move_booking(booking, BookingStatus.CANCELLED, by=by, mover=Actor.PERSON)
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


def list_open_referrals_to(agreement: Agreement) -> list[Referral]:
    """Referrals sent on from the case to that agency that still run."""
    if agreement.scope != Agreement.Scope.SHARE:
        return []
    sent = CaseReferral.objects.filter(
        case=agreement.case_id, direction=CaseReferral.Direction.SENT, referral__to_agency=agreement.agency_id
    ).select_related("referral__service", "referral__to_agency", "referral__from_agency", "referral__sent_by__user")
    return [link.referral for link in sent.order_by("pk") if link.referral.is_open]


def list_coming_bookings_with(agreement: Agreement) -> list[Booking]:
    """Places booked with that agency from the case, in sessions to come."""
    if agreement.scope != Agreement.Scope.SHARE:
        return []
    rows = coming_bookings(agreement.case).filter(session__service__agency=agreement.agency_id)
    return list(rows)


def stop_outcome_reports(agreement: Agreement) -> None:
    """From now on the answer at the end says to that agency that the case is closed, and nothing else."""
    Referral.objects.filter(
        case_referral__case=agreement.case_id,
        case_referral__direction=CaseReferral.Direction.RECEIVED,
        from_agency=agreement.agency_id,
        status__in=OPEN_STATUSES,
    ).update(agreed_to_tell=False)
