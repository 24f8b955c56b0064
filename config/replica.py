"""The public directory's reads from a streaming replica, when DATABASE_REPLICA_URL names one.

`@from_replica` marks the pages that only read and show everybody the same. Their ORM queries and prepared statements go
there; a bare `connection` is the primary always, so that what a page counts is written. Whoever is signed in, or has
just sent something, reads the primary; so does everybody while the replica is away, far behind, or refuses.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import wraps
from typing import Any

import psycopg
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, InterfaceError, InternalError, OperationalError, connections, transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from prometheus_client import Counter

from config.database import REPLICA, reading_from
from config.roles import find_excess_powers

logger = logging.getLogger(__name__)
View = Callable[..., HttpResponseBase]

MAX_LAG_SECONDS = 15  # a job worker's heart writes every 5 seconds, so that a silent primary is no old replica
CHECK_SECONDS = 2
CHECK_AGAIN_SECONDS = 10  # after it was not well: a machine that is gone takes 2 s to be given up
CLOCK_SECONDS = 3  # that the clocks of the two servers may differ
# For so long who has sent something reads the primary: by then a replica that is read has it.
OWN_WRITES_SECONDS = MAX_LAG_SECONDS + CHECK_SECONDS + CLOCK_SECONDS
COOKIE_NAME = "just-sent"  # says nothing else, and nothing depends on its being true

LAG_SQL = """
SELECT CASE WHEN pg_is_in_recovery()
    THEN coalesce(extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()), 'Infinity') ELSE 0 END
"""
READS = Counter("hereabouts_directory_reads", "Public pages by the database that they were read from", ["database"])


class ReplicaRouter:
    """What a marked page reads comes from where it reads; everything is written to the primary."""

    def db_for_read(self, _model: Any, **_hints: Any) -> str:
        return reading_from.get()

    def db_for_write(self, _model: Any, **_hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, *_: Any, **_hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, *_: Any, **_hints: Any) -> bool:
        return db == DEFAULT_DB_ALIAS


class ReplicaHealth:
    """What is known of the replica in this process; `problem` in words, "" when it may be read."""

    def __init__(self) -> None:
        self.problem, self.next_check = "not asked yet", 0.0

    def is_well(self) -> bool:
        """Looks again from time to time; who comes meanwhile goes by what is known."""
        if time.monotonic() >= self.next_check:
            self.next_check = time.monotonic() + CHECK_AGAIN_SECONDS
            self.note(find_problem())
        return not self.problem

    def note(self, problem: str) -> None:
        """Said once in the log, not for each page."""
        if problem != self.problem:
            logger.warning("The replica is %s", f"not read: {problem}" if problem else "read")
        self.problem = problem
        self.next_check = time.monotonic() + (CHECK_AGAIN_SECONDS if problem else CHECK_SECONDS)


health = ReplicaHealth()


def find_problem() -> str:
    """Why the replica is not to be read now, or ""."""
    try:
        with connections[REPLICA].cursor() as cursor:
            cursor.execute(LAG_SQL)
            lag = float(cursor.fetchone()[0])
        powers = [] if settings.DEMO else find_excess_powers(REPLICA)
    except Error as error:
        return type(error).__name__
    if powers:  # it would go round row-level security
        return f"its login {' and '.join(powers)}"
    return "" if lag <= MAX_LAG_SECONDS else f"more than {MAX_LAG_SECONDS} s behind"


@contextmanager
def read_from(alias: str) -> Iterator[None]:
    """Within it, this thread reads from that database."""
    before = reading_from.set(alias)
    try:
        yield
    finally:
        reading_from.reset(before)


def from_replica(view: View) -> View:
    """For a public page that only reads. What the replica refuses (it is gone, or a change from the primary came in the
    way) the primary answers. The page's transaction is the one of the database that it reads from."""
    atomic = DEFAULT_DB_ALIAS not in getattr(view, "_non_atomic_requests", ())

    @wraps(view)
    def routed(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        def answer_from(alias: str) -> HttpResponseBase:
            with read_from(alias), transaction.atomic(alias) if atomic else nullcontext():
                return view(request, *args, **kwargs)

        if may_read_replica(request):
            try:
                response = answer_from(REPLICA)
            except (OperationalError, InterfaceError, InternalError) as error:
                if isinstance(error.__cause__, psycopg.errors.QueryCanceled):
                    raise  # too slow there is too slow here
                health.note(type(error.__cause__ or error).__name__)
            else:
                READS.labels("replica").inc()
                return response
        READS.labels("primary").inc()
        return answer_from(DEFAULT_DB_ALIAS)

    return transaction.non_atomic_requests(routed)


def may_read_replica(request: HttpRequest) -> bool:
    signed_in = getattr(request, "user", None) and request.user.is_authenticated
    new_here = request.method in ("GET", "HEAD") and not signed_in and COOKIE_NAME not in request.COOKIES
    return REPLICA in settings.DATABASES and new_here and health.is_well()


def remember_sending(get_response: View) -> View:
    """Whoever sends something sees it on the next page, wherever others read."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if REPLICA in settings.DATABASES and request.method not in ("GET", "HEAD", "OPTIONS"):
            secure, kept = settings.SESSION_COOKIE_SECURE, OWN_WRITES_SECONDS
            response.set_cookie(COOKIE_NAME, "1", max_age=kept, secure=secure, httponly=True, samesite="Lax")
        return response

    return middleware
