"""/steward/jobs/: how the work behind the scenes goes, and what failed is tried again."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from agencies.access import Permission, allow
from agencies.actions.jobs import retry_failed_jobs
from agencies.job_health import describe_task, list_task_health, visible_failed_jobs
from agencies.request import MemberRequest
from config.fragments import render_page
from config.http import parse_number
from config.job_queue import count_living_workers

MAX_SHOWN = 50


@allow(Permission.STEWARD)
@require_safe
def jobs(request: MemberRequest) -> HttpResponse:
    tasks = list_task_health(request.member)
    failed = visible_failed_jobs(request.member).defer("args")[:MAX_SHOWN]
    total = sum(task.failed for task in tasks)
    context = {
        "tasks": tasks,
        "failed": [(job, describe_task(job.task_name)) for job in failed],
        "total": total,
        "more": max(total - MAX_SHOWN, 0),
        "late": sum(task.late for task in tasks),
        "waiting": sum(task.waiting for task in tasks),
        "workers": count_living_workers(),
    }
    return render_page(request, "agencies/jobs.html", context)


@allow(Permission.STEWARD)
@require_POST
def retry_jobs(request: MemberRequest) -> HttpResponse:
    """One of them, if the form names it; all that failed otherwise."""
    failed = visible_failed_jobs(request.member)
    if "job" in request.POST:
        failed = failed.filter(pk=parse_number(request.POST["job"]) or 0)
    retried = retry_failed_jobs(failed)
    if retried:
        messages.success(request, f"{'One job is' if retried == 1 else f'{retried} jobs are'} being tried again.")
    else:
        messages.info(request, "Nothing to do: it is being tried again already, or has been done since.")
    return redirect("agencies:jobs")
