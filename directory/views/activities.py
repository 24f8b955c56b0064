"""The search of activities: a list, and a map that repeats it."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from agencies.access import public
from config.fragments import page
from directory import figures, lost
from directory.asking import Found
from directory.describing import miles_away, summary
from directory.forms.search import SearchForm
from directory.models import Service
from directory.search import search

PARTS = {"results": "found", "more": "more", "settled": "settled"}


@public
@require_safe
def activities(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.GET)
    asked = form.asked(after=request.GET.get("after", "")[:200])
    found = search(asked)
    first = before(request.GET.get("shown", "")) if found.services else 0
    for number, service in enumerate(found.services, first + 1):
        card(service, number)
    for service in found.nearest:
        card(service)
    form.offer(found)
    figures.seen([service.pk for service in found.services], "shown")
    if lost.is_meant(request) and not asked.after and is_lost(form, found):
        lost.keep(asked, form)
    context = {
        "form": form, "found": found, "shown": first + len(found.services), "first": first + 1,
        "understood": form.understood(found), "by": request.headers.get("HX-Trigger", ""),
    }  # fmt: skip
    return page(request, "directory/activities.html", context, part=PARTS, status=422 if form.errors else 200)


def before(shown: str) -> int:
    """How many activities stand above this page's."""
    return int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 6 else 0


def is_lost(form: SearchForm, found: Found) -> bool:
    """Whether the steward should know of it: nothing has what was asked for, or nobody knows the place."""
    return not found.services or form.has_error("near", "unknown")


def card(service: Service, number: int | None = None) -> None:
    """Put on a service what its card says."""
    service.number = number  # type: ignore[attr-defined]
    service.away = miles_away(service.distance_km)  # type: ignore[attr-defined]
    service.summary = summary(service.description)  # type: ignore[attr-defined]
