"""A real worker on real commits: messages leave, and the jobs of a dead worker come back."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.db import connection
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from agencies import messages
from agencies.jobs import retry_stalled_jobs
from agencies.models import Message
from tests.factories import SourceFactory
from tests.jobs import run_jobs

pytestmark = pytest.mark.django_db(transaction=True)


def send(key: str = "a") -> Message:
    return messages.queue_message(
        key=key,
        to="joan@group.example.org",
        subject="A referral for you",
        template="email/recovery_codes_generated.txt",
        context={"timestamp": None, "ip": "192.0.2.1"},
    )


def work_once() -> None:
    """A worker that stops when the queue is empty."""
    with app.replace_connector(app.connector.get_worker_connector()) as worker_app:  # type: ignore[attr-defined]
        worker_app.run_worker(wait=False, install_signal_handlers=False, listen_notify=False)


def test_a_worker_delivers_what_a_deed_has_queued(monkeypatch: pytest.MonkeyPatch) -> None:
    # its thread's connection would outlive it otherwise, and say so
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)
    message = send()
    work_once()
    message.refresh_from_db()
    assert message.sent_at
    assert len(mail.outbox) == 1
    work_once()
    assert len(mail.outbox) == 1


def test_jobs_of_a_dead_worker_come_back_and_nothing_is_sent_twice() -> None:
    # given a worker that took the job, sent the message and died before it could say so
    message = send()
    with connection.cursor() as cursor:
        cursor.execute("SELECT worker_id FROM procrastinate_register_worker_v1()")
        worker = cursor.fetchone()[0]
        cursor.execute("SELECT id FROM procrastinate_fetch_job_v2(NULL, %s)", [worker])
    Message.objects.update(sent_at=message.created_at)
    assert ProcrastinateJob.objects.get(task_name="deliver_message").status == "doing"
    # when its heart has been silent for a while
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '31 seconds'")
    retry_stalled_jobs.defer(timestamp=0)
    assert run_jobs() == ["retry_stalled_jobs", "deliver_message"]
    # then the job is done, and what had left has not left again
    assert ProcrastinateJob.objects.get(task_name="deliver_message").status == "succeeded"
    assert mail.outbox == []


def test_a_worker_that_died_while_it_brought_jobs_back_does_not_keep_others_from_it() -> None:
    # given a worker that had taken a message and the rescue of stalled jobs, and died
    send()
    retry_stalled_jobs.defer(timestamp=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT worker_id FROM procrastinate_register_worker_v1()")
        worker = cursor.fetchone()[0]
        for _ in range(2):
            cursor.execute("SELECT id FROM procrastinate_fetch_job_v2(NULL, %s)", [worker])
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '31 seconds'")
    # when the next rescue is due
    retry_stalled_jobs.defer(timestamp=1)
    run_jobs()
    # then all has come back
    assert not ProcrastinateJob.objects.exclude(status="succeeded").exists()
    assert len(mail.outbox) == 1


def test_stalled_jobs_come_back_before_a_long_queue_is_worked_off() -> None:
    for key in "abc":
        send(key)
    retry_stalled_jobs.defer(timestamp=0)
    assert run_jobs()[0] == "retry_stalled_jobs"


def test_jobs_of_a_living_worker_are_left_to_it() -> None:
    send()
    with connection.cursor() as cursor:
        cursor.execute("SELECT worker_id FROM procrastinate_register_worker_v1()")
        cursor.execute("SELECT id FROM procrastinate_fetch_job_v2(NULL, %s)", [cursor.fetchone()[0]])
    retry_stalled_jobs.defer(timestamp=0)
    run_jobs()
    assert ProcrastinateJob.objects.get(task_name="deliver_message").status == "doing"


@pytest.fixture
def worker_process(tmp_path: Path) -> Iterator[Any]:
    """Starts a worker of its own, whose mail server is a folder; each is killed at the end."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        code = (
            "import django; from django.conf import settings; django.setup()\n"
            f"settings.DATABASES['default']['NAME'] = {connection.settings_dict['NAME']!r}\n"
            "from django.db import connections; connections['default'].settings_dict['NAME'] ="
            f" {connection.settings_dict['NAME']!r}\n"
            "settings.EMAIL_BACKEND = 'django.core.mail.backends.filebased.EmailBackend'\n"
            f"settings.EMAIL_FILE_PATH = {str(tmp_path)!r}\n"
            "from django.core.management import call_command; call_command('procrastinate', 'worker')\n"
        )
        env = os.environ | {"DJANGO_SETTINGS_MODULE": "config.settings.test"}
        process = subprocess.Popen([sys.executable, "-c", code], cwd=settings.BASE_DIR, env=env)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def until(true: Any, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


def test_a_worker_killed_and_started_again_delivers_what_is_left(worker_process: Any, tmp_path: Path) -> None:
    first = worker_process()
    send("before")
    until(lambda: Message.objects.exclude(sent_at=None).count() == 1)
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    send("after")
    worker_process()
    until(lambda: Message.objects.exclude(sent_at=None).count() == 2)
    assert len(list(tmp_path.iterdir())) == 2


# --- What takes minutes has a queue of its own ---------------------------------------------------------

LONG = {"import_source", "make_open_data", "refresh_directory", "judge_listings"}


def test_each_job_is_in_the_queue_of_a_worker_that_there_is() -> None:
    """config.run and compose.yaml start one worker for each of the two."""
    ours = {name: task.queue for name, task in app.tasks.items() if "." not in name and ":" not in name}
    assert {name for name, queue in ours.items() if queue == settings.LONG_JOBS_QUEUE} == LONG
    assert {queue for name, queue in ours.items() if name not in LONG} == {"default"}
    compose = (settings.BASE_DIR / "compose.yaml").read_text()
    assert all(f"worker --queues {queue}\n" in compose for queue in ("default", settings.LONG_JOBS_QUEUE))


def test_a_message_does_not_wait_for_an_import(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)
    run = SourceFactory().runs.create()
    app.configure_task("import_source", lock="a").defer(run=str(run.pk))
    message = send()
    # when only the worker of all that is short is at work
    with app.replace_connector(app.connector.get_worker_connector()) as worker_app:  # type: ignore[attr-defined]
        worker_app.run_worker(wait=False, install_signal_handlers=False, listen_notify=False, queues=["default"])
    message.refresh_from_db()
    assert message.sent_at
    assert ProcrastinateJob.objects.get(task_name="import_source").queue_name == settings.LONG_JOBS_QUEUE
    assert ProcrastinateJob.objects.get(task_name="import_source").status == "todo"
