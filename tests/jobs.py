"""Runs queued jobs inside a test: the real rows of the queue and the real tasks, in the test's own transaction."""

import inspect
import json
import logging

from asgiref.sync import async_to_sync
from procrastinate import JobContext
from procrastinate.contrib.django import app
from procrastinate.exceptions import JobRetry
from procrastinate.jobs import Job, Status

logger = logging.getLogger(__name__)


def run_jobs(*, most: int = 100) -> list[str]:
    """Run what is due until the queue is empty; returns the names of the tasks run, failed ones too.

    A real worker runs its tasks on other connections, which cannot see a test's transaction. This does what the
    worker does (fetch, run, retry or finish) on the test's connection. Tests with `transaction=True` can start a
    real worker instead: `app.run_worker(wait=False)` as in tests/agencies/test_jobs.py.
    """
    done: list[str] = []
    worker = async_to_sync(app.job_manager.register_worker)()
    while len(done) < most:
        job = async_to_sync(app.job_manager.fetch_job)(queues=None, worker_id=worker)
        if job is None:
            break
        run(job)
        done.append(job.task_name)
    async_to_sync(app.job_manager.unregister_worker)(worker)
    return done


def run(job: Job) -> None:
    """One job, as the worker would: a failure is retried later by the task's own rule, or fails for good."""
    task = app.tasks[job.task_name]
    context = JobContext(app=app, job=job, start_timestamp=0.0, abort_reason=lambda: None)
    # Django's connection hands JSON over as text, the worker's own as a dict
    arguments = json.loads(job.task_kwargs) if isinstance(job.task_kwargs, str) else job.task_kwargs
    given = [context] if task.pass_context else []
    try:
        if inspect.iscoroutinefunction(task.func):
            async_to_sync(task.func)(*given, **arguments)
        else:
            task(*given, **arguments)
    except Exception as error:
        logger.warning("%s failed", job.task_name, exc_info=error)
        again: JobRetry | None = task.get_retry_exception(error, job)
        if again is None:
            finish(job, Status.FAILED)
        else:
            retry_at = again.retry_decision.retry_at
            async_to_sync(app.job_manager.retry_job)(job, retry_at=retry_at)
    else:
        finish(job, Status.SUCCEEDED)


def finish(job: Job, status: Status) -> None:
    async_to_sync(app.job_manager.finish_job)(job=job, status=status, delete_job=False)
