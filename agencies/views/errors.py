"""The pages for when something went wrong. None of them touches the database."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import requires_csrf_token
from django.views.decorators.debug import sensitive_post_parameters

from agencies.access import public

SECRET_FIELD_WORDS = ("password", "csrfmiddlewaretoken", "code", "token", "otp", "secret")  # in a field's name
MAX_REPOST_LENGTH = 200_000  # characters that a page with what was typed may carry


@public
@requires_csrf_token
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render_without_request("errors/400.html", 400)


@public
@requires_csrf_token
def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/403.html", status=403)


@public
@requires_csrf_token
def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "errors/404.html", status=404)


@public
@requires_csrf_token
def server_error(request: HttpRequest) -> HttpResponse:
    return render_without_request("errors/500.html", 500)


def render_without_request(template: str, status: int) -> HttpResponse:
    """A page drawn from settings alone: who is signed in may be just what cannot be read."""
    return HttpResponse(render_to_string(template, {"place": settings.PLACE, "demo": False}), status=status)


@public
@sensitive_post_parameters()
@requires_csrf_token
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form's key was too old: what was typed comes back with a fresh key, to look at and send again.

    Only to who is signed in, for a form that came from this site, and never a password or a code.
    """
    again = list_posted_fields(request) if can_send_again(request) else []
    return render(request, "errors/csrf.html", {"typed": again, "send_to": request.get_full_path()}, status=403)


def can_send_again(request: HttpRequest) -> bool:
    came_from = request.headers.get("Origin") or request.headers.get("Referer") or ""
    ours = url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure())
    user = getattr(request, "user", None)
    return bool(came_from.startswith("http") and ours and user and user.is_authenticated and not request.FILES)


def list_posted_fields(request: HttpRequest) -> list[tuple[str, str]]:
    """The posted names and values, but none that is secret; nothing when there is too much of it."""
    names = [name for name in request.POST if not any(word in name.lower() for word in SECRET_FIELD_WORDS)]
    pairs = [(name, value) for name in names for value in request.POST.getlist(name)]
    secret = len(names) < len([name for name in request.POST if name != "csrfmiddlewaretoken"])
    return [] if secret or sum(len(value) for _, value in pairs) > MAX_REPOST_LENGTH else pairs
