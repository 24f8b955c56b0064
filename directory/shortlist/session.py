"""The activities that somebody keeps, without an account: their ids, in the session, in the order of the list."""

import uuid
from collections.abc import Iterable

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

KEY = "shortlist"
MOST = 50
LIVES = 28 * 24 * 3600  # seconds; of somebody's who is not signed in; a session at work ends sooner by itself


def kept(request: HttpRequest) -> dict[str, list[str]]:
    """Context processor: `kept`, the ids on the list. The session is read on every page in any case."""
    return {"kept": in_order(request.session) if hasattr(request, "session") else []}


def in_order(session: SessionBase) -> list[str]:
    return list(session.get(KEY, ()))


def pks(session: SessionBase) -> list[uuid.UUID]:
    return [uuid.UUID(pk) for pk in in_order(session)]


def keep(request: HttpRequest, pks: Iterable[uuid.UUID]) -> bool:
    """Put them at the end, each once; False when the list was full before the last."""
    before = in_order(request.session)
    after = list(dict.fromkeys([*before, *map(str, pks)]))
    _write(request, after[:MOST])
    return len(after) <= MOST


def take_off(request: HttpRequest, pk: uuid.UUID) -> None:
    _write(request, [one for one in in_order(request.session) if one != str(pk)])


def move_up(request: HttpRequest, pk: uuid.UUID) -> None:
    """One place nearer to the top; the first stays there."""
    order = in_order(request.session)
    at = order.index(str(pk)) if str(pk) in order else 0
    if at:
        order[at - 1], order[at] = order[at], order[at - 1]
    _write(request, order)


def clear(request: HttpRequest) -> None:
    _write(request, [])


def _write(request: HttpRequest, order: list[str]) -> None:
    """An empty list leaves nothing behind in the session."""
    if order == in_order(request.session):
        return
    if not order:
        request.session.pop(KEY, None)
        return
    if not request.user.is_authenticated:
        request.session.set_expiry(LIVES)
    request.session[KEY] = order
