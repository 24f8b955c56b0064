"""The front page: the question box, the needs as people say them, and what is on today."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_safe

from agencies.access import public
from config.fragments import render_page
from config.replica import from_replica
from directory.models import TaxonomyTerm
from directory.search.forms.search import NearForm, SearchForm
from directory.search.today import find_next_day
from directory.shortlist.collections import list_published_collections

MAX_COLLECTIONS = 3
DRAWN_NEEDS = ("loneliness", "active", "caring", "mental-wellbeing", "money", "food")  # those of need_icon.html


@public
@require_safe
@from_replica
def home(request: HttpRequest) -> HttpResponse:
    """`?near=` says for which place to show what is on today; words of danger there are answered by the search."""
    asked = NearForm(request.GET if "near" in request.GET else None, auto_id="today_%s", check_need=False)
    asked.is_valid()
    if asked.is_bound and asked.find_dangers():
        return redirect(reverse("directory:activities", query={"words": request.GET["near"]}))
    first, others = choose_needs()
    context = {
        "form": asked,
        "search": SearchForm(),
        "needs": first,
        "other_needs": others,
        "day": find_next_day(asked.point),
        "collections": list_published_collections()[:MAX_COLLECTIONS],
    }
    return render_page(request, "directory/home.html", context, status=422 if asked.errors else 200)


def choose_needs() -> tuple[list[TaxonomyTerm], list[TaxonomyTerm]]:
    """Those that have a drawing, and the others; in a place with needs of its own the first are drawn, with a heart."""
    needs = list(TaxonomyTerm.needs().exclude(words=""))
    first = [need for need in needs if need.code in DRAWN_NEEDS] or needs[: len(DRAWN_NEEDS)]
    return first, [need for need in needs if need not in first]
