"""The page for developers, drawn from the OpenAPI document."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from agencies.access import public
from config.fragments import page
from directory.exchange.api.load import reference


@public
@require_safe
def api(request: HttpRequest) -> HttpResponse:
    return page(request, "directory/api.html", reference())
