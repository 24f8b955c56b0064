"""/health/metrics: figures for Prometheus, with no names and no numbers of anybody in them.

There is no such page unless METRICS_TOKEN is set, nor for whoever does not send it (`Authorization: Bearer …`). An
address says nothing: behind a proxy on the same machine every visitor comes from loopback. Several web processes share
a folder (PROMETHEUS_MULTIPROC_DIR, made by config.run and config.serve); the jobs are counted when somebody asks.
"""

import logging
import os
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connections, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector

from config.hooks import Hook
from config.request_id import name_method, name_view

logger = logging.getLogger(__name__)
REQUESTS = Counter("hereabouts_requests", "Requests answered", ["view", "method", "status"])
REQUEST_SECONDS = Histogram(
    "hereabouts_request_seconds",
    "Seconds until a request was answered",
    ["view"],
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20),
)
STATEMENTS = Counter("hereabouts_database_statements", "Statements that requests sent to the database", ["view"])
DATABASE_SECONDS = Counter("hereabouts_database_seconds", "Seconds that requests waited for the database", ["view"])
DATABASE_ERRORS = Counter("hereabouts_database_errors", "Statements that failed, by SQLSTATE", ["sqlstate"])

# Figures that are read when somebody asks, of apps further right: each yields gauges, with no more in its labels than
# words of the code.
gauge_sources: Hook[Callable[[], Iterable[GaugeMetricFamily]]] = Hook()


class StatementTimer:
    """Around each statement of one request (Django's execute_wrapper)."""

    def __init__(self) -> None:
        self.count, self.seconds = 0, 0.0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        except DatabaseError as error:
            DATABASE_ERRORS.labels(getattr(error.__cause__, "sqlstate", None) or "none").inc()
            raise
        finally:
            self.count += 1
            self.seconds += time.perf_counter() - began


def measure_request(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """How often each page is asked for, how it is answered, how long that takes, and how much of it the database."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        began, timer = time.perf_counter(), StatementTimer()
        with ExitStack() as timed:
            for database in connections.all():
                timed.enter_context(database.execute_wrapper(timer))
            response = get_response(request)
        view = name_view(request)
        REQUESTS.labels(view, name_method(request), response.status_code).inc()
        REQUEST_SECONDS.labels(view).observe(time.perf_counter() - began)
        STATEMENTS.labels(view).inc(timer.count)
        DATABASE_SECONDS.labels(view).inc(timer.seconds)
        return response

    return middleware


@never_cache
@require_safe
@transaction.non_atomic_requests
def metrics(request: HttpRequest) -> HttpResponse:
    """All of it, for whoever has the token."""
    given = request.headers.get("Authorization", "").encode()
    if not settings.METRICS_TOKEN or not secrets.compare_digest(given, f"Bearer {settings.METRICS_TOKEN}".encode()):
        raise Http404
    registry: Any = REGISTRY
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        registry = CollectorRegistry()
        MultiProcessCollector(registry)
    now = CollectorRegistry()
    now.register(GaugeCollector())
    return HttpResponse(generate_latest(registry) + generate_latest(now), content_type=CONTENT_TYPE_LATEST)


metrics.access = "public"  # type: ignore[attr-defined]


class GaugeCollector:
    """What gauge_sources say now; one that fails keeps no other from it, and without a database there are none."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        failed = 0
        for source in gauge_sources:
            try:
                yield from list(source())
            except Exception:  # whatever it is: the other figures are asked for just then
                logger.exception("Figures could not be read")
                failed += 1
        yield GaugeMetricFamily("hereabouts_figures_failed", "Sources of figures that could not be read", value=failed)
        up = failed < len(list(gauge_sources))
        yield GaugeMetricFamily("hereabouts_database_up", "Whether the database answers", value=int(up))
