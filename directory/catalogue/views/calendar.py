"""An activity's meetings as a file for the calendar of a phone."""

import uuid
from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from agencies.access import public
from config.pdf import format_content_disposition
from config.replica import from_replica
from directory.catalogue.detail import is_shown_to, load_listing
from directory.catalogue.icalendar import build_series_events, render_calendar
from directory.models import Session

PAST_SESSIONS_KEPT = timedelta(
    days=31
)  # moved and cancelled ones of the last weeks stay so in a calendar that is fetched again


@public
@require_safe
@from_replica
def session_calendar(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    service = load_listing(pk)
    if service is None or not is_shown_to(service, getattr(request, "member", None)):
        raise Http404
    laid_out = Session.coming(timezone.localdate() - PAST_SESSIONS_KEPT).filter(service=pk)
    body = render_calendar(service.name, build_series_events(service, laid_out))
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = format_content_disposition(f"{slugify(service.name) or 'sessions'}.ics")
    return response
