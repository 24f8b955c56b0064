"""The sessions of what a search finds in the next six weeks, as one iCalendar file to subscribe to."""

import datetime
import uuid
from collections import defaultdict

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from directory.catalogue.icalendar import build_dated_events, render_calendar
from directory.catalogue.timetable import generate_sessions
from directory.exchange.api.responses import public_api, respond_if_changed
from directory.exchange.api.site_search import describe_search, find_best_services, parse_search_form
from directory.models import Service, Session
from directory.search.forms.search import SearchForm

MAX_ACTIVITIES = 100  # activities in one calendar
SESSIONS_AHEAD = datetime.timedelta(weeks=6)


@public_api
def search_calendar(request: HttpRequest) -> HttpResponseBase:
    form = parse_search_form(request.GET)
    return respond_if_changed(request, lambda _: _render_calendar(form), hourly=True)


def _render_calendar(form: SearchForm) -> HttpResponse:
    services = find_best_services(form, MAX_ACTIVITIES)
    prefetch_related_objects(services, "schedules", "cost_options", "at_locations__location")
    laid_out = _find_sessions(services)
    events = [event for service in services for event in build_dated_events(service, laid_out[service.pk])]
    said = describe_search(form)
    name = f"{settings.PLACE['name']}: activities{f' {said}' if said else ''}"
    response = HttpResponse(render_calendar(name, events), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="activities.ics"'
    return response


def _find_sessions(services: list[Service]) -> dict[uuid.UUID, list[Session]]:
    """The sessions of each: the rows of what is kept here, computed from its patterns for what a feed brought."""
    now = timezone.now()
    found: dict[uuid.UUID, list[Session]] = defaultdict(list)
    kept = [service.pk for service in services if not service.source]
    for session in Session.coming().filter(service__in=kept, starts_at__lt=now + SESSIONS_AHEAD):
        found[session.service_id].append(session)
    for service in services:
        if service.pk not in found:
            found[service.pk] = list(generate_sessions(service, now, timezone.localdate(now + SESSIONS_AHEAD)))
    return found
