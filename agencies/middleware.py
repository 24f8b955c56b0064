"""Puts the member at work on each request: `request.member`, chosen among `request.memberships`."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from agencies.models import Membership


def member(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Memberships are read afresh on each request, so that one that has ended is gone at once."""

    def middleware(request: HttpRequest) -> HttpResponse:
        request.memberships, request.member = [], None  # type: ignore[attr-defined]
        if request.user.is_authenticated:
            request.memberships = list(Membership.open_of(request.user))  # type: ignore[attr-defined]
            chosen = request.session.get("member")
            request.member = next(  # type: ignore[attr-defined]
                (m for m in request.memberships if str(m.pk) == chosen),  # type: ignore[attr-defined]
                request.memberships[0] if request.memberships else None,  # type: ignore[attr-defined]
            )
        return get_response(request)

    return middleware
