"""What is settled before any view: how long a session lives, which member is at work, and the second step."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import logout
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from agencies.access import SECOND_FACTOR_ROLES, redirect_to_sign_in
from agencies.second_step import SECOND_STEP_TYPES
from agencies.sessions import load_user

View = Callable[[HttpRequest], HttpResponse]

# The only pages for a member who must set up a second step first (security point 36), and the way out.
SECOND_STEP_URL_NAMES = frozenset(
    {
        "account_logout",
        "account_reauthenticate",
        "mfa_index",
        "mfa_activate_totp",
        "mfa_add_webauthn",
    }
)


# --- Which member is at work ------------------------------------------------------------------------


def attach_member(get_response: View) -> View:
    """Puts on each request who is signed in, and the member at work: one of `request.memberships`.

    Both are read afresh on each request, so that a membership that has ended is gone at once. A session ends after
    15 minutes without a request and 12 hours after it began (security point 45): `request.session_ended`.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        request.user, memberships = load_user(request)
        ended = request.user.is_authenticated and has_session_ended(request.session)
        if ended:
            logout(request)
            memberships = []
        elif request.user.is_authenticated:
            record_session_use(request.session)
        chosen = request.session.get("member") if memberships else None
        member = next((m for m in memberships if str(m.pk) == chosen), memberships[0] if memberships else None)
        vars(request).update(session_ended=ended, memberships=memberships, member=member)
        return get_response(request)

    return middleware


def has_session_ended(session: SessionBase) -> bool:
    now = time.time()
    idle = now - session.get("seen", now)
    lasted = now - session.get("began", now)
    return bool(idle > settings.SESSION_IDLE_SECONDS or lasted > settings.SESSION_COOKIE_AGE)


def record_session_use(session: SessionBase) -> None:
    """Remember this request. To the minute, as each change of a session is a write to the database."""
    now = int(time.time())
    session.setdefault("began", now)
    if now - session.get("seen", 0) >= 60:
        session["seen"] = now


# --- The second step (security points 36, 37, 39) ---------------------------------------------------


def require_second_factor(get_response: View) -> View:
    """Whoever's work needs a second step gets nowhere without one, whichever door they came in by."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_view(request: HttpRequest, *_: Any) -> HttpResponse | None:
        memberships = getattr(request, "memberships", [])
        needed = settings.REQUIRE_SECOND_FACTOR and any(m.role in SECOND_FACTOR_ROLES for m in memberships)
        if not needed or has_taken_second_step(request):
            return None
        if is_mfa_enabled(request.user, SECOND_STEP_TYPES):
            logout(request)  # signed in by a door that did not ask for it
            return redirect_to_sign_in(request)
        match = request.resolver_match
        if match and match.view_name in SECOND_STEP_URL_NAMES:
            return None
        address = reverse("mfa_index")
        if request.headers.get("HX-Request") == "true":
            return HttpResponse(status=401, headers={"HX-Redirect": address})
        return HttpResponseRedirect(address)

    middleware.process_view = process_view  # type: ignore[attr-defined]
    return middleware


def has_taken_second_step(request: HttpRequest) -> bool:
    """Whether this session was signed in with a second step, or it was set up in it."""
    return any(record["method"] == "mfa" for record in get_authentication_records(request, request.user))
