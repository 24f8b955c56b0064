"""By which door a session was opened: the agency's own provider (agencies/oidc.py), or the page of sign-in.

Who runs one agency's provider can sign in there as anybody it knows. So a session opened by it works for the agencies
that use this provider and no others, whatever else the account may do by its own password.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.internal.flows.login import record_authentication
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

if TYPE_CHECKING:
    from agencies.models import Membership, User

Door = dict[str, Any]  # agencies.oidc.build_door
TOLD_AT_LOGOUT = ("issuer", "subject", "sid")  # by which a provider names the sessions that it ends


def find_door(signal_kwargs: dict[str, Any] | None) -> Door | None:
    """The door of a sign-in that is going on; None for a password."""
    sociallogin = (signal_kwargs or {}).get("sociallogin")
    return sociallogin.state["door"] if sociallogin else None


def remember_door(request: HttpRequest, user: User, door: Door | None) -> None:
    """In the session that has just begun: what it may be used for, and whether the second step was taken there."""
    request.session.pop("door", None)
    if door is None:
        return
    request.session["door"] = door
    if door["second_step"]:
        record_authentication(request, user, method="mfa", type="provider")


def list_for_logout(request: HttpRequest, door: Door | None) -> None:
    """Note with the session's row in the list of sessions how the provider will name it when it ends it."""
    if door:
        told = {name: door[name] for name in TOLD_AT_LOGOUT}
        UserSession.objects.filter(session_key=request.session.session_key).update(data=told)


def keep_to_door(session: SessionBase, memberships: list[Membership]) -> list[Membership]:
    """Those of them that this session may work under: of the provider's agencies, or of those that take a password."""
    if door := session.get("door"):
        return [member for member in memberships if str(member.agency_id) in door["agencies"]]
    return [member for member in memberships if not member.by_provider_only]
