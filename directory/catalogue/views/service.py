"""One activity."""

import uuid
from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.http import require_safe

from agencies.access import public
from config.fragments import render_page
from config.replica import from_replica
from config.template_tags import address, row_address
from directory.catalogue import statistics, timetable, wording
from directory.catalogue.detail import SESSIONS_READ, is_shown_to, load_listing
from directory.models import Contact, Service, Status


@public
@require_safe
@from_replica
def service(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found, back = load_listing(pk), find_back_address(request)
    member = getattr(request, "member", None)
    shown = found is not None and is_shown_to(found, member)
    if found is None or (found.published_at is None and not shown):
        raise Http404
    if found.joined_to_id:
        return redirect("directory:service", found.joined_to_id, permanent=True)
    if not shown:
        return render_page(request, "directory/service_over.html", {"service": found, "back": back}, status=410)
    if found.is_listed and request.method == "GET":
        statistics.count_appearances([found.pk], "views")
    context = {"service": found, "back": back, **build_page_context(found, staff=member is not None)}
    return render_page(request, "directory/service.html", context)


def build_page_context(service: Service, staff: bool = False) -> dict[str, object]:
    """What its page says, in words: formatted here, once, as templates are slow at it. More is said to `staff`."""
    today, site = timezone.localdate(), service.agency.url
    contacts: list[Service | Contact] = [service, *service.contacts.all()]
    dates = wording.format_sessions(service, timetable.list_upcoming_sessions(service, SESSIONS_READ))
    return {
        "chips": wording.list_chips(service),
        "meetings": wording.build_meeting_places(service, today),
        "hours": wording.format_service_hours(service, today),
        "next_sessions": dates,
        "book": wording.booking_button(dates),
        "ring": next((one.phone for one in contacts if one.phone), ""),
        "write_to": next((one.email for one in contacts if one.email), ""),
        "facts": wording.list_facts(service, today, staff),
        "about": wording.list_provenance(service, today),
        "run_by": wording.organisation_name(service),
        "site": site if site != service.url else "",
        "address": settings.PLACE["base_url"] + row_address("directory:service", service.pk),
        "not_listed": explain_not_listed(service),
    }


def explain_not_listed(service: Service) -> str:
    """Why only its own agency sees the page; "" when everybody does."""
    if service.published_at is None:
        return "This is a draft. Nobody else sees it yet."
    if service.hidden_at:
        return "This is hidden, because nobody said that it is still right. Only your agency sees it."
    over = service.status in (Status.INACTIVE, Status.DEFUNCT)
    return "This is set to not running. Only your agency sees it." if over else ""


def find_back_address(request: HttpRequest) -> str:
    """The search or the list that led here, or a new search."""
    activities, shortlist = address("directory:activities"), address("directory:shortlist")
    try:
        back = urlsplit(request.headers.get("Referer", ""))
    except ValueError:  # anything can stand in a header
        return activities
    if back.netloc != request.get_host() or back.path not in (activities, shortlist):
        return activities
    return f"{back.path}?{back.query}" if back.query else back.path
