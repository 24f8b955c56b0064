"""How much waits for the member, as a figure on the tab."""

from typing import Any

from django import template
from django.urls import reverse

from agencies.waiting import list_waiting

register = template.Library()


@register.simple_tag(takes_context=True)
def waiting_count(context: template.Context, url: str) -> int:
    """For the page at `url`: how much waits on it, 0 for other pages. Counted once for a request, and on the pages of
    staff alone: the search and an activity are for everybody, and quick (performance.md)."""
    request: Any = context.get("request")
    if url != reverse("agencies:waiting") or getattr(request, "member", None) is None or is_public(request):
        return 0
    if not hasattr(request, "waiting"):
        request.waiting = list_waiting(request.member)
    return len(request.waiting)


def is_public(request: Any) -> bool:
    return request.resolver_match is None or getattr(request.resolver_match.func, "access", "public") == "public"
