"""An activity's meetings as a file for the calendar of a phone."""

import uuid
from datetime import timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from agencies.access import public
from config.pdf import attachment
from directory.catalogue.detail import is_shown_to, whole
from directory.catalogue.icalendar import calendar, events
from directory.models import Session

BEFORE = timedelta(days=31)  # moved and cancelled ones of the last weeks stay so in a calendar that is fetched again


@public
@require_safe
def sessions(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    service = whole(pk)
    if service is None or not is_shown_to(service, request.member):  # type: ignore[attr-defined]
        raise Http404
    laid_out = Session.coming(timezone.localdate() - BEFORE).filter(service=pk)
    body = calendar(service.name, events(service, laid_out))
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = attachment(f"{slugify(service.name) or 'sessions'}.ics")
    return response
