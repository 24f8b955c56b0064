"""Requests of the tests run as the web's login, and tasks as the jobs', as in a real place; the rest as the owner."""

import contextlib
import threading
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
from django.core.handlers.base import BaseHandler
from django.db import connection
from django.db.backends.signals import connection_created
from django.http import HttpRequest
from procrastinate.tasks import Task

from config.roles import DatabaseRole, role_name
from config.row_security import CONTEXT_TYPES

taken = threading.local()
CLEAR = "SELECT " + ", ".join(f"set_config('app.{name}', '', false)" for name in CONTEXT_TYPES)


@contextlib.contextmanager
def acting_as(role: DatabaseRole) -> Iterator[None]:
    """Within it, this thread's connection has that role, a new one too. What a request has set ends with it, as its
    transaction would."""
    before = getattr(taken, "role", None)
    if before == role:
        yield
        return
    taken.role = role
    try:
        with contextlib.suppress(psycopg.OperationalError):  # the request finds out by itself
            take_role()
        yield
    finally:
        taken.role = before
        try:
            take_role()
        except psycopg.Error:  # the server was killed under it
            connection.close()


def take_role(**_: Any) -> None:
    raw = connection.connection
    if raw is None or raw.closed:
        return
    role = getattr(taken, "role", None)
    with raw.cursor() as cursor:
        cursor.execute(f"SET ROLE {role_name(role)}; {CLEAR}" if role else f"RESET ROLE; {CLEAR}")  # in one go


@contextlib.contextmanager
def real_roles() -> Iterator[None]:
    """For the whole run of the tests."""
    plain_response, plain_task = BaseHandler.get_response, Task.__call__

    def get_response(handler: BaseHandler, request: HttpRequest) -> Any:
        with acting_as(DatabaseRole.WEB):
            return plain_response(handler, request)

    def run_task(task: Any, *args: Any, **kwargs: Any) -> Any:
        with acting_as(DatabaseRole.JOBS):
            return plain_task(task, *args, **kwargs)

    replaced: Callable[..., Any] = run_task
    BaseHandler.get_response = get_response  # type: ignore[method-assign]
    Task.__call__ = replaced  # type: ignore[method-assign]
    connection_created.connect(take_role)
    try:
        yield
    finally:
        BaseHandler.get_response, Task.__call__ = plain_response, plain_task  # type: ignore[method-assign]
        connection_created.disconnect(take_role)
