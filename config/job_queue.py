"""How the queue of jobs is: whether a worker lives, what waits and what is late. Read from Procrastinate's tables.

The clock is the database's, as it is for the workers. What a job was given is never read here.
"""

import datetime
from typing import Any

from django.conf import settings
from django.db.models import DateTimeField, F, Max, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Now
from procrastinate.contrib.django.models import ProcrastinateEvent, ProcrastinateJob, ProcrastinateWorker

# Without a heartbeat for so long a worker counts as dead.
WORKER_SILENCE = datetime.timedelta(seconds=settings.PROCRASTINATE_WORKER_DEFAULTS["stalled_worker_timeout"])
# A job that was due so long ago is late: what is short waits for nothing, imports wait for each other.
LATE_AFTER = datetime.timedelta(minutes=5)
LONG_LATE_AFTER = datetime.timedelta(hours=2)


def count_living_workers() -> int:
    """Workers whose heart has beaten lately."""
    return ProcrastinateWorker.objects.filter(last_heartbeat__gt=Now() - WORKER_SILENCE).count()


def all_jobs() -> "QuerySet[Any]":
    """Every job. To be asked for: `due_at`, when it was put into the queue or is to be tried again; and `mended_by`, of
    one of the clock that failed, a later run of it that succeeded.
    """
    put_in = ProcrastinateEvent.objects.filter(job=OuterRef("pk"), type__in=["deferred", "deferred_for_retry"])
    latest = Subquery(put_in.order_by("-at").values("at")[:1], output_field=DateTimeField())
    later = ProcrastinateJob.objects.filter(
        task_name=OuterRef("task_name"), queueing_lock=OuterRef("queueing_lock"), pk__gt=OuterRef("pk")
    )
    mended = Subquery(later.filter(status="succeeded").values("pk")[:1])
    return ProcrastinateJob.objects.annotate(due_at=Coalesce("scheduled_at", latest)).alias(mended_by=mended)


def waiting_jobs() -> "QuerySet[Any]":
    """Jobs that are to be done, now or later."""
    return all_jobs().filter(status="todo")


def is_late() -> Q:
    """Of all_jobs(): those that a worker should have begun."""
    long = Q(queue_name=settings.LONG_JOBS_QUEUE)
    due = (~long & Q(due_at__lt=Now() - LATE_AFTER)) | (long & Q(due_at__lt=Now() - LONG_LATE_AFTER))
    return Q(status="todo") & due


def has_failed() -> Q:
    """Of all_jobs(): those that will not be tried again by themselves, and were not mended."""
    return Q(status="failed", mended_by=None)


def find_oldest_wait() -> float:
    """Seconds that the job waits which has been due for the longest; 0 where none is."""
    due = waiting_jobs().filter(due_at__lte=Now()).aggregate(oldest=Min("due_at"), now=Max(Now()))
    return (due["now"] - due["oldest"]).total_seconds() if due["oldest"] else 0.0


def failed_jobs() -> "QuerySet[Any]":
    """Those that have failed, the latest first, with `failed_at` and `tries`."""
    failed_at = ProcrastinateEvent.objects.filter(job=OuterRef("pk"), type="failed").order_by("-at").values("at")[:1]
    failed = all_jobs().filter(has_failed())
    dated: QuerySet[Any] = failed.annotate(failed_at=Subquery(failed_at), tries=F("attempts") + 1)
    return dated.order_by("-failed_at", "-pk")
