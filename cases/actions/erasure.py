"""Erasing all that one agency holds of a person (UK GDPR article 17): asked for, approved by a second person, done.

This is the one place that knows where a person's data lies; tests/cases/test_erasure.py looks through every table
of the database for what it forgets. Histories keep who wrote and when, and still verify.
"""

import uuid

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from procrastinate.contrib.django import app

from agencies.access import Permission
from agencies.models import Author, Membership
from bookings.actions.blank import blank_bookings
from bookings.actions.places import lock_session
from bookings.models import Booking
from cases.actions.rights import move_request
from cases.history.record import erase_case_words
from cases.hooks import erasure_refusals
from cases.models import (
    Agreement,
    Case,
    CaseBooking,
    CaseReferral,
    Circle,
    EmergencyOpening,
    ErasureCertificate,
    Hold,
    Person,
    PersonLink,
    Redaction,
    Release,
    RightsMove,
    RightsRequest,
)
from cases.records import HeldRecords, find_drafts, find_look_ups, find_messages, find_records, refuse_hidden
from cases.states import SECOND, SYSTEM, ErasureGround, RightsStatus
from config.append_only import erase_columns
from config.births import BirthPrecision
from config.template_tags import date_words
from config.transitions import MoveRefused, lock_row, save_columns
from referrals.actions.erase import erase_referral
from referrals.models import Referral

ERASED_NAME = "Erased person"
ERASED_REASON = "All that was written about the person was erased (UK GDPR article 17)."
BLANK_PERSON_TEXTS = (
    "preferred_name",
    "nhs_number",
    "phone",
    "email",
    "address",
    "postcode",
    "contact_avoid",
    "best_time",
    "leave_message",
)


@transaction.atomic
def ask_for_erasure(request: RightsRequest, *, by: Author, ground: ErasureGround, words: str, key: uuid.UUID) -> None:
    """Decide that it is to be erased, on that ground, and why; a second person decides next. Raises MoveRefused."""
    refuse_obstacles(request)
    move = move_request(request, RightsStatus.APPROVAL, by=by, words=words, key=key)
    if request.latest_move == move:
        save_columns(request, erasure_ground=ground)


@transaction.atomic
def approve_erasure(request: RightsRequest, *, by: Author) -> None:
    """Approve it, as a second person of the same agency. A job erases: no request may take words out of a history.

    Twice, the second call changes nothing. Raises MoveRefused for whoever asked for it, whoever may not, a legal hold,
    and where something still runs.
    """
    lock_row(request)
    request.refresh_from_db(from_queryset=RightsRequest.locked())
    if request.status in (RightsStatus.ERASING, RightsStatus.DONE):
        return
    if by.member is None or not may_approve(request, by.member):
        raise MoveRefused("A second person of your organisation approves it, who may answer for records too")
    refuse_obstacles(request)
    move_request(request, RightsStatus.ERASING, by=by, actor=SECOND)
    app.configure_task("erase_record").defer(request=str(request.pk))


@transaction.atomic
def erase_approved(request: RightsRequest) -> ErasureCertificate | None:
    """Erase what was approved, and certify it: for a job, which may. What stands in the way meanwhile, such as a legal
    hold, puts it back. None unless it was approved and is not erased yet."""
    lock_row(request)
    request.refresh_from_db(from_queryset=RightsRequest.locked())
    if request.status != RightsStatus.ERASING:
        return None
    held = lock_records(request)
    if obstacles := find_obstacles(held):
        words = ". ".join(obstacles)
        move_request(request, RightsStatus.ACTIVE, by=Author.system(), words=words, actor=SYSTEM)
        return None
    approved = request.latest_move
    asked = request.moves.filter(after=RightsStatus.APPROVAL).order_by("-number")[0]
    if asked.written_by is None or approved.written_by is None:
        raise ValueError("An erasure is asked for and approved by members.")
    counts = erase_records(request, held, approved.author)
    certificate = ErasureCertificate.objects.create(
        request=request,
        agency=request.agency,
        ground=request.erasure_ground,
        asked_by=asked.written_by,
        asked_at=asked.at,
        approved_by=approved.written_by,
        approved_at=approved.at,
        counts={label: number for label, number in counts.items() if number},
    )
    move_request(request, RightsStatus.DONE, by=Author.system(), actor=SYSTEM)
    return certificate


def may_approve(request: RightsRequest, member: Membership) -> bool:
    """Whether this member may be the second person: another human being than asked, at work for the same agency."""
    asked = request.latest_move.written_by
    other = asked is not None and asked.user_id != member.user_id
    at_work = member.agency_id == request.agency_id and member.ended_at is None
    waits = request.status == RightsStatus.APPROVAL
    return waits and other and at_work and member.has_permission(Permission.RIGHTS)


