"""The front page: what, where, when."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from agencies.access import public
from config.fragments import page
from directory.forms.search import SearchForm


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    return page(request, "directory/home.html", {"search": SearchForm()})
