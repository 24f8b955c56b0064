"""The search of activities: a list, and a map that repeats it."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from agencies.access import public
from config.fragments import page
from directory.describing import miles_away, summary
from directory.forms.search import SearchForm
from directory.search import Found, search

PARTS = {"results": "results", "more": "more"}


@public
@require_safe
def activities(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.GET)
    found = search(form.asked(after=request.GET.get("after", "")[:200]))
    first = before(request.GET.get("shown", "")) if found.services else 0
    cards(found, first + 1)
    context = {"form": form, "found": found, "shown": first + len(found.services), "first": first + 1}
    return page(request, "directory/activities.html", context, part=PARTS, status=422 if form.errors else 200)


def before(shown: str) -> int:
    """How many activities stand above this page's."""
    return int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 6 else 0


def cards(found: Found, first: int) -> None:
    """Put on each service what its card says."""
    for number, service in enumerate(found.services, first):
        service.number = number  # type: ignore[attr-defined]
        service.away = miles_away(service.distance_km)  # type: ignore[attr-defined]
        service.summary = summary(service.description)  # type: ignore[attr-defined]
