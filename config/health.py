"""
The probes that a load balancer, a container platform or a person on call asks. They say yes or no, and never why.

/health/live    this process answers at all; says nothing about anything else
/health/web     it can answer people: the database is there and takes what is written, and has all migrations
/health/ready   that, and jobs are done: a worker lives, and none has waited for too long. 503 when one is not so

A load balancer asks /health/web: without a worker e-mails wait, and nothing is lost, so nobody is to be turned away.
"""

import logging
from collections.abc import Callable
from contextlib import suppress
from functools import cache

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from config.job_queue import count_living_workers, is_late, waiting_jobs
from config.roles import DatabaseRole, current_role, find_excess_powers

logger = logging.getLogger(__name__)


@never_cache
@require_safe
@transaction.non_atomic_requests
def live(_request: HttpRequest) -> HttpResponse:
    """200 as long as the process runs."""
    return JsonResponse({"live": True})


@never_cache
@require_safe
@transaction.non_atomic_requests
def web(_request: HttpRequest) -> HttpResponse:
    """200 when people can be answered, or 503."""
    return answer_checks(WEB_CHECKS)


@never_cache
@require_safe
@transaction.non_atomic_requests
def ready(_request: HttpRequest) -> HttpResponse:
    """200 with each true, or 503."""
    return answer_checks(WEB_CHECKS | JOB_CHECKS)


def answer_checks(checks: dict[str, Callable[[], bool]]) -> HttpResponse:
    """Asks one after the other; after one that could not be asked, the others are not well either."""
    answers = dict.fromkeys(checks, False)
    with suppress(Exception):  # whatever it is: what could not be asked is not well
        for name, check in checks.items():
            answers[name] = check()
    ill = [name for name, well in answers.items() if not well]
    response = JsonResponse(answers, status=503 if ill else 200)
    if ill:
        logger.warning("Not well: %s", ", ".join(ill))
        vars(response)["_has_been_logged"] = True  # not as an error of this page too, at each asking
    return response


# What agencies.access.public sets; this folder is below that one on the ladder and cannot import it.
live.access = web.access = ready.access = "public"  # type: ignore[attr-defined]


def is_database_answering() -> bool:
    """Whether it answers now: a connection that is kept says nothing of that. Raises what asking raised."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,)) and not has_powerful_login()


def has_powerful_login() -> bool:
    """Whether a real place's web server goes round row-level security: the database may have been away at its start."""
    return not settings.DEMO and current_role() == DatabaseRole.WEB and bool(find_excess_powers())


def is_database_writable() -> bool:
    """Whether it is no standby, and takes what is written."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT NOT pg_is_in_recovery() AND NOT current_setting('transaction_read_only')::boolean")
        return bool(cursor.fetchone()[0])


@cache
def known_migrations() -> frozenset[tuple[str, str]]:
    """App and name of every migration that this version of the code brings."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def is_migrated() -> bool:
    """Whether the database has all of them."""
    return known_migrations() <= MigrationRecorder(connection).applied_migrations().keys()


def is_job_queue_usable() -> bool:
    """Whether jobs can be put into the queue and taken out, and none has waited there for too long."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('procrastinate_jobs', 'SELECT, INSERT, UPDATE')")
        usable = bool(cursor.fetchone()[0])
    return usable and not waiting_jobs().filter(is_late()).exists()


def is_worker_alive() -> bool:
    """Whether one has been heard of lately (config.job_queue.WORKER_SILENCE)."""
    return count_living_workers() > 0


WEB_CHECKS = {"database": is_database_answering, "writable": is_database_writable, "migrations": is_migrated}
JOB_CHECKS = {"workers": is_worker_alive, "jobs": is_job_queue_usable}
