"""Booking a session for the person of a case, saying yes to a place offered, and cancelling."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from agencies.access import Permission, allow
from agencies.models import Author
from agencies.request import MemberRequest
from bookings.actions import MoveRefused, move_booking
from bookings.actions.book import booking_closed_reason
from bookings.lists import find_listed_session
from bookings.lists import summarise_session as session_in_words
from bookings.states import Actor, BookingStatus
from cases.access_log import get_own_case, log_access
from cases.actions.booking import book_for_case, find_standing_booking, shared_contact
from cases.booking import bookings_of, build_booking_row
from cases.forms.booking import CaseBookingForm
from cases.models import Case
from config.forms import render_form_page
from config.fragments import render_page
from config.http import parse_uuid
from directory.models import Session

BOOKING_MOVES = {"accept": BookingStatus.BOOKED, "cancel": BookingStatus.CANCELLED}


@allow(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def book(request: MemberRequest, pk: uuid.UUID, session: uuid.UUID) -> HttpResponse:
    case, found = get_own_case(request.member, pk), find_listed_session(session)
    if found is None:
        raise Http404
    if there := find_standing_booking(case, found):
        messages.info(request, f"{case.person.known_as}: {there.get_status_display().lower()}.")
        return redirect("cases:booking", pk=pk, booking=there.pk)
    if case.closed_at or (why := booking_closed_reason(found)):
        messages.error(request, "This case is closed." if case.closed_at else why)
        return redirect("cases:activities", pk=pk)
    posted = request.POST if request.method == "POST" else None
    form = CaseBookingForm(posted, person=case.person, agency=found.service.agency)
    if form.is_valid():
        return save_booking(request, case, found, form)
    log_access(request, case, "book")
    return render_form_page(
        request,
        "cases/book.html",
        {
            "case": case,
            "form": form,
            "words": session_in_words(found),
            "who": shared_contact(case, found),
        },
    )


def save_booking(request: MemberRequest, case: Case, session: Session, form: CaseBookingForm) -> HttpResponse:
    said = form.cleaned_data
    try:
        made = book_for_case(
            case=case, by=Author.of(request.member), key=said["key"], session=session, how_agreed=said["how_agreed"]
        )
    except MoveRefused as error:
        messages.error(request, str(error))
        return redirect("cases:activities", pk=case.pk)
    messages.success(request, f"{case.person.known_as}: {made.get_status_display().lower()}. It is in the history.")
    return redirect("cases:booking", pk=case.pk, booking=made.pk)


@allow(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def booking(request: MemberRequest, pk: uuid.UUID, booking: uuid.UUID) -> HttpResponse:
    case = get_own_case(request.member, pk)
    found = get_object_or_404(bookings_of(case), pk=booking)
    to = BOOKING_MOVES.get(request.POST.get("deed", ""))
    if request.method == "POST" and to:
        try:
            key = parse_uuid(request.POST.get("key"))
            move_booking(found, to, by=Author.of(request.member), mover=Actor.PERSON, key=key)
        except MoveRefused as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"{found.session.service.name}: {found.get_status_display().lower()}.")
        return redirect("cases:activities", pk=pk)
    log_access(request, case, "booking")
    return render_page(
        request,
        "cases/booking.html",
        {
            "case": case,
            "booked": build_booking_row(found),
            "words": session_in_words(found.session),
            "key": uuid.uuid4(),
        },
    )
