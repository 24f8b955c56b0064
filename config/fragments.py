"""The whole page, or its named part when htmx asks for it."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers


def render_page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    part: str | Mapping[str, str] | None = None,
    status: int = 200,
) -> HttpResponse:
    """The answer to a request for a page.

    `part` names a `{% partialdef part %}` in the template, given when htmx asks; or it maps the id of the element
    htmx will fill (HX-Target) to the part for it, any other id getting the whole page. A boosted link or a step
    back in the browser's history always gets the whole page.
    """
    asked = wants_fragment(request)
    name = part.get(request.headers.get("HX-Target", "")) if isinstance(part, Mapping) else part
    response = render(request, f"{template}#{name}" if asked and name else template, context, status=status)
    if part:
        patch_vary_headers(response, ["HX-Request", "HX-Target"] if isinstance(part, Mapping) else ["HX-Request"])
    return response


def wants_fragment(request: HttpRequest) -> bool:
    """Whether htmx asked, to fill a part of the page it is on."""
    headers = request.headers
    whole = headers.get("HX-Boosted") == "true" or headers.get("HX-History-Restore-Request") == "true"
    return headers.get("HX-Request") == "true" and not whole
