"""The sessions of what a search finds in the next six weeks, as one iCalendar file to subscribe to."""

import datetime
import uuid
from collections import defaultdict

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from directory.catalogue.icalendar import calendar, dated
from directory.catalogue.timetable import wanted
from directory.exchange.api.page import best, form_of, in_words
from directory.exchange.api.responses import api, if_changed
from directory.models import Service, Session
from directory.search.forms.search import SearchForm

MOST = 100  # activities in one calendar
AHEAD = datetime.timedelta(weeks=6)


@api
def sessions(request: HttpRequest) -> HttpResponseBase:
    form = form_of(request.GET)
    return if_changed(request, lambda _: _file(form), hourly=True)


def _file(form: SearchForm) -> HttpResponse:
    services = best(form, MOST)
    prefetch_related_objects(services, "schedules", "cost_options", "at_locations__location")
    laid_out = _laid_out(services)
    events = [event for service in services for event in dated(service, laid_out[service.pk])]
    said = in_words(form)
    name = f"{settings.PLACE['name']}: activities{f' {said}' if said else ''}"
    response = HttpResponse(calendar(name, events), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = 'inline; filename="activities.ics"'
    return response


def _laid_out(services: list[Service]) -> dict[uuid.UUID, list[Session]]:
    """The sessions of each: the rows of what is kept here, computed from its patterns for what a feed brought."""
    now = timezone.now()
    found: dict[uuid.UUID, list[Session]] = defaultdict(list)
    kept = [service.pk for service in services if not service.source]
    for session in Session.coming().filter(service__in=kept, starts_at__lt=now + AHEAD):
        found[session.service_id].append(session)
    for service in services:
        if service.pk not in found:
            found[service.pk] = list(wanted(service, now, timezone.localdate(now + AHEAD)))
    return found
