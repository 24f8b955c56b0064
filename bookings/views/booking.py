"""A resident books a place, and comes back by a secret link or a code. No account."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from agencies import limits
from agencies.access import public
from agencies.models import Author, Hand
from agencies.retention import period_length
from bookings.actions import MoveRefused, move_booking, request_place
from bookings.actions.book import Repeat, booking_closed_reason, cancel_repeat
from bookings.actions.links import build_repeat_page, create_code, create_link, find_link, format_code, is_code
from bookings.forms.booking import BookingCodeForm, BookingForm
from bookings.lists import (
    find_booking_by_key,
    find_browser_bookings,
    find_listed_session,
    summarise_session,
)
from bookings.models import NAMES_SHOWN_FOR, Booking, BookingLink
from bookings.notifications import format_offer_end
from bookings.retention import BOOKING
from bookings.states import Actor, BookingStatus
from config.forms import render_form_page
from config.fragments import render_page
from config.http import add_noindex_header, parse_uuid
from config.template_tags import date_words
from directory.models import Session

MAX_REMEMBERED_BOOKINGS = 20  # bookings that a browser remembers
MAX_BOOKINGS_PER_HOUR, HOUR_SECONDS = 30, 3600  # bookings from one network in an hour, in seconds
MAX_CODE_TRIES_PER_HOUR = 20  # wrong codes from one network in an hour
THE_PERSON = Author(Hand.PERSON, "The person")  # rows that stay name nobody who booked


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def book_place(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Book a place in a session, or wait for one. The second identical post gets the first's answer."""
    session = find_listed_session(pk)
    if session is None:
        return render_page(request, "bookings/session_gone.html", status=404)
    earlier = find_browser_bookings(request.session.get("bookings", []), session)
    form = BookingForm(request.POST if request.method == "POST" else None, earlier=earlier)
    if first := find_posted_booking(request):
        return redirect(create_booking_url(first))
    if why := booking_closed_reason(session):
        return render_closed(request, session, why)
    if form.is_valid():
        return process_booking(request, session, form)
    kept = {"shown_for": NAMES_SHOWN_FOR.days // 7, "kept_for": period_length(BOOKING.code)}
    return render_form_page(request, "bookings/book.html", {"form": form, "words": summarise_session(session), **kept})


def process_booking(request: HttpRequest, session: Session, form: BookingForm) -> HttpResponse:
    if not limits.is_under_limit(request, "bookings", most=MAX_BOOKINGS_PER_HOUR, seconds=HOUR_SECONDS):
        return render_page(request, "429.html", status=429)
    try:
        said, who = form.cleaned_data, form.attendee
        made = request_place(
            session=session, by=THE_PERSON, key=said["key"], who=who, another=bool(said.get("another"))
        )
    except MoveRefused as error:  # it began, or was cancelled, while they typed
        return render_closed(request, session, str(error))
    limits.count_attempt(request, "bookings", seconds=HOUR_SECONDS)
    # So that the same browser is asked "is this for another person?"; nobody else learns who has booked.
    standing, repeat = (made.booking, made.shown) if isinstance(made, Repeat) else (made, None)
    asked = f"{standing.pk} {timezone.localdate()}"
    request.session["bookings"] = [*request.session.get("bookings", []), asked][-MAX_REMEMBERED_BOOKINGS:]
    return redirect(create_booking_url(standing, repeat))


def render_closed(request: HttpRequest, session: Session, why: str) -> HttpResponse:
    return render_page(
        request, "bookings/booking_closed.html", {"words": summarise_session(session), "why": why}, status=410
    )


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def booking(request: HttpRequest, token: str) -> HttpResponse:
    """One's own booking: the place or the position, yes or no to an offer, cancel. Reading changes nothing."""
    link = find_link(token)
    if link is None:
        return add_noindex_header(render_page(request, "bookings/booking_unknown.html", status=404))
    found, refused = link.booking, ""
    if request.method == "POST":
        refused = process_move(request, link)
        if not refused:
            return add_noindex_header(redirect("bookings:booking", token=token))
    why = (latest := found.moves.last()) and latest.words
    if link.repeat:
        found = build_repeat_page(link)
        why = found.session.cancelled_why
    context = {
        "booking": found,
        "words": summarise_session(found.session),
        "until": format_offer_end(found),
        "refused": refused,
        "why": why,
        "position": link.repeat["position"] if link.repeat else found.position_shown,
        "new": "new" in request.GET,
        "key": uuid.uuid4(),
        "code": format_code(token) if is_code(token) else "",
        "again": not booking_closed_reason(found.session),
    }
    return add_noindex_header(render_page(request, "bookings/booking.html", context, status=409 if refused else 200))


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def booking_code(request: HttpRequest) -> HttpResponse:
    """For who has a code in place of a link."""
    form = BookingCodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if not limits.is_under_limit(request, "booking codes", most=MAX_CODE_TRIES_PER_HOUR, seconds=HOUR_SECONDS):
            return render_page(request, "429.html", status=429)
        if find_link(form.cleaned_data["code"]):
            return add_noindex_header(redirect("bookings:booking", token=form.cleaned_data["code"]))
        limits.count_attempt(request, "booking codes", seconds=HOUR_SECONDS)
        form.add_error("code", "We do not know this code. Check each letter, or call us")
    return render_form_page(request, "bookings/booking_code.html", {"form": form})


def process_move(request: HttpRequest, link: BookingLink) -> str:
    """Do what the button says; why not, in plain English, when it cannot be done any more."""
    found = link.booking
    to = {"accept": BookingStatus.BOOKED, "cancel": BookingStatus.CANCELLED}.get(request.POST.get("deed", ""))
    if to is None:
        return "We could not tell what you wanted. Try again."
    was = link.repeat["status"] if link.repeat else found.status
    try:
        if link.repeat:
            return process_repeat_cancellation(request, link, to)
        move_booking(found, to, by=THE_PERSON, mover=Actor.PERSON, key=parse_uuid(request.POST.get("key")))
    except MoveRefused as error:
        return str(error)
    if found.status != was and to == BookingStatus.BOOKED:
        messages.success(request, f"The place is yours: {date_words(found.session.starts_at)}.")
    elif found.status != was:
        messages.success(request, CANCELLED_MESSAGE)
    return ""


CANCELLED_MESSAGE = "Cancelled. Thank you for telling us: somebody else can come."


def process_repeat_cancellation(request: HttpRequest, link: BookingLink, to: BookingStatus) -> str:
    """The same answers as for a booking: whoever pressed it may be a stranger."""
    session = link.booking.session
    if booking_closed_reason(session) or to != BookingStatus.CANCELLED:
        return "The session has begun, so this can no longer be changed here."
    cancel_repeat(link)
    mine = request.session.get("bookings", [])  # as after a booking's own cancellation: it is asked about no more
    request.session["bookings"] = [asked for asked in mine if not asked.startswith(str(link.booking_id))]
    messages.success(request, CANCELLED_MESSAGE)
    return ""


def create_booking_url(booking: Booking, repeat: dict[str, Any] | None = None) -> str:
    """The page of a booking just made, by a fresh link, or by a code where no e-mail can bring one."""
    mail = repeat["email"] if repeat else booking.email
    token = create_link(booking, repeat) if mail else create_code(booking, repeat)
    return f"{reverse('bookings:booking', args=[token])}?new"


def find_posted_booking(request: HttpRequest) -> Booking | None:
    """What the very same form has made, when it comes a second time."""
    key = parse_uuid(request.POST.get("key")) if request.method == "POST" else None
    return find_booking_by_key(key) if key else None
