"""The front page: what, where, when."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from agencies.access import public
from config.fragments import render_page
from directory.search.forms.search import SearchForm
from directory.shortlist.collections import list_published_collections

MAX_COLLECTIONS = 4


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    context = {"search": SearchForm(), "collections": list_published_collections()[:MAX_COLLECTIONS]}
    return render_page(request, "directory/home.html", context)
