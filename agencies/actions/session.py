"""Ending sessions, in the store and at once (security points 46 to 48)."""

from allauth.usersessions.models import UserSession
from django.db import transaction

from agencies.models import KnownBrowser, User

BROWSERS = [("Edg", "Edge"), ("OPR", "Opera"), ("Firefox", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari")]
SYSTEMS = [
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "a Mac"),
    ("CrOS", "a Chromebook"),
    ("Linux", "Linux"),
]


def list_sessions(user: User) -> list[UserSession]:
    """Where the user is signed in now, the latest first; rows of sessions that have run out are dropped."""
    return sorted(UserSession.objects.purge_and_list(user), key=lambda s: s.created_at, reverse=True)


@transaction.atomic
def end_sessions(*, user: User, keep: str | None = None) -> int:
    """End all the user's sessions but the one with the key `keep`; returns how many were ended. With none kept, no
    browser is known any more: the next sign-in is told to the account's address."""
    sessions = UserSession.objects.filter(user=user).exclude(session_key=keep).order_by("pk")
    for session in sessions:
        session.end()
    if keep is None:
        KnownBrowser.forget(user)
    return len(sessions)


@transaction.atomic
def end_provider_sessions(*, issuer: str, **known: str) -> int:
    """End the sessions that were opened by that provider, with what is `known` of them: `subject`, `sid`."""
    wanted = {name: value for name, value in known.items() if value}
    sessions = UserSession.objects.filter(data__contains={"issuer": issuer} | wanted).order_by("pk")
    for session in sessions:
        session.end()
    return len(sessions)


@transaction.atomic
def disable_account(*, user: User) -> None:
    """The user can no longer sign in and is signed out everywhere; memberships and what they wrote stay."""
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_sessions(user=user)


def format_device(user_agent: str) -> str:
    """A browser in words ("Firefox on Windows") by its User-Agent header; the order of the lists tells them apart."""
    browser = next((name for mark, name in BROWSERS if mark in user_agent), "A browser")
    system = next((name for mark, name in SYSTEMS if mark in user_agent), "a computer")
    return f"{browser} on {system}"
