"""The activities that somebody keeps, without an account: their ids, in the session, in the order of the list."""

import uuid
from collections.abc import Iterable

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

SESSION_KEY = "shortlist"
MAX_SERVICES = 50
SESSION_SECONDS = 28 * 24 * 3600  # seconds; of somebody's who is not signed in; a session at work ends sooner by itself


def shortlist_context(request: HttpRequest) -> dict[str, list[str]]:
    """Context processor: `shortlist_ids`, in the order of the list. The session is read on every page in any case."""
    return {"shortlist_ids": load_ids(request.session) if hasattr(request, "session") else []}


def load_ids(session: SessionBase) -> list[str]:
    return list(session.get(SESSION_KEY, ()))


def load_uuids(session: SessionBase) -> list[uuid.UUID]:
    return [uuid.UUID(pk) for pk in load_ids(session)]


def add_services(request: HttpRequest, pks: Iterable[uuid.UUID]) -> bool:
    """Put them at the end, each once; False when the list was full before the last."""
    before = load_ids(request.session)
    after = list(dict.fromkeys([*before, *map(str, pks)]))
    _save_ids(request, after[:MAX_SERVICES])
    return len(after) <= MAX_SERVICES


def remove_service(request: HttpRequest, pk: uuid.UUID) -> None:
    _save_ids(request, [one for one in load_ids(request.session) if one != str(pk)])


def move_up(request: HttpRequest, pk: uuid.UUID) -> None:
    """One place nearer to the top; the first stays there."""
    order = load_ids(request.session)
    at = order.index(str(pk)) if str(pk) in order else 0
    if at:
        order[at - 1], order[at] = order[at], order[at - 1]
    _save_ids(request, order)


def clear_shortlist(request: HttpRequest) -> None:
    _save_ids(request, [])


def _save_ids(request: HttpRequest, order: list[str]) -> None:
    """An empty list leaves nothing behind in the session."""
    if order == load_ids(request.session):
        return
    if not order:
        request.session.pop(SESSION_KEY, None)
        return
    if not request.user.is_authenticated:
        request.session.set_expiry(SESSION_SECONDS)
    request.session[SESSION_KEY] = order
