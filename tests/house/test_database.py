"""The server of our own: shared, never left alone, never losing anything, never opening a folder to others."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from config.database import build_database_settings
from config.embedded import PROJECT_FOLDER, EmbeddedServer
from config.embedded.base import DatabaseWrapper

# A command that uses the server in the folder argv[1] until it is killed, or until its input ends.
USER = """
import sys
from pathlib import Path
from config.embedded import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]))
server.ensure_running()
print(server.pid(), flush=True)
sys.stdin.read()
"""


def wait_for(what: Callable[[], bool], seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if what():
            return True
        time.sleep(0.05)
    return what()


def alive(pid: int) -> bool:
    try:
        return b"postgres" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False


def start_user(folder: Path) -> tuple[subprocess.Popen[str], int]:
    """Another process that uses the server in `folder`, and the server's process id as it saw it."""
    user = subprocess.Popen(
        [sys.executable, "-c", USER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=PROJECT_FOLDER,
    )
    assert user.stdout is not None
    return user, int(user.stdout.readline())


def finish(user: subprocess.Popen[str], how: int | None = None) -> None:
    """End such a process: by itself, or with the signal `how`."""
    if how is not None:
        user.send_signal(how)
    user.communicate()


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedServer]:
    ours = EmbeddedServer(tmp_path / "private")
    yield ours
    ours.remove()


def insert(server: EmbeddedServer, word: str) -> None:
    with psycopg.connect(server.database_url("postgres")) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS said (word text)")
        connection.execute("INSERT INTO said VALUES (%s)", [word])


def said(server: EmbeddedServer) -> list[str]:
    with psycopg.connect(server.database_url("postgres")) as connection:
        return [word for (word,) in connection.execute("SELECT word FROM said")]


def test_two_processes_share_one_server_that_ends_with_the_last(server: EmbeddedServer) -> None:
    # given two commands started one after the other
    first, first_saw = start_user(server.folder)
    second, second_saw = start_user(server.folder)
    # then both talk to the same server
    assert first_saw == second_saw
    # when the first ends, the second still has it
    finish(first)
    time.sleep(3)
    assert alive(second_saw)
    # when the second ends too, so does the server
    finish(second)
    assert wait_for(lambda: not alive(second_saw))


def test_server_ends_when_its_last_user_is_killed(server: EmbeddedServer) -> None:
    user, pid = start_user(server.folder)
    finish(user, signal.SIGKILL)
    assert wait_for(lambda: not alive(pid))


def test_data_survive_the_killing_of_their_writer(server: EmbeddedServer) -> None:
    server.ensure_running()
    insert(server, "kept")
    pid = server.pid()
    assert pid is not None
    server.release_lease()
    assert wait_for(lambda: not alive(pid))
    server.ensure_running()
    assert said(server) == ["kept"]


def test_a_killed_server_comes_back_with_everything(server: EmbeddedServer) -> None:
    # given something acknowledged
    server.ensure_running()
    insert(server, "kept")
    # when the server is killed
    pid = server.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    began = time.monotonic()
    assert wait_for(lambda: not alive(pid))
    # then it answers again, soon, and has it
    server.ensure_running()
    assert time.monotonic() - began < 10
    assert said(server) == ["kept"]


def test_a_server_whose_keeper_is_killed_is_not_left_alone(server: EmbeddedServer) -> None:
    server.ensure_running()
    pid = server.pid()
    assert pid is not None
    keeper = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    os.kill(keeper, signal.SIGKILL)
    assert wait_for(lambda: not alive(pid))
    # and whoever holds it up puts both back
    server.ensure_keeper()
    assert server.pid() != pid
    with psycopg.connect(server.database_url("postgres")) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_stale_process_id_of_another_program_is_no_obstacle(server: EmbeddedServer) -> None:
    # given a machine that was switched off, and came back with another program under the server's number
    server.ensure_running()
    pid = server.pid()
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)  # so that it cannot tidy up
    lines = (server.home / "data/postmaster.pid").read_text().splitlines()
    os.kill(pid, signal.SIGKILL)
    os.kill(pid, signal.SIGCONT)
    server.release_lease()
    assert wait_for(lambda: not alive(pid) and not server._has_keeper())
    lines[0] = str(os.getpid())
    (server.home / "data/postmaster.pid").write_text("\n".join(lines) + "\n")
    # then it starts all the same
    server.ensure_running()
    assert alive(server.pid() or 0)


def test_no_folder_above_is_opened_to_others(server: EmbeddedServer, tmp_path: Path) -> None:
    # given a home that is nobody else's business
    tmp_path.chmod(0o700)
    above = [*tmp_path.parents, tmp_path, *Path(sys.prefix).parents]
    before = [folder.stat().st_mode for folder in above]
    # when a server has been started in it
    server.ensure_running()
    # then its permissions are what they were, and the data are closed
    assert [folder.stat().st_mode for folder in above] == before
    assert server.home.stat().st_mode & 0o777 == 0o700
    assert server.socket_folder.stat().st_mode & 0o777 == 0o700


def test_a_deep_folder_still_gets_a_socket(tmp_path: Path) -> None:
    deep = tmp_path / ("a-long-name-" * 10) / "private"
    deep.parent.mkdir()
    deep_server = EmbeddedServer(deep)
    assert len(os.fsencode(deep_server.socket_folder / ".s.PGSQL.5432")) <= 107
    deep_server.remove()


def test_there_is_no_port(server: EmbeddedServer) -> None:
    server.ensure_running()
    with psycopg.connect(server.database_url("postgres")) as connection:
        row = connection.execute("SELECT current_setting('listen_addresses'), current_setting('synchronous_commit')")
        assert row.fetchone() == ("", "on")


def test_a_missing_database_is_made_once(server: EmbeddedServer) -> None:
    server.ensure_running()
    server.create_database("made-up")
    server.create_database("made-up")
    with psycopg.connect(server.database_url("made-up")) as connection:
        assert connection.info.dbname == "made-up"


def test_database_url_is_taken_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://ann:secret@db.example.org:5433/place")
    settings = build_database_settings()
    assert settings["ENGINE"] == "django.db.backends.postgresql"
    assert (settings["HOST"], settings["PORT"], settings["NAME"]) == ("db.example.org", 5433, "place")
    assert settings["CONN_MAX_AGE"] > 0
    assert settings["CONN_HEALTH_CHECKS"] is True


def test_without_database_url_the_name_may_be_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("DATABASE_NAME", "elsewhere")
    assert build_database_settings()["NAME"] == "elsewhere"


def test_djangos_connection_waits_for_a_killed_server(server: EmbeddedServer) -> None:
    # given Django connected to it
    wrapper = DatabaseWrapper(
        {**connection.settings_dict, "NAME": "postgres", "USER": "postgres", "HOST": "", "PORT": ""}, "default"
    )
    wrapper.server = server
    wrapper.inc_thread_sharing()
    wrapper.ensure_connection()
    # when the server is killed and a new connection asked for at once
    pid = server.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wrapper.close()
    wrapper.ensure_connection()
    # then it is there
    assert wrapper.is_usable()
    wrapper.close()
