"""The search of activities: a list, and a map that repeats it."""

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_safe

from agencies.access import public
from config.fragments import render_page
from config.http import parse_number
from config.replica import from_replica
from directory.catalogue import statistics
from directory.search import unmet
from directory.search.forms.search import SearchForm
from directory.search.query import SearchResult
from directory.search.statement import search

PAGE_PARTS = {"results": "found", "more": "more", "settled": "settled"}


@public
@require_safe
@from_replica
@transaction.non_atomic_requests  # it reads, and writes one row at most: BEGIN and COMMIT would be a third of its calls
def activities(request: HttpRequest) -> HttpResponse:
    form = SearchForm(request.GET, check_need=False)
    asked = form.asked(after=request.GET.get("after", "")[:200])
    found = search(asked)
    before = parse_shown_count(request.GET.get("shown", "")) if found.cards else 0
    form.take_found(found)
    if not found.dangers:
        statistics.count_appearances([card.pk for card in found.cards], "shown")
        if unmet.is_deliberate(request) and not found.told and not asked.after and is_unmet(form, found):
            unmet.count_unmet_search(form, found)
    context = {
        "form": form,
        "found": found,
        "shown": before + len(found.cards),
        "first": before + 1,
        "understood": form.understood(found),
        "by": request.headers.get("HX-Trigger", ""),
    }
    response = render_page(
        request, "directory/activities.html", context, part=PAGE_PARTS, status=422 if form.errors else 200
    )
    return forget_words(response) if found.dangers else response


def forget_words(response: HttpResponse) -> HttpResponse:
    """What speaks of danger stays neither in the browser's store nor, where htmx draws the page, in its history."""
    add_never_cache_headers(response)
    response["HX-Push-Url"] = response["HX-Replace-Url"] = reverse("directory:activities")
    return response


def parse_shown_count(shown: str) -> int:
    """How many activities stand above this page's."""
    return parse_number(shown) or 0


def is_unmet(form: SearchForm, found: SearchResult) -> bool:
    """Whether the steward should know of it: nothing has what was asked for, or nobody knows the place."""
    return not found.cards or form.has_error("near", "unknown")
