"""Who has booked a session, for the group that runs it: the waiting list in order, and what the group may override."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from agencies.access import Permission, allow
from agencies.models import Author
from agencies.request import MemberRequest
from bookings.actions import MoveRefused, create_booking, move_booking
from bookings.actions.book import booking_closed_reason, find_same_person
from bookings.forms.booking import AddBookingForm, TakeOffForm
from bookings.lists import (
    BookingRow,
    count_bookings,
    find_booking_by_key,
    load_booking_rows,
    load_pending_calls,
    load_told,
    mark_call_made,
    sessions_run_by,
    summarise_session,
)
from bookings.models import Booking
from bookings.notifications import format_offer_end
from bookings.states import ACTIVE_STATUSES, Actor, BookingStatus
from config.forms import render_form_page
from config.http import parse_uuid
from directory.models import Session


@allow(Permission.PUBLISH)
@require_http_methods(["GET", "HEAD", "POST"])
def session_bookings(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """The lists; posting books for somebody who rang."""
    session = get_object_or_404(sessions_run_by(request.member), pk=pk)
    form = AddBookingForm(request.POST if request.method == "POST" else None, full=not session.has_room)
    first = find_booking_by_key(form.cleaned_data["key"]) if form.is_valid() else None
    if form.is_valid() and first is None and (same := find_same_person(session, form.attendee)):
        form.add_error("name", f"{same.name} is on the list already: {same.get_status_display().lower()}")
    if form.is_valid():
        try:
            made = create_booking(
                session=session,
                by=Author.of(request.member),
                mover=Actor.GROUP,
                key=form.cleaned_data["key"],
                who=form.attendee,
            )
        except MoveRefused as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, f"{made.name}: {made.get_status_display().lower()}.")
            return redirect("bookings:session_bookings", pk=pk)
    shown = load_booking_rows(request.member, session)
    ring, unreachable = load_pending_calls(session, shown)
    return render_form_page(
        request,
        "bookings/session_bookings.html",
        {
            "session": session,
            "words": summarise_session(session),
            "form": form,
            "tally": count_bookings(session),
            "key": uuid.uuid4(),
            "booked": filter_by_status(shown, BookingStatus.BOOKED, BookingStatus.ATTENDED, BookingStatus.MISSED),
            "offered": [(row, format_offer_end(row.booking)) for row in filter_by_status(shown, BookingStatus.OFFERED)],
            "waiting": filter_by_status(shown, BookingStatus.WAITING),
            "gone": filter_by_status(shown, BookingStatus.CANCELLED, BookingStatus.LAPSED),
            "ring": ring,
            "unreachable": unreachable,
            "told": load_told(session, shown) if session.cancelled_at else [],
            "why": booking_closed_reason(session),
        },
    )


@allow(Permission.PUBLISH)
@require_POST
def give_place(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """A place for somebody who waits, whoever is before them; a full session gets one place more."""
    key = parse_uuid(request.POST.get("key"))
    return move_and_return(
        request, get_own_booking(request, pk), BookingStatus.BOOKED, "has a place", key=key, more=True
    )


@allow(Permission.PUBLISH)
@require_http_methods(["GET", "HEAD", "POST"])
def take_off(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Take somebody off the list, with a word why; what is freed is offered to the next."""
    booking = get_own_booking(request, pk)
    form = TakeOffForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return move_and_return(request, booking, BookingStatus.CANCELLED, "is off the list", **form.cleaned_data)
    words = summarise_session(booking.session)
    return render_form_page(
        request,
        "bookings/booking_take_off.html",
        {
            "booking": booking,
            "form": form,
            "words": words,
            "stands": booking.status in ACTIVE_STATUSES,
        },
    )


@allow(Permission.PUBLISH)
@require_POST
def note_call_made(request: MemberRequest, pk: uuid.UUID, message: uuid.UUID) -> HttpResponse:
    """A call was made."""
    session: Session = get_object_or_404(sessions_run_by(request.member), pk=pk)
    if mark_call_made(session, message):
        messages.success(request, "Noted: they have been told.")
    return redirect("bookings:session_bookings", pk=pk)


def get_own_booking(request: MemberRequest, pk: uuid.UUID) -> Booking:
    """A booking in a session of the member's group. Http404 for any other."""
    mine = Booking.visible_to(request.member).select_related("session__service__agency", "session__at_location")
    return get_object_or_404(mine, pk=pk)


def filter_by_status(shown: list[BookingRow], *statuses: BookingStatus) -> list[BookingRow]:
    return [line for line in shown if line.booking.status in statuses]


def move_and_return(
    request: MemberRequest, booking: Booking, to: BookingStatus, done: str, **given: Any
) -> HttpResponse:
    """Move it for the group, and back to the list, which says what was `done` or why not."""
    try:
        move_booking(booking, to, by=Author.of(request.member), mover=Actor.GROUP, **given)
    except MoveRefused as error:
        messages.error(request, f"{booking.name}: {error}")
    else:
        messages.success(request, f"{booking.name} {done}.")
    return redirect("bookings:session_bookings", pk=booking.session_id)