def refuse_obstacles(request: RightsRequest) -> None:
    refuse_hidden(request)
    if obstacles := find_obstacles(find_records(request)):
        raise MoveRefused(f"It cannot be erased yet. {'. '.join(obstacles)}")


def find_obstacles(held: HeldRecords) -> list[str]:
    """What still runs, and would run on for nobody; and what the law wants kept."""
    now = timezone.now()
    open_cases = [
        f"The case of {date_words(row.opened_at)} is open: close it first" for row in held.cases if row.is_open
    ]
    asked = [f"The referral to {row.receiver_name} still runs" for row in held.referrals if row.is_open]
    coming = [row for row in held.bookings if row.is_active and row.session.starts_at > now]
    places = [f"A place at {row.session.service.name} is booked: cancel it first" for row in coming]
    return [*open_cases, *asked, *places, *(words for refuse in erasure_refusals for words in refuse(held.cases))]


def lock_records(request: RightsRequest) -> HeldRecords:
    """What there is now, held until the transaction ends, in the order that every deed has."""
    held = find_records(request)
    for session in sorted({booking.session_id for booking in held.bookings}):
        lock_session(session)
    for model, rows in ((Referral, held.referrals), (Person, [held.person]), (Case, held.cases)):
        ids = [row.pk for row in rows if row]
        list(model.objects.select_for_update().filter(pk__in=ids).order_by("pk").values_list("pk"))
    return find_records(request)


def erase_records(request: RightsRequest, held: HeldRecords, by: Author) -> dict[str, int]:
    """All of it; how many of each kind, for the certificate."""
    keys = held.ids  # before their rows change
    counts = {
        "Drafts": find_drafts(request, held).delete()[0],
        "Looks for their NHS number": erase_columns(find_look_ups(request, held), number_hash=""),
        "Lines of case histories": sum(erase_case_words(case, by=by, reason=ERASED_REASON) for case in held.cases),
        "Cases": sum(erase_case(case) for case in held.cases),
    }
    gone = [erase_referral(referral, request.agency) for referral in held.referrals]
    counts["Referrals"] = sum(gone)
    counts["Referrals that the other organisation still keeps"] = len(gone) - sum(gone)
    counts["Bookings"] = blank_bookings(
        Booking.objects.filter(pk__in=[row.pk for row in held.bookings]), timezone.now()
    )
    counts["Messages and letters"] = find_messages(keys).delete()[0]
    counts["Personal records"] = erase_person_row(request.person, by) if request.person else 0
    counts["Requests about their records"] = erase_requests(request)
    Hold.objects.filter(person__isnull=False, person=request.person_id).update(reason="Erased")  # those that ended
    return counts


def erase_case(case: Case) -> int:
    """What stands on the case itself and beside it; the log of who opened it stays, which names staff alone."""
    save_columns(case, what_matters="", safety_note="", next_action="", next_action_on=None, closing_summary="")
    Agreement.objects.filter(case=case).update(how="", named="")
    Circle.objects.filter(case=case).update(purpose="")
    openings = EmergencyOpening.objects.filter(case=case)
    openings.update(reason="Erased", safeguarding="")
    openings.exclude(finding="").update(finding="Erased")
    for links in (CaseReferral, CaseBooking):  # the other side's copy is not reached through the case any more
        links.objects.filter(case=case).delete()
    return 1


def erase_person_row(person: Person, by: Author) -> int:
    """The record itself, and its links to those of other teams."""
    blank = dict.fromkeys(BLANK_PERSON_TEXTS, "")
    unknown = {"date_of_birth": None, "birth_precision": BirthPrecision.DAY, "practice": None}
    PersonLink.in_force(person).update(ended_at=timezone.now(), ended_by=by.member)
    save_columns(person, name=ERASED_NAME, version=person.version + 1, **blank, **unknown)
    return 1


def erase_requests(request: RightsRequest) -> int:
    """What was asked about the record, then and now: who asked, their words, and the copies that were made."""
    same = (
        Q(pk=request.pk) | Q(person__isnull=False, person=request.person_id) | Q(referrals__overlap=request.referrals)
    )
    rows = RightsRequest.objects.filter(same, agency=request.agency)
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    erase_columns(RightsMove.objects.filter(request__in=ids), words="")
    erase_columns(Release.objects.filter(request__in=ids), snapshot={})
    Redaction.objects.filter(request__in=ids).delete()
    return RightsRequest.objects.filter(pk__in=ids).update(requester="", reply_to="", words="")
