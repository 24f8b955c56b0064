"""A resident books a place, and comes back by a secret link or a code. No account."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from agencies import limits
from agencies.access import public
from agencies.models import Author, Hand
from bookings.actions import BookingRefused, book, move_booking
from bookings.actions.book import why_closed
from bookings.actions.links import find, in_two, is_code, new_code, new_link
from bookings.forms.booking import BookForm, CodeForm
from bookings.lists import booking_of, find_session, in_words, latest_words, made_here
from bookings.models import KEPT_FOR, SHOWN_FOR, Booking
from bookings.notifications import until
from bookings.states import Booked, Mover
from config.forms import answer
from config.fragments import page
from config.http import add_noindex_header, parse_uuid
from config.template_tags import date_words
from directory.models import Session

REMEMBERED = 20  # bookings that a browser remembers
MOST, HOUR = 30, 3600  # bookings from one network in an hour, in seconds
TRIES = 20  # wrong codes from one network in an hour
THE_PERSON = Author(Hand.PERSON, "The person")  # rows that stay name nobody who booked


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def book_place(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Book a place in a session, or wait for one. The second identical post gets the first's answer."""
    session = find_session(pk)
    if session is None:
        return page(request, "bookings/session_gone.html", status=404)
    earlier = made_here(request.session.get("bookings", []), session)
    form = BookForm(request.POST if request.method == "POST" else None, earlier=earlier)
    if first := posted_before(request):
        return redirect(way_to(first))
    if why := why_closed(session):
        return closed(request, session, why)
    if form.is_valid():
        return take(request, session, form)
    kept = {"shown_for": SHOWN_FOR.days // 7, "kept_for": KEPT_FOR.days}
    return answer(request, "bookings/book.html", {"form": form, "words": in_words(session), **kept})


def take(request: HttpRequest, session: Session, form: BookForm) -> HttpResponse:
    if not limits.has_room(request, "bookings", most=MOST, seconds=HOUR):
        return page(request, "429.html", status=429)
    try:
        made = book(session=session, by=THE_PERSON, mover=Mover.PERSON, key=form.cleaned_data["key"], who=form.who)
    except BookingRefused as error:  # it began, or was cancelled, while they typed
        return closed(request, session, str(error))
    limits.count(request, "bookings", seconds=HOUR)
    remember(request, made)
    return redirect(way_to(made))


def closed(request: HttpRequest, session: Session, why: str) -> HttpResponse:
    return page(request, "bookings/booking_closed.html", {"words": in_words(session), "why": why}, status=410)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def booking(request: HttpRequest, token: str) -> HttpResponse:
    """One's own booking: the place or the position, yes or no to an offer, cancel. Reading changes nothing."""
    found = find(token)
    if found is None:
        return add_noindex_header(page(request, "bookings/booking_unknown.html", status=404))
    refused = ""
    if request.method == "POST":
        refused = moved(request, found)
        if not refused:
            return add_noindex_header(redirect("bookings:booking", token=token))
    context = {
        "booking": found,
        "words": in_words(found.session),
        "until": until(found),
        "refused": refused,
        "why": latest_words(found),
        "new": "new" in request.GET,
        "key": uuid.uuid4(),
        "code": in_two(token) if is_code(token) else "",
        "again": not why_closed(found.session),
    }
    return add_noindex_header(page(request, "bookings/booking.html", context, status=409 if refused else 200))


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def booking_code(request: HttpRequest) -> HttpResponse:
    """For who has a code in place of a link."""
    form = CodeForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        if not limits.has_room(request, "booking codes", most=TRIES, seconds=HOUR):
            return page(request, "429.html", status=429)
        if find(form.cleaned_data["code"]):
            return add_noindex_header(redirect("bookings:booking", token=form.cleaned_data["code"]))
        limits.count(request, "booking codes", seconds=HOUR)
        form.add_error("code", "We do not know this code. Check each letter, or call us")
    return answer(request, "bookings/booking_code.html", {"form": form})


def moved(request: HttpRequest, found: Booking) -> str:
    """Do what the button says; why not, in plain English, when it cannot be done any more."""
    to = {"accept": Booked.BOOKED, "cancel": Booked.CANCELLED}.get(request.POST.get("deed", ""))
    if to is None:
        return "We could not tell what you wanted. Try again."
    was = found.status
    try:
        move_booking(found, to, by=THE_PERSON, mover=Mover.PERSON, key=parse_uuid(request.POST.get("key")))
    except BookingRefused as error:
        return str(error)
    if found.status != was:
        messages.success(request, said(found))
    return ""


def said(found: Booking) -> str:
    if found.status == Booked.BOOKED:
        return f"The place is yours: {date_words(found.session.starts_at)}."
    return "Cancelled. Thank you for telling us: somebody else can come."


def way_to(booking: Booking) -> str:
    """The page of a booking just made, by a fresh link, or by a code where no e-mail can bring one."""
    token = new_link(booking) if booking.email else new_code(booking)
    return f"{reverse('bookings:booking', args=[token])}?new"


def posted_before(request: HttpRequest) -> Booking | None:
    """What the very same form has made, when it comes a second time."""
    key = parse_uuid(request.POST.get("key")) if request.method == "POST" else None
    return booking_of(key) if key else None


def remember(request: HttpRequest, booking: Booking) -> None:
    """So that the same browser is asked "is this for another person?"; nobody else learns who has booked."""
    ids = [*request.session.get("bookings", []), str(booking.pk)]
    request.session["bookings"] = ids[-REMEMBERED:]
