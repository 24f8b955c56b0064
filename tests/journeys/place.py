"""A place of its own to break: a private PostgreSQL, and the web server and the worker as `make run` starts them."""

import os
import random
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import dj_database_url
import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections
from django.db.utils import ConnectionHandler

from config import run
from config.database import role_url_name
from config.embedded import EmbeddedServer
from config.roles import DatabaseRole, role_name

NAME = "faults"


class Place:
    """`server` may be killed; all processes started here are killed when the place is left."""

    def __init__(self, folder: Path, mail_port: int) -> None:
        self.server = EmbeddedServer(folder)
        self.processes: list[run.ManagedProcess] = []
        self.server.ensure_running()
        self.server.create_database(NAME)
        self.server.ensure_roles(NAME)
        self._copy_tables()
        self.patch = pytest.MonkeyPatch()  # what we start inherits this, as does what is started again
        self.patch.chdir(settings.BASE_DIR)
        for role in DatabaseRole:
            self.patch.setenv(role_url_name(role), self.url_of(role))
        self.patch.setenv("DJANGO_SETTINGS_MODULE", "tests.journeys.quick")
        self.patch.setenv("EMAIL_PORT", str(mail_port))

    def url_of(self, role: DatabaseRole) -> str:
        return self.server.database_url(NAME).replace("postgres@", f"{role_name(role)}@", 1)

    def _copy_tables(self) -> None:
        """The tables and first rows of the tests' own database: migrating takes ten seconds."""
        given = connection.get_connection_params()
        if hasattr(connection, "server"):
            given |= {"user": "postgres"}  # the owner dumps no table whose rows are kept from it
        names = ("host", "port", "user", "password", "dbname")
        source = psycopg.conninfo.make_conninfo(**{name: given[name] for name in names if given.get(name)})
        dump = [str(self.server.binaries / "pg_dump"), "--no-owner", "--no-comments", source]
        owner = self.url_of(DatabaseRole.OWNER)
        load = [str(self.server.binaries / "psql"), "-q", "-v", "ON_ERROR_STOP=1", owner]
        tables = subprocess.run(dump, capture_output=True, check=True).stdout
        subprocess.run(load, input=tables, stdout=subprocess.DEVNULL, check=True)

    @contextmanager
    def here(self) -> Iterator[None]:
        """Within it, models and actions in this thread work on this place's database."""
        ours = connections["default"]
        handler = ConnectionHandler({"default": dj_database_url.parse(self.server.database_url(NAME))})
        connections["default"] = handler["default"]
        try:
            yield
        finally:
            handler["default"].close()
            connections["default"] = ours

    # What runs in it.

    def start_web(self) -> str:
        """The web server; its address."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.processes.append(run.start_web_server(str(port)))
        return f"http://127.0.0.1:{port}"

    def start_worker(self) -> run.ManagedProcess:
        self.processes.append(run.start_job_worker())
        return self.processes[-1]

    def hold_until(self, true: Callable[[], bool], seconds: float = 120) -> None:
        """Start again what dies, as `make run` and systemd do, until something is true."""
        end = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < end, "It did not happen in time."
            for process in self.processes:
                process.restart_if_dead()
            time.sleep(0.1)

    # What befalls it.

    def kill_database(self) -> None:
        """kill -9 of the server, with all its helpers or (a coin decides) without."""
        pid = self.server.pid()
        assert pid is not None
        helpers = Path(f"/proc/{pid}/task/{pid}/children").read_text().split() if random.random() < 0.5 else []
        for number in (pid, *map(int, helpers)):
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)

    def leave(self) -> None:
        self.patch.undo()
        for process in self.processes:
            kill(process)
        self.server.remove()


def kill(process: run.ManagedProcess) -> None:
    """kill -9, and wait until it is gone."""
    process.kill()
    process.process.wait()
