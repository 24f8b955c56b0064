"""What somebody asks about their own record: received, checked, paused, given more time, and asked of the others."""

import datetime
import uuid
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django import app

from agencies.access import Permission
from agencies.messages import absolute_url, queue_message
from agencies.models import Author, Membership
from bookings.models import Booking
from cases.history.record import record_entry
from cases.models import Audience, Case, Kind, Person, RightsMove, RightsRequest
from cases.models.rights import answer_deadline
from cases.notifications import notify_of_right
from cases.records import (
    HeldRecords,
    find_likely_bookings,
    find_likely_referrals,
    find_records_elsewhere,
    held_by,
    refuse_hidden,
)
from cases.states import HANDLER, RIGHTS_TRANSITIONS, RightKind, RightsStatus
from config.transitions import MoveRefused, check_move, find_by_key, insert_if_new, lock_row, save_move
from referrals.models import Referral


@transaction.atomic
def receive_request(
    *, of: Case | Referral, by: Author, kind: RightKind, received_on: datetime.date, key: uuid.UUID, **said: Any
) -> RightsRequest:
    """Note that the person of a case asks for `kind`, or of a referral that the agency of `by` sent or received; the
    clock runs from `received_on`, whoever was asked.

    `said`: requester, reply_to, words, everywhere. The same `key` again gets the first request.
    """
    person, agency = (of.person, of.agency) if isinstance(of, Case) else (None, by.agency)
    if agency is None or agency != by.agency:
        raise PermissionDenied("Each agency answers for its own records.")
    known: Person | Referral = of.person if isinstance(of, Case) else of
    likely = {row.pk for row in find_likely_referrals(known.identity, Referral.objects.filter(held_by(agency)))}
    own_sessions = Booking.objects.filter(session__service__agency=agency)
    booked = find_likely_bookings(known.identity.name, {known.phone, known.email} - {""}, own_sessions)
    request = RightsRequest(
        key=key,
        agency=agency,
        person=person,
        kind=kind,
        received_on=received_on,
        due_on=answer_deadline(received_on),
        status=RightsStatus.RECEIVED,
        referrals=sorted(likely | ({of.pk} if isinstance(of, Referral) else set())),
        bookings=[booking.pk for booking in booked],
        **said,
    )
    if not insert_if_new(request):
        return RightsRequest.objects.get(key=key)
    save_first_move(request, by)
    return request


def save_first_move(request: RightsRequest, by: Author, words: str = "") -> RightsMove:
    row = RightsMove(request=request, number=1, after=RightsStatus.RECEIVED, words=words, **RightsMove.signature(by))
    return save_move(request, row, [record_step])


@transaction.atomic
def move_request(
    request: RightsRequest,
    after: RightsStatus,
    *,
    by: Author,
    words: str = "",
    actor: str = HANDLER,
    key: uuid.UUID | None = None,
) -> RightsMove:
    """Take the next step, and keep the clock. The same `key` again gets the first step; raises MoveRefused."""
    lock_row(request)
    request.refresh_from_db(from_queryset=RightsRequest.locked())
    if first := find_by_key(request.moves, key):
        return first
    row = RightsMove(
        request=request,
        number=request.moves_made + 1,
        before=request.status,
        after=after,
        words=words,
        key=key,
        **RightsMove.signature(by),
    )
    check_move(RIGHTS_TRANSITIONS, row.before, after, actor=actor, refusal=lambda: refuse_step(request), row=row)
    return save_move(request, row, [record_step, queue_question], **find_clock_change(request, row))


def lock_active_request(request: RightsRequest) -> None:
    """Hold it, for a deed that answers it. Raises MoveRefused unless it is being answered."""
    lock_row(request)
    request.refresh_from_db(from_queryset=RightsRequest.locked())
    if request.status != RightsStatus.ACTIVE:
        raise MoveRefused(refuse_step(request))
    refuse_hidden(request)


def refuse_step(request: RightsRequest) -> str:
    return f"This cannot be done now. It is: {request.get_status_display().lower()}"


