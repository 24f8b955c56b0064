"""The page for developers, drawn from the OpenAPI document."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from agencies.access import public
from config.fragments import render_page
from directory.exchange.api.load import build_reference


@public
@require_safe
def api_reference(request: HttpRequest) -> HttpResponse:
    return render_page(request, "directory/api.html", build_reference())
