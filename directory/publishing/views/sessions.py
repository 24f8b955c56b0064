"""The dates of a listing: what comes, who is in it, one moved or cancelled, one more."""

import datetime
import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_http_methods

from agencies.access import Permission, allow
from agencies.request import MemberRequest
from config.forms import render_form_page
from config.fragments import render_page
from config.template_tags import address, date_words, when
from directory.catalogue.demand import count_reach, format_reach, list_session_demand
from directory.catalogue.timetable import list_stray_sessions, list_upcoming_sessions
from directory.models import Service, Session
from directory.publishing.actions.sessions import (
    ChangedMeanwhile,
    TooFewPlaces,
    add_session,
    cancel_session,
    cancel_sessions,
    change_session,
    confirm_sessions,
    fingerprint_session,
)
from directory.publishing.forms.sessions import CancelForm, SessionForm

MAX_UPCOMING, MAX_PAST = 100, 8
REGISTER_LEAD_TIME = datetime.timedelta(days=1)  # from then on the register of a session stands beside it
CONFLICT_MESSAGE = "Somebody changed this session while you were writing. It is now: {}. Look at both before you save"


@allow(Permission.PUBLISH)
@require_http_methods(["GET", "HEAD", "POST"])
def sessions(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """All that comes, and what was lately; posting says of dates in doubt that they are on, or takes them off."""
    service = get_object_or_404(services_with_patterns(request), pk=pk)
    found = list_upcoming_sessions(service, MAX_UPCOMING)
    doubtful = [one.session for one in found if one.session and one.check_first and not one.is_cancelled]
    if request.method == "POST":
        answer_doubts(request, [row for row in doubtful if str(row.pk) in request.POST.getlist("session")])
        return redirect("directory:sessions", pk)
    mine = Session.kept_by(request.member).filter(service=service).select_related("at_location__location")
    past = mine.filter(starts_at__lte=timezone.now()).order_by("-starts_at", "-id")[:MAX_PAST]
    context = {
        "service": service,
        "tab": "sessions",
        "coming": found,
        "strays": list_stray_sessions(service),
        "past": past,
        "several": len(service.at_locations.all()) > 1,
        "soon": timezone.now() + REGISTER_LEAD_TIME,
        "lines": list_session_demand(found, Session.coming().filter(service=service)),
        "doubtful": doubtful,
        "reach": format_reach(count_reach(doubtful)) if doubtful else "",
    }
    return render_page(request, "directory/sessions.html", context)


def answer_doubts(request: MemberRequest, chosen: list[Session]) -> None:
    """What the group says of dates that may be off; people hear of those that are."""
    on, reach = request.POST.get("answer") == "on", format_reach(count_reach(chosen), request.path)
    told = confirm_sessions(sessions=chosen) if on else cancel_sessions(sessions=chosen, why="Not on this day")
    if told:
        days = ", ".join(date_words(row.starts_at) for row in told)
        messages.success(request, f"It is on: {days}." if on else format_html("Taken off: {}. {}", days, reach))
    else:
        messages.error(request, "Tick the dates that you mean.")


def services_with_patterns(request: MemberRequest) -> Any:
    return Service.kept_by(request.member).prefetch_related("schedules", "at_locations__location")


@allow(Permission.PUBLISH)
@require_http_methods(["GET", "HEAD", "POST"])
def new_session(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    """A date beside the pattern."""
    service = get_object_or_404(services_with_patterns(request), pk=pk)
    form = SessionForm(request.POST or None, service=service)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        row = add_session(service=service, on=said["on"], values=form.values, key=said["key"])
        messages.success(request, f"Added: {when(row.starts_at)}.")
        return redirect("directory:sessions", pk)
    return render_form_page(request, "directory/session.html", {"service": service, "form": form, "tab": "sessions"})


@allow(Permission.PUBLISH)
@require_http_methods(["GET", "HEAD", "POST"])
def session(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    row = load_session(request, pk)
    form = SessionForm(request.POST or None, service=row.service, session=row)
    if request.method == "POST" and form.is_valid():
        try:
            was = (row.starts_at, row.ends_at, row.at_location_id)
            row = change_session(session=row, values=form.values, seen_before=form.cleaned_data["seen"])
        except TooFewPlaces as few:
            form.add_error("places", f"{few.taken} people are booked: there must be at least as many places")
        except ChangedMeanwhile:
            now = load_session(request, pk)
            places = "" if now.places is None else f", {now.places} places"
            state = f"cancelled ({now.cancelled_why})" if now.cancelled_at else f"{when(now.starts_at)}{places}"
            form.add_conflict(CONFLICT_MESSAGE.format(state), fingerprint_session(now))
        else:
            moved = was != (row.starts_at, row.ends_at, row.at_location_id)
            told = describe_reach(row) if moved and row.taken else ""
            messages.success(request, format_html("Saved: {}. {}", when(row.starts_at), told))
            return redirect("directory:sessions", row.service_id)
    context = {"service": row.service, "session": row, "form": form, "tab": "sessions"}
    return render_form_page(request, "directory/session.html", context)


@allow(Permission.PUBLISH)
@require_http_methods(["GET", "HEAD", "POST"])
def cancel_one_session(request: MemberRequest, pk: uuid.UUID) -> HttpResponse:
    row = load_session(request, pk)
    form = CancelForm(request.POST or None)
    told = describe_reach(row)
    if request.method == "POST" and form.is_valid():
        cancel_session(session=row, why=form.cleaned_data["why"])
        messages.success(request, format_html("Cancelled: {}. {}", date_words(row.starts_at), told))
        return redirect("directory:sessions", row.service_id)
    reach = count_reach([row])
    context = {"service": row.service, "session": row, "form": form, "tab": "sessions"}
    context |= {"reach": format_reach(reach), "waiting": sum(reach) - row.taken}
    return render_form_page(request, "directory/session_cancel.html", context)


def describe_reach(row: Session) -> str:
    """Who is told of what became of it and how, with the way to those who are to be rung."""
    return format_reach(count_reach([row]), address("bookings:session_bookings", row.pk))


def load_session(request: MemberRequest, pk: uuid.UUID) -> Session:
    """A session to come of the member's agency; 404 for what is over or somebody else's."""
    mine = Session.kept_by(request.member).filter(starts_at__gt=timezone.now(), service__source="")
    return get_object_or_404(
        mine.select_related("service").prefetch_related("service__at_locations__location", "service__schedules"), pk=pk
    )
