"""Signed out: to sign-in, and then back to where one was, with what was typed there."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

if TYPE_CHECKING:
    from agencies.models import Draft


def refuse_signed_out(request: HttpRequest) -> HttpResponse:
    """Sign-in, and then back to where one was, with everything that was typed there."""
    from agencies.actions.unsent import keep_unsent

    return redirect_to_sign_in(request, keep_unsent(request))


def redirect_to_sign_in(request: HttpRequest, kept: Draft | None = None) -> HttpResponse:
    """Sign-in, and then back to where one was. It says so there when a session has ended, and if words are `kept`.

    An htmx request is answered so that the whole page goes there, not a part of it.
    """
    query = QueryDict(mutable=True)
    if kept:
        query["why"] = "kept"
    elif had_session(request):
        query["why"] = "ended"
    back = kept.return_address if kept else current_page_path(request)
    if back:
        query["next"] = back
    address = resolve_url(settings.LOGIN_URL) + (f"?{query.urlencode(safe='/')}" if query else "")
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=401, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def had_session(request: HttpRequest) -> bool:
    """Whether it has just run out, or the browser still names one that the store has no more."""
    lost = settings.SESSION_COOKIE_NAME in request.COOKIES and request.session.session_key is None
    return getattr(request, "session_ended", False) or lost


def current_page_path(request: HttpRequest) -> str:
    """Path and query of the page one is on: of a form that was posted, the page the form is on; "" if unknown."""
    htmx = request.headers.get("HX-Request") == "true"
    if request.method == "GET" and not htmx:
        return request.get_full_path()
    page = request.headers.get("HX-Current-URL") or request.headers.get("Referer") or ""
    if not url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure()):
        return ""
    parts = urlsplit(page)
    return parts.path + (f"?{parts.query}" if parts.query else "")
