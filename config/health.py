"""
The two probes that a load balancer, a container platform or a person on call asks.

/health/live    this process answers at all; says nothing about anything else
/health/ready   it can do its work: database, migrations, job queue. 503 and which of them is not so, otherwise
"""

from contextlib import suppress
from functools import cache

from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@never_cache
@require_safe
@transaction.non_atomic_requests
def live(_request: HttpRequest) -> HttpResponse:
    """200 as long as the process runs."""
    return JsonResponse({"live": True})


@never_cache
@require_safe
@transaction.non_atomic_requests
def ready(_request: HttpRequest) -> HttpResponse:
    """200 with three times true, or 503; never says why, for anybody may ask."""
    answers = {"database": False, "migrations": False, "jobs": False}
    with suppress(Exception):  # whatever it is: what could not be asked is not well
        answers["database"] = is_database_answering()
        answers["migrations"] = is_migrated()
        answers["jobs"] = is_job_queue_usable()
    return JsonResponse(answers, status=200 if all(answers.values()) else 503)


# What agencies.access.public sets; this folder is below that one on the ladder and cannot import it.
live.access = ready.access = "public"  # type: ignore[attr-defined]


def is_database_answering() -> bool:
    """Whether it answers now: a connection that is kept says nothing of that. Raises what asking raised."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return bool(cursor.fetchone() == (1,))


@cache
def known_migrations() -> frozenset[tuple[str, str]]:
    """App and name of every migration that this version of the code brings."""
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).disk_migrations)


def is_migrated() -> bool:
    """Whether the database has all of them."""
    return known_migrations() <= MigrationRecorder(connection).applied_migrations().keys()


def is_job_queue_usable() -> bool:
    """Whether jobs can be put into the queue and taken out."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT has_table_privilege('procrastinate_jobs', 'SELECT, INSERT, UPDATE')")
        return bool(cursor.fetchone()[0])
