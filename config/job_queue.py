"""How the queue of jobs is: whether a worker lives, what waits and what is late. Read from Procrastinate's tables.

The clock is the database's, as it is for the workers. What a job was given is never read here.
"""

import datetime
from typing import Any

from django.conf import settings
from django.db.models import DateTimeField, F, Min, OuterRef, Q, QuerySet, Subquery
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


def waiting_jobs() -> "QuerySet[Any]":
    """Jobs that are to be done, with `due_at`: when they were put into the queue, or are to be tried (again)."""
    put_in = ProcrastinateEvent.objects.filter(job=OuterRef("pk"), type__in=["deferred", "deferred_for_retry"])
    latest = Subquery(put_in.order_by("-at").values("at")[:1], output_field=DateTimeField())
    return ProcrastinateJob.objects.filter(status="todo").annotate(due_at=Coalesce("scheduled_at", latest))


def is_late() -> Q:
    """Of waiting_jobs(): those that a worker should have begun."""
    long = Q(queue_name=settings.LONG_JOBS_QUEUE)
    return (~long & Q(due_at__lt=Now() - LATE_AFTER)) | (long & Q(due_at__lt=Now() - LONG_LATE_AFTER))


def find_oldest_wait() -> float:
    """Seconds that the job waits which has been due for the longest; 0 where none is."""
    due = waiting_jobs().filter(due_at__lte=Now()).aggregate(longest=Now() - Min("due_at"))["longest"]
    return due.total_seconds() if due else 0.0


def failed_jobs() -> "QuerySet[ProcrastinateJob]":
    """Jobs that will not be tried again by themselves; those of the clock until they have succeeded another time."""
    later = ProcrastinateJob.objects.filter(
        task_name=OuterRef("task_name"), queueing_lock=OuterRef("queueing_lock"), pk__gt=OuterRef("pk")
    )
    mended = later.filter(status="succeeded").values("pk")[:1]
    failed_at = ProcrastinateEvent.objects.filter(job=OuterRef("pk"), type="failed").order_by("-at").values("at")[:1]
    return (
        ProcrastinateJob.objects.filter(status="failed")
        .alias(mended_by=Subquery(mended))
        .filter(mended_by=None)
        .annotate(failed_at=Subquery(failed_at), tries=F("attempts") + 1)
        .order_by("-failed_at", "-pk")
    )
