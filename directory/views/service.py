"""One activity."""

import uuid
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from agencies.access import public
from config.fragments import page
from directory.describing import ages, costs, hours, meetings, whole
from directory.models import Service, Status


@public
@require_safe
def service(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = get_object_or_404(whole(Service.ever()), pk=pk)
    back = came_from(request)
    if found.status in (Status.INACTIVE, Status.DEFUNCT):
        return page(request, "directory/service_over.html", {"service": found, "back": back}, status=410)
    today = timezone.localdate()
    context = {
        "service": found, "back": back, "meetings": meetings(found, today), "hours": hours(found, today),
        "costs": costs(found, today), "ages": ages(found),
    }  # fmt: skip
    return page(request, "directory/service.html", context)


def came_from(request: HttpRequest) -> str:
    """The search that led here, or a new one."""
    activities = reverse("directory:activities")
    try:
        address = urlsplit(request.headers.get("Referer", ""))
    except ValueError:  # anything can stand in a header
        return activities
    same = address.netloc == request.get_host() and address.path == activities
    return f"{activities}?{address.query}" if same and address.query else activities
