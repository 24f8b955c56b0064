"""The pages for when something went wrong. None of them needs the database; one keeps in it what was typed."""

import sys
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.debug import sensitive_post_parameters

from agencies.access import public
from agencies.actions.unsent import keep_unsent, list_posted_fields
from agencies.page_owner import find_page_owner
from agencies.sign_in_redirect import redirect_to_sign_in
from config.database import is_database_gone
from config.transitions import DeedForbidden


@public
@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render_without_request("errors/400.html", 400)


@public
@requires_csrf_token
def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    why = str(exception) if isinstance(exception, DeedForbidden) else ""
    return render(request, "errors/403.html", {"why": why}, status=403)


@public
@requires_csrf_token
def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/404.html", status=404)


@public
@never_cache
@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    """Called while the error is at hand: 503, to be tried again, where the database is gone."""
    if not is_database_gone(sys.exception()):
        return render_without_request("errors/500.html", 500)
    context = send_again_context(request) | {"csrf_token": get_token(request)}
    response = render_without_request("errors/503.html", 503, context)
    response["Retry-After"] = "60"
    return response


def send_again_context(request: HttpRequest) -> dict[str, Any]:
    """What was posted from a page of this site, to be sent once more; never a password or a code."""
    fields = list_posted_fields(request) if request.method == "POST" and is_from_here(request) else {}
    typed = [(name, value) for name, values in fields.items() for value in values]
    return {"typed": typed, "send_to": request.get_full_path()}


def render_without_request(template: str, status: int, context: dict[str, Any] | None = None) -> HttpResponse:
    """A page drawn from settings alone: who is signed in may be just what cannot be read."""
    page = render_to_string(template, {"place": settings.PLACE, "demo": False, **(context or {})})
    return HttpResponse(page, status=status)


@public
@never_cache
@sensitive_post_parameters()
@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's key was too old, or another person's.

    What a member typed is kept for them: it is in the form again, or comes back when they sign in, and whoever else is
    signed in here now does not see it. A form of nobody's, such as one opened before sign-in, comes back to who is
    signed in, to look at and send again, if it came from this site; never a password or a code.
    """
    kept = keep_unsent(request)
    member = getattr(request, "member", None)
    if member is None and find_page_owner(request):
        return redirect_to_sign_in(request, kept)
    if kept and kept.member in getattr(request, "memberships", []):
        return redirect_to_page(request, kept.return_address)
    context = send_again_context(request) if not kept and can_send_again(request) else {"typed": []}
    context["theirs"] = kept
    return render(request, "errors/csrf.html", context, status=403)


def redirect_to_page(request: HttpRequest, address: str) -> HttpResponse:
    """The whole page goes there, also when htmx asked for a part of it."""
    if request.headers.get("HX-Request") == "true":
        return HttpResponse(status=401, headers={"HX-Redirect": address})
    return redirect(address)


def can_send_again(request: HttpRequest) -> bool:
    user = getattr(request, "user", None)
    return bool(is_from_here(request) and user and user.is_authenticated)


def is_from_here(request: HttpRequest) -> bool:
    """Whether a page of this site posted it, with no file, which could not be put into another."""
    came_from = request.headers.get("Origin") or request.headers.get("Referer") or ""
    ours = url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure())
    return came_from.startswith("http") and ours and not request.FILES
