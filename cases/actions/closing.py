"""Closing a case: the reason, what changed, and the answer to whoever referred the person."""

from collections.abc import Collection
from typing import Any

from django.db import transaction
from django.utils import timezone

from agencies.models import Author
from bookings.actions import move_booking
from bookings.states import Actor, BookingStatus
from cases import notifications
from cases.actions.booking import lock_coming_bookings
from cases.history.record import record_entry
from cases.models import Case, CaseReferral, ClosingReason, Kind, Outcome
from config.transitions import save_columns
from referrals.actions import answer_referrer, move_referral
from referrals.models import Referral
from referrals.states import OPEN_STATUSES, ReferralStatus, Side

# Once in each episode, whatever came of it (shared standards, nhs.md 4.3).
SOCIAL_PRESCRIBING_CODE = {"code": "871731000000106", "term": "Referral to social prescribing service (procedure)"}


@transaction.atomic
def close_case(
    *,
    case: Case,
    by: Author,
    reason: ClosingReason,
    outcome: Outcome | None,
    summary: str,
    withdraw: Collection[Referral] = (),
) -> Case:
    """Close `case`, answer whoever referred, thank the person, and withdraw the onward referrals named.

    The others run on; places booked are kept, unless the person has died. Two who close at once make one closing: the
    second gets the case as the first has closed it.
    """
    places = lock_coming_bookings(case) if reason.code == notifications.DIED_REASON_CODE else []
    # Referrals before the case, as whoever answers one locks them: in the other order the two could block each other.
    list(Referral.objects.select_for_update(of=("self",)).filter(case_referral__case=case).order_by("pk"))
    head = Case.locked().get(pk=case.pk)
    if head.closed_at:
        return head
    referrals = list_open_referrals(case)
    to_withdraw = {referral.pk for referral in withdraw}
    for referral in referrals[CaseReferral.Direction.SENT]:
        if referral.pk in to_withdraw:
            move_referral(referral, ReferralStatus.WITHDRAWN, by=by, side=Side.SENDER, words="The case was closed.")
    told = answer_received_referrals(referrals[CaseReferral.Direction.RECEIVED], by, reason, outcome, summary)
    record_entry(
        case=head,
        kind=Kind.CLOSED,
        by=by,
        text=summary,
        details={"reason": reason.text, "outcome": outcome.text if outcome else "", "told": told},
    )
    save_columns(
        head,
        closed_at=timezone.now(),
        closing_reason=reason,
        outcome=outcome,
        closing_summary=summary,
        next_action="",
        next_action_on=None,
        version=head.version + 1,
    )
    notifications.notify_case_closed(head)
    for booking in places:  # whoever waits gets the place, and nobody writes to who has died
        move_booking(booking, BookingStatus.CANCELLED, by=by, mover=Actor.PERSON)
    return head


def list_open_referrals(case: Case) -> dict[str, list[Referral]]:
    """The open referrals that led to the case, and those sent on from it."""
    links = CaseReferral.objects.filter(case=case, referral__status__in=OPEN_STATUSES).select_related(
        "referral__service", "referral__from_agency", "referral__to_agency", "referral__sent_by__user"
    )
    found: dict[str, list[Referral]] = {direction: [] for direction in CaseReferral.Direction.values}
    for link in links.order_by("referral__answer_by", "pk"):
        found[link.direction].append(link.referral)
    return found


def answer_received_referrals(
    received: list[Referral], by: Author, reason: ClosingReason, outcome: Outcome | None, summary: str
) -> list[str]:
    """Answer each referral that led here; the names of the agencies that were told how it went."""
    for referral in received:
        answer_referrer(
            referral,
            by=by,
            becomes=ReferralStatus(reason.referral_becomes),
            reason=reason.text,
            outcome=outcome.text if outcome else "",
            summary=summary,
            codes=list_snomed_codes(reason),
        )
    return [referral.from_agency.name for referral in received if referral.agreed_to_tell]


def list_snomed_codes(reason: ClosingReason) -> list[dict[str, Any]]:
    """The SNOMED CT concepts that go with the answer."""
    return [SOCIAL_PRESCRIBING_CODE] + ([{"code": reason.snomed, "term": reason.snomed_term}] if reason.snomed else [])
