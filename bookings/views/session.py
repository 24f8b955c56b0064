"""Who has booked a session, for the group that runs it: the waiting list in order, and what the group may override."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods, require_POST

from agencies.access import Permission, allow
from agencies.models import Author
from agencies.request import MemberRequest
from bookings.actions import BookingRefused, book, move_booking
from bookings.actions.book import why_closed
from bookings.forms.booking import AddForm, TakeOffForm
from bookings.lists import Line, in_words, kept_session, lines, rung, tally, to_ring
from bookings.models import Booking
from bookings.notifications import until
from bookings.states import STANDS, Booked, Mover
from config.forms import answer
from config.http import parse_uuid
from directory.models import Session


@allow(Permission.PUBLISH)
@require_http_methods(["GET", "HEAD", "POST"])
def session_bookings(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """The lists; posting books for somebody who rang."""
    session = get_object_or_404(kept_session(request.member), pk=pk)
    form = AddForm(request.POST if request.method == "POST" else None, full=not session.has_room)
    if form.is_valid():
        try:
            made = book(
                session=session,
                by=Author.of(request.member),
                mover=Mover.GROUP,
                key=form.cleaned_data["key"],
                who=form.who,
            )
        except BookingRefused as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, f"{made.name}: {made.get_status_display().lower()}.")
            return redirect("bookings:session_bookings", pk=pk)
    shown = lines(request.member, session)
    return answer(
        request,
        "bookings/session_bookings.html",
        {
            "session": session,
            "words": in_words(session),
            "form": form,
            "tally": tally(session),
            "key": uuid.uuid4(),
            "booked": of(shown, Booked.BOOKED, Booked.ATTENDED, Booked.MISSED),
            "offered": with_ends(shown),
            "waiting": of(shown, Booked.WAITING),
            "gone": of(shown, Booked.CANCELLED, Booked.LAPSED),
            "ring": to_ring(session),
            "why": why_closed(session),
        },
    )


@allow(Permission.PUBLISH)
@require_POST
def give_place(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """A place for somebody who waits, whoever is before them; a full session gets one place more."""
    booking = own_booking(request, pk)
    try:
        move_booking(
            booking,
            Booked.BOOKED,
            by=Author.of(request.member),
            mover=Mover.GROUP,
            key=parse_uuid(request.POST.get("key")),
            more=True,
        )
    except BookingRefused as error:
        messages.error(request, f"{booking.name}: {error}")
    else:
        messages.success(request, f"{booking.name} has a place.")
    return redirect("bookings:session_bookings", pk=booking.session_id)


@allow(Permission.PUBLISH)
@require_http_methods(["GET", "HEAD", "POST"])
def take_off(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Take somebody off the list, with a word why; what is freed is offered to the next."""
    booking = own_booking(request, pk)
    form = TakeOffForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            move_booking(
                booking,
                Booked.CANCELLED,
                by=Author.of(request.member),
                mover=Mover.GROUP,
                key=form.cleaned_data["key"],
                words=form.cleaned_data["words"],
            )
        except BookingRefused as error:
            messages.error(request, f"{booking.name}: {error}")
        else:
            messages.success(request, f"{booking.name} is off the list.")
        return redirect("bookings:session_bookings", pk=booking.session_id)
    words = in_words(booking.session)
    return answer(
        request,
        "bookings/booking_take_off.html",
        {
            "booking": booking,
            "form": form,
            "words": words,
            "stands": booking.status in STANDS,
        },
    )


@allow(Permission.PUBLISH)
@require_POST
def told(request: MemberRequest, pk: uuid.UUID, message: uuid.UUID) -> HttpResponse:
    """A call was made."""
    session: Session = get_object_or_404(kept_session(request.member), pk=pk)
    if rung(session, message):
        messages.success(request, "Noted: they have been told.")
    return redirect("bookings:session_bookings", pk=pk)


def own_booking(request: MemberRequest, pk: uuid.UUID) -> Booking:
    """A booking in a session of the member's group. Http404 for any other."""
    mine = Booking.visible_to(request.member).select_related("session__service__agency", "session__at_location")
    return get_object_or_404(mine, pk=pk)


def of(shown: list[Line], *statuses: Booked) -> list[Line]:
    return [line for line in shown if line.booking.status in statuses]


def with_ends(shown: list[Line]) -> list[tuple[Line, str]]:
    """Those with a place offered, and until when."""
    return [(line, until(line.booking)) for line in of(shown, Booked.OFFERED)]
