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
from bookings.actions import BookingRefused, add_at_door, mark
from bookings.actions.transition import register_is_open, register_words
from bookings.forms.booking import AddForm
from bookings.lists import in_words, kept_session, lines, on_register, tally
from bookings.models import Booking
from bookings.states import Booked
from bookings.views.booking import posted_before
from config.forms import answer
from config.fragments import page, wants_part
from directory.models import Session

MARKS = {"came": Booked.ATTENDED, "missed": Booked.MISSED, "unmark": Booked.BOOKED}


@allow(Permission.PUBLISH)
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """The list with two large buttons for each; posting adds somebody at the door."""
    session = get_object_or_404(kept_session(request.member), pk=pk)
    if posted_before(request):
        return redirect("bookings:register", pk=pk)
    form = AddForm(request.POST if request.method == "POST" else None, full=not session.has_room, at_door=True)
    if form.is_valid():
        try:
            add_at_door(
                session=session,
                by=Author.of(request.member),
                key=form.cleaned_data["key"],
                who=form.who,
                more=form.cleaned_data.get("more", False),
            )
        except BookingRefused as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, f"{form.who.name} is on the register.")
            return redirect("bookings:register", pk=pk)
    return answer(request, "bookings/register.html", context(request, session) | {"form": form})


@allow(Permission.PUBLISH)
@require_POST
def mark_one(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """Came, did not come, or take the mark back: one row, for htmx alone; the whole page without."""
    booking = get_object_or_404(Booking.visible_to(request.member).select_related("session"), pk=pk)
    to, refused = MARKS.get(request.POST.get("mark", "")), ""
    if to is None:
        refused = "We could not tell what you pressed. Try again."
    else:
        try:
            mark(booking, to, by=Author.of(request.member), seen=seen(request))
        except BookingRefused as error:
            refused = str(error)
    if wants_part(request):
        session = kept_session(request.member).get(pk=booking.session_id)
        line = next(line for line in lines(request.member, session) if line.booking.pk == booking.pk)
        row = context(request, session) | {"line": line, "refused": refused, "swapped": True}
        return page(request, "bookings/register.html", row, part="row", status=422 if refused else 200)
    if refused:
        messages.error(request, f"{booking.name}: {refused}")
    return redirect(f"{reverse('bookings:register', args=[booking.session_id])}#who-{booking.pk}")


def context(request: MemberRequest, session: Session) -> dict[str, object]:
    expected, others = on_register(lines(request.member, session))
    return {
        "session": session,
        "words": in_words(session),
        "expected": expected,
        "others": others,
        "open": register_is_open(session),
        "why": register_words(session),
        "tally": tally(session),
        "refused": "",
        "swapped": False,
    }


def seen(request: MemberRequest) -> int | None:
    """How many moves the row had when it was drawn; none when it does not say."""
    text = request.POST.get("seen", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None
