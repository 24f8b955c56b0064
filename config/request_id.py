"""The number of the request, or of the job, that is at work: on each line of the log and on each page of error.

By it whoever rings about an error page is found in the log, with no name asked for. It is taken from a proxy that is
trusted (`BEHIND_PROXY=1`) when it looks like one, and made here otherwise: what a visitor sends is not believed.
"""

import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from procrastinate import JobContext

logger = logging.getLogger(__name__)

# What a line of the log says of where it was written: {"request": "…"} or {"job": 7, "task": "deliver_message"}.
log_context: ContextVar[dict[str, Any] | None] = ContextVar("log_context", default=None)

GIVEN_ID = re.compile(r"[0-9a-fA-F-]{16,36}")  # nginx's $request_id, a UUID: no words, no more than fits a line
METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})
QUIET_VIEWS = frozenset(  # asked for again and again
    {"static", "config.health.live", "config.health.ready", "config.health.web", "config.metrics.metrics"}
)


def current_request_id() -> str:
    """The number of the request at work, "" outside of one."""
    return str((log_context.get() or {}).get("request", ""))


def name_view(request: HttpRequest) -> str:
    """ "cases:case": which page was asked for, and nothing of whose it is; "static" or "none" where there is none."""
    if request.resolver_match:
        return request.resolver_match.view_name or request.resolver_match.func.__name__
    return "static" if request.path.startswith(settings.STATIC_URL) else "none"


def name_method(request: HttpRequest) -> str:
    """The method, or "OTHER": anybody may make one up."""
    return request.method if request.method in METHODS else "OTHER"


def find_request_id(request: HttpRequest) -> str:
    given = request.headers.get("X-Request-ID", "") if settings.TRUST_REQUEST_ID else ""
    return given if GIVEN_ID.fullmatch(given) else secrets.token_hex(8)


@contextmanager
def within(**names: Any) -> Iterator[None]:
    """Each line of the log that is written inside says so."""
    before = log_context.set(names)
    try:
        yield
    finally:
        log_context.reset(before)


def give_request_id(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Outermost of all: a number for each request, in its answer too, and one line of the log when it is done."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        with within(request=find_request_id(request)):
            vars(request)["log_context"] = log_context.get()  # Django writes its "Not Found" when we are through
            began = time.perf_counter()
            response = get_response(request)
            response["X-Request-ID"] = current_request_id()
            fields = {"view": name_view(request), "method": name_method(request), "status": response.status_code}
            fields["ms"] = round((time.perf_counter() - began) * 1000)
            level = logging.DEBUG if fields["view"] in QUIET_VIEWS else logging.INFO
            logger.log(level, "%(method)s %(view)s %(status)s in %(ms)s ms", fields, extra={"fields": fields})
            return response

    return middleware


async def give_job_id(call_next: Callable[[], Awaitable[Any]], context: JobContext, _worker: Any) -> Any:
    """For a worker of Procrastinate: what a job writes into the log says which job it was, and not its arguments."""
    with within(job=context.job.id, task=context.job.task_name):
        return await call_next()
