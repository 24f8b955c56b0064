"""django-allauth's views as they are used here: 422 for what is wrong, nothing stored, other sessions ended."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account import views as account
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.stagekit import unstash_login
from allauth.core import ratelimit
from allauth.mfa.base import views as mfa
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import views as webauthn
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_GET

from agencies.access import View
from agencies.actions.known_browser import knows_browser
from agencies.actions.second_step import list_second_steps
from agencies.actions.session import end_sessions
from agencies.adapter import SecondStepAdapter
from agencies.middleware import has_taken_second_step
from agencies.request import MemberRequest


def adapt_allauth_view(view: Callable[..., Any]) -> View:
    """An allauth view that answers 422 when the form has errors, and whose page no browser keeps."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = view(request, *args, **kwargs)
        if isinstance(response, TemplateResponse) and request.method == "POST" and response.status_code == 200:
            response.status_code = 422
        add_never_cache_headers(response)
        return response

    return wrapper


def changes_second_step(view: Callable[..., Any]) -> View:
    """An allauth view that adds or removes a second step.

    Afterwards the user is signed out everywhere else (security point 47). This session, in which the new step has
    just been proven, counts as signed in with it. A session that an agency's provider opened changes nothing, but for
    the first step of who needs one here.
    """

    @wraps(view)
    def wrapper(request: MemberRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        steps = list_second_steps(request.user).values_list("pk", flat=True)
        before, door = set(steps.all()), request.session.get("door")
        if door and (before or door["second_step"]):
            messages.info(request, "To change the second step, sign in with your e-mail address and password.")
            return redirect("agencies:account")
        response: HttpResponse = view(request, *args, **kwargs)
        after = set(steps.all())
        if after != before:
            end_sessions(user=request.user, keep=request.session.session_key)
        if after - before and not has_taken_second_step(request):
            record_authentication(request, request.user, method="mfa", type="set up")
        return response

    return adapt_allauth_view(wrapper)


def changes_password(view: Callable[..., Any]) -> View:
    """The same for the password: every other session ends, in the store and at once."""

    @wraps(view)
    def wrapper(request: MemberRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response: HttpResponse = view(request, *args, **kwargs)
        if request.method == "POST" and response.status_code == 302:
            end_sessions(user=request.user, keep=request.session.session_key)
        return response

    return adapt_allauth_view(wrapper)


def first_password(request: HttpRequest) -> HttpResponse:
    """Of who has none so far. Not in a session that their agency's provider opened, which could then do more than it
    was opened for: by the link that is e-mailed."""
    if "door" in request.session:
        return redirect("account_reset_password")
    response: HttpResponse = account.password_set(request)
    return response


@adapt_allauth_view
def new_password(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """The page behind the e-mailed link. Whoever sets a new password is signed out everywhere."""
    view = account.PasswordResetFromKeyView()
    view.setup(request, **kwargs)
    response: HttpResponse = view.dispatch(request, **kwargs)
    if request.method == "POST" and response.status_code == 302 and view.reset_user:
        end_sessions(user=view.reset_user)
    return response


@adapt_allauth_view
def sign_out(request: HttpRequest) -> HttpResponse:
    """Asks, or by POST signs out and has the browser forget everything of this site (security point 57). Who came in by
    an agency's provider is told that they are still signed in there."""
    door = request.session.get("door") if request.user.is_authenticated else None
    response: HttpResponse = account.logout(request)
    if request.method == "POST":
        response = redirect("oidc_left", door["slug"]) if door else response
        response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


@adapt_allauth_view
def second_step(request: HttpRequest) -> HttpResponse:
    """As allauth's. Wrong codes are counted for the account, wherever they come from, as there are only a million; but
    from a browser that has signed in to it before apart: who has its password cannot keep its owner out by guessing."""
    login = unstash_login(request, peek=True)
    if request.method == "POST" and login and login.user:
        known = knows_browser(request, login.user.email)
        if known and ratelimit.consume(request, action="login_failed", key=f"codes {login.user.pk} {known}"):
            ratelimit.clear(request, action="login_failed", key=f"mfa-auth-user-{login.user.pk}")
    response: HttpResponse = mfa.authenticate(request)
    if isinstance(response, TemplateResponse) and login and login.user:
        steps = list_second_steps(login.user).filter(type=Authenticator.Type.WEBAUTHN)
        response.context_data = (response.context_data or {}) | {"has_passkey": steps.exists()}
    return response


@require_GET
def passkeys(request: HttpRequest) -> HttpResponse:
    """allauth returns here after a passkey is removed; they are listed with the other second steps."""
    return redirect("mfa_index")


@changes_second_step
def remove_passkey(request: MemberRequest, pk: int) -> HttpResponse:
    """As allauth's, but somebody whose work needs a second step keeps the last one."""
    passkey = list_second_steps(request.user).filter(type=Authenticator.Type.WEBAUTHN, pk=pk).first()
    adapter = SecondStepAdapter()
    if passkey and request.method == "POST" and not adapter.can_delete_authenticator(passkey):
        messages.error(request, adapter.error_messages["cannot_delete_authenticator"])
        return redirect("mfa_index")
    response: HttpResponse = webauthn.remove_webauthn(request, pk=pk)
    return response
