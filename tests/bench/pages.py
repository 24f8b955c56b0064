"""Asks for pages in this process, through every middleware, and says how long they took and what was SQL in it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import brotli
from allauth.usersessions.models import UserSession
from django.core.handlers.base import BaseHandler
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory

from agencies import access
from agencies.models import Membership
from config.roles import DatabaseRole
from config.row_security import POLICIES
from tests.bench.table import p50
from tests.roles import acting_as

WARM = 5  # rounds that are not counted


class Took(float):
    """Milliseconds by the clock; `cpu` are those that Python worked, which a busy machine changes less; `view` those
    of the view without what stands before it."""

    cpu: float
    view: float

    def __new__(cls, ms: float, cpu: float, view: float) -> "Took":
        took = super().__new__(cls, ms)
        took.cpu, took.view = cpu, view
        return took


class Visitor:
    """Somebody at work, or with no member anybody."""

    def __init__(self, member: Membership | None = None) -> None:
        client = Client()
        if member:
            client.force_login(member.user)
            session = client.session
            session["member"] = str(member.pk)
            session.save()
            UserSession.objects.create(user=member.user, session_key=session.session_key, ip="127.0.0.1")
        self.cookies = client.cookies
        self.factory = RequestFactory(SERVER_NAME="127.0.0.1")  # a name that development answers to
        self.factory.cookies = client.cookies
        self.handler = BaseHandler()
        self.handler.load_middleware()
        self.handler._view_middleware.append(self.answer)  # type: ignore[union-attr]  # the last: it runs the view
        self.view = 0.0  # milliseconds of the latest view

    def answer(self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any) -> HttpResponse:
        began = time.perf_counter()
        try:
            return self.handler.make_view_atomic(view)(request, *args, **kwargs)
        finally:
            self.view = 1000 * (time.perf_counter() - began)

    def get(self, path: str) -> tuple["Took", HttpResponse]:
        """The time from the first middleware to the last, and the page. ValueError unless it is one."""
        request = self.factory.get(path)
        with acting_as(DatabaseRole.WEB):  # as the web server logs in; the change of role is not counted
            began, worked = time.perf_counter(), time.thread_time()
            response = self.handler.get_response(request)
            took = Took(1000 * (time.perf_counter() - began), 1000 * (time.thread_time() - worked), self.view)
        if response.status_code != 200:
            raise ValueError(f"{path} answered {response.status_code}")
        return took, response


@dataclass(frozen=True)
class Visit:
    """A page, or several like it that are asked for in turn."""

    by: Visitor
    paths: list[str]

    def once(self, nth: int) -> Took:
        return self.by.get(self.paths[nth % len(self.paths)])[0]


def in_turn(visits: dict[str, Visit], rounds: int) -> dict[str, list[Took]]:
    """The times of each visit, `rounds` times. One after the other, so that noise falls on all alike."""
    took: dict[str, list[Took]] = {name: [] for name in visits}
    for nth in range(-min(WARM, rounds), rounds):
        for name, visit in visits.items():
            ms = visit.once(nth)
            if nth >= 0:
                took[name].append(ms)
    return took


@contextmanager
def without_row_security() -> Iterator[None]:
    """As it would be if the database kept no rules: no policy is asked, and no context set."""
    tables = [policy.model._meta.db_table for policy in POLICIES.values()]
    set_context = access.set_context
    switch_row_security("DISABLE", tables)
    access.set_context = lambda **_: None
    try:
        yield
    finally:
        access.set_context = set_context
        switch_row_security("ENABLE", tables)


def switch_row_security(how: str, tables: list[str]) -> None:
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'ALTER TABLE "{table}" {how} ROW LEVEL SECURITY')


@dataclass
class Sql:
    """Statements, and the milliseconds in them and in commits."""

    statements: int = 0
    ms: float = 0.0

    def note(self, execute: Callable[..., Any], *call: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(*call)
        finally:
            self.ms += 1000 * (time.perf_counter() - began)
            self.statements += "SAVEPOINT" not in str(call[0])


@contextmanager
def sql() -> Iterator[Sql]:
    found, commit = Sql(), connection._commit

    def timed() -> None:
        began = time.perf_counter()
        commit()
        found.ms += 1000 * (time.perf_counter() - began)

    connection._commit = timed
    try:
        with connection.execute_wrapper(found.note):
            yield found
    finally:
        del connection._commit


@dataclass
class Part:
    """Milliseconds of several visits, in SQL, in the view with it, and from the first middleware to the last; the
    most statements of one, and the bytes of the pages as they are and as they are sent (brotli)."""

    sql: list[float] = field(default_factory=list)
    view: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    statements: int = 0
    plain: list[int] = field(default_factory=list)
    sent: list[int] = field(default_factory=list)


def parts_of(visit: Visit, rounds: int) -> Part:
    """What a visit spends where, measured in the same runs."""
    found = Part()
    for nth in range(rounds):
        with sql() as statements:
            took, response = visit.by.get(visit.paths[nth % len(visit.paths)])
        found.sql.append(statements.ms)
        found.view.append(took.view)
        found.whole.append(took)
        found.statements = max(found.statements, statements.statements)
        found.plain.append(len(response.content))
        found.sent.append(len(brotli.compress(response.content, quality=5)))
    return found


def sql_of(visit: Visit, rounds: int) -> tuple[int, float, float]:
    """The most statements of one visit, the median milliseconds of SQL, and of the whole visit in the same runs."""
    found = parts_of(visit, rounds)
    return found.statements, p50(found.sql), p50(found.whole)
