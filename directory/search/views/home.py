"""The front page: what, where, when."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from agencies.access import public
from config.fragments import page
from directory.search.forms.search import SearchForm
from directory.shortlist.collections import published

COLLECTIONS = 4


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    context = {"search": SearchForm(), "collections": published()[:COLLECTIONS]}
    return page(request, "directory/home.html", context)
