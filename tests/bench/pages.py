"""Asks for pages in this process, through every middleware, and says how long they took and what was SQL in it."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.handlers.base import BaseHandler
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory

from agencies.models import Membership
from tests.bench.table import p50

WARM = 5  # rounds that are not counted


class Took(float):
    """Milliseconds by the clock; `cpu` are those that Python worked, which a busy machine changes less."""

    cpu: float

    def __new__(cls, ms: float, cpu: float) -> "Took":
        took = super().__new__(cls, ms)
        took.cpu = cpu
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
        self.cookies = client.cookies
        self.factory = RequestFactory(SERVER_NAME="127.0.0.1")  # a name that development answers to
        self.factory.cookies = client.cookies
        self.handler = BaseHandler()
        self.handler.load_middleware()

    def get(self, path: str) -> tuple["Took", HttpResponse]:
        """The time from the first middleware to the last, and the page. ValueError unless it is one."""
        request = self.factory.get(path)
        began, worked = time.perf_counter(), time.thread_time()
        response = self.handler.get_response(request)
        took = Took(1000 * (time.perf_counter() - began), 1000 * (time.thread_time() - worked))
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


def sql_of(visit: Visit, rounds: int) -> tuple[int, float, float]:
    """The most statements of one visit, the median milliseconds of SQL, and of the whole visit in the same runs."""
    most, in_sql, whole = 0, [], []
    for nth in range(rounds):
        with sql() as found:
            whole.append(visit.once(nth))
        in_sql.append(found.ms)
        most = max(most, found.statements)
    return most, p50(in_sql), p50(whole)