def find_clock_change(request: RightsRequest, row: RightsMove) -> dict[str, Any]:
    """What a step does to the clock: it stands still while the person is waited for, unless its day has passed already,
    and may be put back once."""
    today = timezone.localdate()
    if row.after == RightsStatus.PAUSED:
        return {"paused_on": today}
    paused, extended = request.paused_days, request.extended
    if request.paused_on and not request.is_late:
        paused += (today - request.paused_on).days
    elif row.before == row.after:
        if extended or today > request.due_on:
            raise MoveRefused("More time can be taken once, and only before the date has passed (UK GDPR article 12)")
        extended = True
    due_on = answer_deadline(request.received_on, extended=extended, paused_days=paused)
    return {"paused_on": None, "paused_days": paused, "extended": extended, "due_on": due_on}


def record_step(request: RightsRequest, row: RightsMove) -> None:
    """Into the history of the person's latest case, for the team alone; the person is told of what they must know."""
    case = request.person.cases.order_by("-opened_at", "pk").first() if request.person else None
    if case is None:
        return
    what = f"{request.get_kind_display()}: {row.deed}"
    details = {"what": what, "due": request.due_on.isoformat() if request.is_open else ""}
    record_entry(
        case=case, kind=Kind.RIGHT, by=row.author, text=row.words, audience=Audience.TEAM, key=row.pk, details=details
    )
    if request.asked_from_id is None and request.reply_to:  # nobody asked for what retention brings
        notify_of_right(case, request, row)


def queue_question(request: RightsRequest, row: RightsMove) -> None:
    """Once it is known who asks, the others are asked: by a job, as no request may look beyond its own agency."""
    if row.after == RightsStatus.ACTIVE and request.everywhere and request.asked_from_id is None:
        app.configure_task("ask_others").defer(request=str(request.pk))


def ask_others(request: RightsRequest) -> None:
    """A request of its own to each other agency that holds something. Nothing of what one holds passes with it, and
    none is told who else was asked. For a job; once, however often it runs."""
    checked = request.moves.filter(after=RightsStatus.ACTIVE).order_by("number").first()
    if checked is None or request.asked.exists():
        return
    for agency, held in sorted(find_records_elsewhere(request).items()):
        ask_agency(request, agency, held, f"{request.agency.name} has checked who asks: {checked.words}")


def ask_agency(request: RightsRequest, agency: uuid.UUID, held: HeldRecords, words: str) -> None:
    asked = RightsRequest(
        key=uuid.uuid5(request.pk, str(agency)),
        agency_id=agency,
        person=held.person,
        referrals=[referral.pk for referral in held.referrals],
        bookings=[booking.pk for booking in held.bookings],
        asked_from=request,
        status=RightsStatus.RECEIVED,
        **{
            name: getattr(request, name)
            for name in ("kind", "requester", "reply_to", "words", "received_on", "due_on", "extended", "paused_days")
        },
    )
    if insert_if_new(asked):
        save_first_move(asked, Author.system(), words)
        tell_handlers(asked, "asked", "Somebody asks about their own records")


def remind_handlers(request: RightsRequest, *, late: bool) -> None:
    """Once in the last week, and once when its day has passed; anew when the day was put back."""
    what, subject = ("late", "Late: what") if late else ("due", "Due soon: what")
    tell_handlers(request, f"{what} {request.due_on}", f"{subject} somebody asks about their records", late=late)


def tell_handlers(request: RightsRequest, what: str, subject: str, **more: bool) -> None:
    """E-mail whoever may answer it: a link, and no name of the person. Who is not named in a restricted case is led to
    the list, which says that somebody must be."""
    for member in list_handlers(request):
        sees = RightsRequest.visible_to(member).filter(pk=request.pk).exists()
        link = absolute_url("cases:rights_request", request.pk) if sees else absolute_url("cases:rights")
        queue_message(
            key=f"rights {request.pk} {member.pk} {what}",
            to=member.user.email,
            subject=subject,
            template="email/rights_asked.txt" if what == "asked" else "email/rights_due.txt",
            agency=request.agency_id,
            context={"due_on": request.due_on, "link": link, **more},
        )


def list_handlers(request: RightsRequest) -> list[Membership]:
    """Who in the agency may answer it."""
    at_work = Membership.at_work_for(request.agency).select_related("user").order_by("pk")
    return [member for member in at_work if member.has_permission(Permission.RIGHTS)]
