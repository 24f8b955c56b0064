"""What is settled before any view: how long a session lives, which member is at work, and the second step."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, cast

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.sessions.backends.base import SessionBase
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse

from agencies.access import SECOND_FACTOR_ROLES
from agencies.actions.unsent import tidy_path
from agencies.adapter import SECOND_STEP_TYPES
from agencies.door import keep_to_door
from agencies.landing_page import find_landing_page
from agencies.models import Draft
from agencies.page_owner import set_page_owner
from agencies.request import MemberRequest
from agencies.sessions import load_user
from agencies.sign_in_redirect import redirect_to_sign_in
from config.form_filler import fill_form
from config.http import parse_number
from config.row_security import set_context

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
            kept = keep_to_door(request.session, memberships)
            vars(request)["needs_second_factor"] = any(
                member.role in SECOND_FACTOR_ROLES for member in (kept if "door" in request.session else memberships)
            )
            memberships = kept
        chosen = request.session.get("member") if memberships else None
        member = next((m for m in memberships if str(m.pk) == chosen), memberships[0] if memberships else None)
        vars(request).update(session_ended=ended, memberships=memberships, member=member)
        set_page_owner(request, member)
        return get_response(request)

    return middleware


def has_session_ended(session: SessionBase) -> bool:
    now = time.time()
    idle = now - session.get("seen", now)
    lasted = now - session.get("began", now)
    return bool(idle > settings.SESSION_IDLE_SECONDS or lasted > settings.SESSION_COOKIE_AGE)


def record_session_use(session: SessionBase) -> None:
    """Remember this request. To the minute, as each change of a session is a write to the database.

    A clock that was ahead and has been set back does not lengthen a session: it is dated anew.
    """
    now = int(time.time())
    if session.setdefault("began", now) > now:
        session["began"] = now
    if abs(now - session.get("seen", 0)) >= 60:
        session["seen"] = now


# --- The second step (security points 36, 37, 39) ---------------------------------------------------


def require_second_factor(get_response: View) -> View:
    """Whoever's work needs a second step gets nowhere without one, whichever door they came in by."""

    def middleware(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_view(request: HttpRequest, *_: Any) -> HttpResponse | None:
        needed = settings.REQUIRE_SECOND_FACTOR and getattr(request, "needs_second_factor", False)
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

    vars(middleware)["process_view"] = process_view
    return middleware


def has_taken_second_step(request: HttpRequest) -> bool:
    """Whether this session was signed in with a second step, or it was set up in it."""
    return any(record["method"] == "mfa" for record in get_authentication_records(request, request.user))


# --- What was typed when a session ended (agencies.actions.unsent) -----------------------------------

BACK_IN_FORM = (
    "You were signed out, or away too long, before this was sent. What you typed is in the form again: "
    "check it, then send it."
)
NO_FORM_NOW = "The form you were writing in has changed or is not there any more. Your words are here."


def restore_unsent(get_response: View) -> View:
    """Fills the form of a page that is asked for with ?unsent=, its member's own; once it is sent the words go."""

    def middleware(request: HttpRequest) -> HttpResponse:
        member = getattr(request, "member", None)
        if member and request.method == "GET" and "unsent" in request.GET:
            return refill_page(cast("MemberRequest", request), get_response)
        response = get_response(request)
        if member and request.method == "POST" and "unsent" in request.POST and "draft_key" not in request.POST:
            settle_unsent(cast("MemberRequest", request), response)
        return response

    return middleware


@transaction.atomic
def find_unsent(request: MemberRequest, number: str) -> Draft | None:
    set_context(user=request.user.pk)
    return Draft.unsent_of(request.memberships).filter(pk=parse_number(number) or 0).first()


def refill_page(request: MemberRequest, get_response: View) -> HttpResponse:
    """The page with its form filled; the list of what was not sent, where it has no such form now."""
    draft = find_unsent(request, request.GET["unsent"])
    if draft is None:  # sent meanwhile; or another's, who was signed in here before
        path = tidy_path(request.get_full_path())
        return redirect(find_landing_page(request.member) if Draft.is_kept(request.GET["unsent"]) else path)
    if draft.member != request.member:
        request.member = next(m for m in request.memberships if m == draft.member)
        request.session["member"] = str(request.member.pk)
        set_page_owner(request, request.member)
    messages.info(request, BACK_IN_FORM)
    response = get_response(request)
    if response.status_code == 200 and put_into_form(request, response, draft, draft.data):
        return response
    own_page = draft.action.partition("?")[0]
    if request.path != own_page:  # the form was drawn into this page when somebody asked for it
        return redirect(f"{own_page}?unsent={draft.pk}")
    messages.warning(request, NO_FORM_NOW)
    return redirect("agencies:unsent")


def put_into_form(request: HttpRequest, response: HttpResponse, draft: Draft, values: dict[str, list[str]]) -> bool:
    """Whether the page has the form. In it, `unsent` says with the next post what is settled by it."""
    if not response.get("Content-Type", "").startswith("text/html"):
        return False
    hidden = {"unsent": str(draft.pk)}
    action = draft.action.partition("?")[0]
    page = fill_form(response.text, page=request.path, action=action, values=values, hidden=hidden)
    if page:
        response.content = page.encode()
    return page is not None


@transaction.atomic
def settle_unsent(request: MemberRequest, response: HttpResponse) -> None:
    draft = find_unsent(request, request.POST["unsent"])
    if draft and response.status_code < 400:
        draft.delete()
    elif draft and response.status_code == 422:  # to be sent once more
        put_into_form(request, response, draft, {})
