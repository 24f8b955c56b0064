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
from cases.booking import bookings_of
from cases.history.record import record_entry
from cases.models import Case, CaseReferral, ClosingReason, Kind, Outcome
from config.transitions import lock_row, save_columns
from referrals.actions import answer_referrer, move_referral
from referrals.models import Referral
from referrals.states import OPEN_STATUSES, ReferralStatus, Side

GONE_ON_TO = {  # how an onward referral that came to something is said in the answer
    ReferralStatus.ACCEPTED: "has a place",
    ReferralStatus.WAITING: "on the waiting list",
    ReferralStatus.STARTED: "goes there",
    ReferralStatus.COMPLETED: "has finished there",
}
BOOKINGS_GONE_ON_TO = {
    BookingStatus.ATTENDED: "has been there",
    BookingStatus.BOOKED: "has booked",
    BookingStatus.WAITING: "on the waiting list",
    BookingStatus.OFFERED: "on the waiting list",
}


@transaction.atomic
def close_case(
    *,
    case: Case,
    by: Author,
    reason: ClosingReason,
    outcome: Outcome | None,
    summary: str,
    withdraw: Collection[Referral] = (),
    leave_out: Collection[str] = (),
) -> Case:
    """Close `case`, answer whoever referred, thank the person, and withdraw the onward referrals named.

    The answer names the groups of `list_groups` but those to `leave_out`, by key. The other referrals run on; places
    booked are kept, unless the person has died. Two who close at once make one closing: the second gets the case as
    the first has closed it.
    """
    places = lock_coming_bookings(case) if reason.code == notifications.DIED_REASON_CODE else []
    # Referrals before the case, as whoever answers one locks them: in the other order the two could block each other.
    list(Referral.objects.select_for_update(of=("self",)).filter(case_referral__case=case).order_by("pk"))
    lock_row(case)
    head = Case.locked().get(pk=case.pk)
    if head.closed_at:
        return head
    referrals = list_open_referrals(case)
    to_withdraw = {referral.pk for referral in withdraw}
    for referral in referrals[CaseReferral.Direction.SENT]:
        if referral.pk in to_withdraw:
            move_referral(referral, ReferralStatus.WITHDRAWN, by=by, side=Side.SENDER, words="The case was closed.")
    told = answer_received_referrals(
        referrals[CaseReferral.Direction.RECEIVED],
        by=by,
        becomes=ReferralStatus(reason.referral_becomes),
        reason=reason.text,
        outcome=outcome.text if outcome else "",
        summary=summary,
        codes=list_snomed_codes(reason, outcome),
        groups=name_groups(case, reason, leave_out),
    )
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


def answer_received_referrals(received: list[Referral], **said: Any) -> list[str]:
    """Answer each referral that led here; the names of the agencies that were told how it went."""
    for referral in received:
        answer_referrer(referral, **said)
    return [referral.from_agency.name for referral in received if referral.agreed_to_tell]


def list_snomed_codes(reason: ClosingReason, outcome: Outcome | None) -> list[dict[str, Any]]:
    """The SNOMED CT concepts that go with the answer: of the reason and of what has changed, where each has one.

    Never the code of the referral itself: that is the first contact's (referrals.letters.REFERRAL_CODE).
    """
    return [{"code": row.snomed, "term": row.snomed_term} for row in (reason, outcome) if row and row.snomed]


def name_groups(case: Case, reason: ClosingReason, leave_out: Collection[str]) -> list[str]:
    """What the answer says of where the person went on to. Of somebody who has died it says nothing of that."""
    if reason.code == notifications.DIED_REASON_CODE:
        return []
    return [words for key, words in list_groups(case).items() if key not in leave_out]


def list_groups(case: Case) -> dict[str, str]:
    """The groups that the person went on to, by the service's id: "Monday walks, Green Gym: has a place".

    What they were referred on to and got a place in, or wait for; then what was booked for them.
    """
    links = case.case_referrals.filter(
        direction=CaseReferral.Direction.SENT, referral__service__isnull=False, referral__status__in=list(GONE_ON_TO)
    )
    links = links.select_related("referral__service__agency").order_by("referral__sent_at", "pk")
    asked = [(link.referral.service, link.referral.status) for link in links]
    found = [(service, GONE_ON_TO[ReferralStatus(status)]) for service, status in asked if service]
    booked = bookings_of(case).filter(status__in=list(BOOKINGS_GONE_ON_TO)).order_by("session__starts_at", "pk")
    ranked = sorted(booked, key=lambda one: list(BOOKINGS_GONE_ON_TO).index(BookingStatus(one.status)))
    found += [(one.session.service, BOOKINGS_GONE_ON_TO[BookingStatus(one.status)]) for one in ranked]
    named: dict[str, str] = {}
    for service, words in found:
        agency = "" if service.agency.name == service.name else f", {service.agency.name}"
        named.setdefault(service.pk.hex, f"{service.name}{agency}: {words}")
    return named
