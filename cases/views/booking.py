"""Booking a session for the person of a case, saying yes to a place offered, and cancelling."""

import uuid

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from agencies.access import Permission, allow
from agencies.models import Author
from agencies.request import MemberRequest
from bookings.actions import BookingRefused
from bookings.actions.book import why_closed
from bookings.lists import find_session
from bookings.lists import in_words as session_in_words
from bookings.states import Booked
from cases.access_log import opened
from cases.actions.booking import book_for, booked_for, move_for, what_passes
from cases.booking import bookings_of, in_words
from cases.forms.booking import BookForForm
from cases.models import Case
from config.forms import answer
from config.fragments import page
from config.http import parse_uuid
from directory.models import Session

DEEDS = {"accept": Booked.BOOKED, "cancel": Booked.CANCELLED}


@allow(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def book(request: MemberRequest, pk: uuid.UUID, session: uuid.UUID) -> HttpResponse:
    case, found = own_case(request, pk), find_session(session)
    if found is None:
        raise Http404
    if there := booked_for(case, found):
        messages.info(request, f"{case.person.known_as}: {there.get_status_display().lower()}.")
        return redirect("cases:booking", pk=pk, booking=there.pk)
    if case.closed_at or (why := why_closed(found)):
        messages.error(request, "This case is closed." if case.closed_at else why)
        return redirect("cases:activities", pk=pk)
    posted = request.POST if request.method == "POST" else None
    form = BookForForm(posted, person=case.person, agency=found.service.agency)
    if form.is_valid():
        return take(request, case, found, form)
    opened(request, case, "book")
    return answer(
        request,
        "cases/book.html",
        {
            "case": case,
            "form": form,
            "words": session_in_words(found),
            "who": what_passes(case.person),
        },
    )


def take(request: MemberRequest, case: Case, session: Session, form: BookForForm) -> HttpResponse:
    said = form.cleaned_data
    try:
        made = book_for(
            case=case, by=Author.of(request.member), key=said["key"], session=session, how_agreed=said["how_agreed"]
        )
    except BookingRefused as error:
        messages.error(request, str(error))
        return redirect("cases:activities", pk=case.pk)
    messages.success(request, f"{case.person.known_as}: {made.get_status_display().lower()}. It is in the history.")
    return redirect("cases:booking", pk=case.pk, booking=made.pk)


@allow(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def booking(request: MemberRequest, pk: uuid.UUID, booking: uuid.UUID) -> HttpResponse:
    case = own_case(request, pk)
    found = get_object_or_404(bookings_of(case), pk=booking)
    to = DEEDS.get(request.POST.get("deed", ""))
    if request.method == "POST" and to:
        try:
            move_for(
                case=case, by=Author.of(request.member), booking=found, to=to, key=parse_uuid(request.POST.get("key"))
            )
        except BookingRefused as error:
            messages.error(request, str(error))
        else:
            messages.success(request, f"{found.session.service.name}: {found.get_status_display().lower()}.")
        return redirect("cases:activities", pk=pk)
    opened(request, case, "booking")
    return page(
        request,
        "cases/booking.html",
        {
            "case": case,
            "booked": in_words(found),
            "words": session_in_words(found.session),
            "key": uuid.uuid4(),
        },
    )


def own_case(request: MemberRequest, pk: uuid.UUID) -> Case:
    """A case of the member's own team. Http404 for any other."""
    return get_object_or_404(Case.worked_by(request.member).select_related("person", "agency", "lead__user"), pk=pk)
