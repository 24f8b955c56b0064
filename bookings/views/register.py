"""The register on a phone: who came, who did not, who came without booking."""

import uuid

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from agencies.access import Permission, allow
from agencies.models import Author
from agencies.request import MemberRequest
from bookings.actions import MoveRefused, create_walk_in_booking, mark_attendance
from bookings.actions.transition import register_closed_reason, register_is_open
from bookings.forms.booking import AddBookingForm
from bookings.lists import count_bookings, load_booking_rows, sessions_run_by, split_register, summarise_session
from bookings.models import Booking
from bookings.states import BookingStatus
from bookings.views.booking import find_posted_booking
from config.forms import render_form_page
from config.fragments import render_page, wants_fragment
from config.http import parse_number
from directory.models import Session

MARK_STATUSES = {"came": BookingStatus.ATTENDED, "missed": BookingStatus.MISSED, "unmark": BookingStatus.BOOKED}


@allow(Permission.PUBLISH)
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """The list with two large buttons for each; posting adds somebody at the door."""
    session = get_object_or_404(sessions_run_by(request.member), pk=pk)
    if find_posted_booking(request):
        return redirect("bookings:register", pk=pk)
    form = AddBookingForm(request.POST if request.method == "POST" else None, full=not session.has_room, at_door=True)
    if form.is_valid():
        try:
            create_walk_in_booking(
                session=session,
                by=Author.of(request.member),
                key=form.cleaned_data["key"],
                who=form.attendee,
                more=form.cleaned_data.get("more", False),
            )
        except MoveRefused as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, f"{form.attendee.name} is on the register.")
            return redirect("bookings:register", pk=pk)
    return render_form_page(
        request, "bookings/register.html", build_register_context(request, session) | {"form": form}
    )


@allow(Permission.PUBLISH)
@require_POST
def mark_booking(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Came, did not come, or take the mark back: one row, for htmx alone; the whole page without."""
    booking = get_object_or_404(Booking.visible_to(request.member).select_related("session"), pk=pk)
    to, refused = MARK_STATUSES.get(request.POST.get("mark", "")), ""
    if to is None:
        refused = "We could not tell what you pressed. Try again."
    else:
        try:
            mark_attendance(booking, to, by=Author.of(request.member), seen=parse_number(request.POST.get("seen", "")))
        except MoveRefused as error:
            refused = str(error)
    if wants_fragment(request):
        session = sessions_run_by(request.member).get(pk=booking.session_id)
        line = next(line for line in load_booking_rows(request.member, session) if line.booking.pk == booking.pk)
        row = build_register_context(request, session) | {"line": line, "refused": refused, "swapped": True}
        return render_page(request, "bookings/register.html", row, part="row", status=422 if refused else 200)
    if refused:
        messages.error(request, f"{booking.name}: {refused}")
    return redirect(f"{reverse('bookings:register', args=[booking.session_id])}#who-{booking.pk}")


def build_register_context(request: MemberRequest, session: Session) -> dict[str, object]:
    expected, others = split_register(load_booking_rows(request.member, session))
    return {
        "session": session,
        "words": summarise_session(session),
        "expected": expected,
        "others": others,
        "open": register_is_open(session),
        "why": register_closed_reason(session),
        "tally": count_bookings(session),
        "refused": "",
        "swapped": False,
    }
