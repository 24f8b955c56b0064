"""
What `make run` does once everything is installed: the database, the demo place, the web server, the job worker.

    python -m config.run        on 127.0.0.1, port 8000 or the environment's PORT

Both processes are held up until SIGINT (Ctrl-C) or SIGTERM; one that dies is started again.
"""

import contextlib
import fcntl
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from types import FrameType
from typing import IO

import django
from django.conf import settings
from django.core.management import call_command

from config.embedded.keeper import end_when_parent_ends

POLL_SECONDS = 0.2  # seconds between two looks at the processes
STOP_TIMEOUT = 8  # seconds for a process to end by itself before it is killed
RESTART_DELAY_SECONDS = 1  # seconds before a process that died is started again
FIRST_PAGE_TIMEOUT = 60  # seconds for the web server to answer
held_ports: list[IO[str]] = []
WEB_WORKERS, WEB_THREADS = "2", "2"  # measured best on 2 cores: shared/performance.md, "The floor"


class ManagedProcess:
    """A command that is meant to run as long as we do, in a process group of its own."""

    def __init__(self, name: str, *command: str) -> None:
        self.name, self.command = name, command
        self.died_at = 0.0  # monotonic time; 0 while it lives
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(  # noqa: S603
            self.command, start_new_session=True, stdin=subprocess.DEVNULL, preexec_fn=end_when_parent_ends
        )
        self.died_at = 0.0

    def restart_if_dead(self) -> None:
        """Start it again a moment after it died."""
        if self.process.poll() is None:
            return
        if not self.died_at:
            self.died_at = time.monotonic()
            self.kill()
            print(f"The {self.name} ended unexpectedly ({self.process.returncode}). Starting it again.", flush=True)
        elif time.monotonic() - self.died_at >= RESTART_DELAY_SECONDS:
            self.start()

    def stop(self) -> None:
        """Ask it to end."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)

    def wait(self, until: float) -> None:
        """Wait for its end until the monotonic time `until`, then kill it."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(max(0.1, until - time.monotonic()))
        self.kill()
        self.process.wait()

    def kill(self) -> None:
        """End it and whatever it started, at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)


class StopRequested(Exception):
    """Somebody asked us to end."""


def raise_stop_requested(_number: int, _frame: FrameType | None) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    raise StopRequested


def main() -> int:
    """Run until told to end; the exit status."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.development")
    port = os.environ.get("PORT", "8000")
    signal.signal(signal.SIGINT, raise_stop_requested)
    signal.signal(signal.SIGTERM, raise_stop_requested)
    processes: list[ManagedProcess] = []
    try:
        if problem := explain_port_problem(port):
            print(f"{problem} Choose another: make run PORT=8001", file=sys.stderr)
            return 1
        prepare_metrics_folder(port)
        prepare_database()
        print("Starting the web server and the job workers.", flush=True)
        processes.append(start_web_server(port))
        announce_address(port)
        processes += [start_job_worker("default"), start_job_worker(settings.LONG_JOBS_QUEUE)]
        supervise_processes(processes)
    except StopRequested:
        print("\nEnding.", flush=True)
    finally:
        for process in processes:
            process.stop()
        for process in processes:
            process.wait(time.monotonic() + STOP_TIMEOUT)
    return 0


def explain_port_problem(port: str, host: str = "127.0.0.1") -> str:
    """Why a web server of ours cannot have that port, in a sentence; empty when it can, and it is ours from now on.

    granian lets a second server listen on a port that it uses already, and each gets some of the visitors. Two that
    look at once would both find the port free: so it is held by the lock of a file too, as long as this process lives.
    """
    if not re.fullmatch("[0-9]{1,5}", port) or not 0 < int(port) < 65536:
        return f"PORT={port} is not a port: those are numbers from 1 to 65535."
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as ours:
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            hold_port(port)
            ours.bind((host, int(port)))
        except PermissionError:
            return f"You may not use port {port}: the low numbers are kept for the system."
        except OSError:
            return f"Something else is using port {port}."
    return ""


def hold_port(port: str) -> None:
    """Until this process, and what it becomes, ends. Raises BlockingIOError where another of ours holds it."""
    path = Path(tempfile.gettempdir()) / f"hereabouts-{os.getuid()}-{port}.lock"
    held_ports.append(path.open("w"))
    fcntl.flock(held_ports[-1], fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.set_inheritable(held_ports[-1].fileno(), True)


def prepare_metrics_folder(port: str) -> None:
    """Where the web processes of that port, which is held, count together: empty at each start, and for nobody else."""
    folder = Path(tempfile.gettempdir()) / f"hereabouts-{os.getuid()}-{port}.metrics"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def prepare_database() -> None:
    """The database up to date and, the first time, with the demo place in it."""
    django.setup()
    from django.db import connection

    from config.database import hold_name

    if hasattr(connection, "server"):
        print("Starting PostgreSQL.", flush=True)
        connection.ensure_connection()
    print("Bringing the tables up to date.", flush=True)
    with hold_name("migrate"):  # another of us may be doing the same
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        call_command("demo", if_empty=True)


def start_web_server(port: str) -> ManagedProcess:
    command = [sys.executable, "-m", "granian", "config.wsgi:application", "--interface", "wsgi", "--no-ws"]
    command += ["--host", "127.0.0.1", "--port", port, "--workers", WEB_WORKERS, "--blocking-threads", WEB_THREADS]
    command += ["--respawn-failed-workers", "--respawn-interval", "0.5", "--workers-kill-timeout", "5"]
    return ManagedProcess("web server", *command, "--log-level", "warning")


def start_job_worker(queue: str = "") -> ManagedProcess:
    """For the jobs of one queue, or of all."""
    command = [sys.executable, "manage.py", "procrastinate", "worker", "--shutdown-graceful-timeout", "5"]
    return ManagedProcess(f"{queue} job worker".lstrip(), *command, *(["--queues", queue] if queue else []))


def announce_address(port: str) -> None:
    """Say where we are, as soon as a page comes back."""
    address = f"http://127.0.0.1:{port}"
    until = time.monotonic() + FIRST_PAGE_TIMEOUT
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(f"{address}/health/live", timeout=5).close()  # noqa: S310
        except urllib.error.HTTPError:
            break
        except OSError:
            time.sleep(0.05)
        else:
            break
    print(f"Hereabouts is at {address}   (Ctrl-C ends it)", flush=True)


def supervise_processes(processes: list[ManagedProcess]) -> None:
    """Keep the processes, and the database that we lease, running. Never returns."""
    from django.db import connection

    while True:
        time.sleep(POLL_SECONDS)
        for process in processes:
            process.restart_if_dead()
        if hasattr(connection, "server"):
            connection.server.ensure_keeper()


if __name__ == "__main__":
    sys.exit(main())
