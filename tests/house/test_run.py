"""`make run` holds its processes up, and leaves none behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config import run
from tests.house.test_database import wait_for

# A process with a child of its own, like a web server with workers; it writes both numbers to argv[1].
PARENT = """
import os, subprocess, sys, time
child = subprocess.Popen(["sleep", "60"])
with open(sys.argv[1], "w") as file:
    file.write(f"{os.getpid()} {child.pid}\\n")
time.sleep(60)
"""


def running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def numbers(file: Path) -> list[int]:
    """Process ids of parent and child, once both are there."""
    assert wait_for(lambda: file.exists() and file.read_text().endswith("\n"))
    return [int(word) for word in file.read_text().split()]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "numbers"


def test_a_process_that_dies_is_started_again_without_what_it_left(
    file: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "RESTART_DELAY_SECONDS", 0)
    # given a process with a child
    process = run.ManagedProcess("parent", sys.executable, "-c", PARENT, str(file))
    first, child = numbers(file)
    process.restart_if_dead()
    assert running(first)
    # when it is killed
    file.unlink()
    os.kill(first, signal.SIGKILL)
    assert wait_for(lambda: not running(first))
    process.restart_if_dead()
    process.restart_if_dead()
    # then there is a new one, the old child is gone, and it was said
    second, _ = numbers(file)
    assert second != first
    assert wait_for(lambda: not running(child))
    assert "The parent ended unexpectedly (-9)" in capsys.readouterr().out
    process.stop()
    process.wait(time.monotonic() + 5)


def test_ending_ends_children_too(file: Path) -> None:
    process = run.ManagedProcess("parent", sys.executable, "-c", PARENT, str(file))
    pids = numbers(file)
    process.stop()
    process.wait(time.monotonic() + 5)
    assert wait_for(lambda: not any(running(pid) for pid in pids))


def test_a_process_that_will_not_end_is_killed(file: Path) -> None:
    stubborn = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + PARENT
    process = run.ManagedProcess("stubborn", sys.executable, "-c", stubborn, str(file))
    pids = numbers(file)
    process.stop()
    process.wait(time.monotonic() + 0.5)
    assert wait_for(lambda: not any(running(pid) for pid in pids))


@pytest.fixture
def _handlers_as_before() -> Iterator[None]:
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("_handlers_as_before")
@pytest.mark.parametrize("port", ["abc", "", "0", "70000", "-1", "80.5", "٨٠٠٠", "800000"])
def test_what_is_no_port_is_said_in_a_sentence(
    port: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PORT", port)
    assert run.main() == 1
    said = capsys.readouterr().err
    assert said.startswith(f"PORT={port} is not a port")
    assert said.endswith("make run PORT=8001\n")


def test_a_port_that_one_may_not_have_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError

    monkeypatch.setattr(socket.socket, "bind", refuse)
    assert run.explain_port_problem("80").startswith("You may not use port 80")


@pytest.mark.usefixtures("_handlers_as_before")
def test_a_port_in_use_is_said_before_anything_is_done(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        monkeypatch.setenv("PORT", port)
        assert run.main() == 1
    assert f"Something else is using port {port}" in capsys.readouterr().err


def test_two_that_begin_at_once_do_not_share_a_port(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "held_ports", [])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    try:
        # given one that has looked and does not listen yet
        assert run.explain_port_problem(port) == ""
        # then nobody else gets it, though granian shares ports with whoever allows it
        assert run.explain_port_problem(port) == f"Something else is using port {port}."
    finally:
        for held in run.held_ports:
            held.close()


def test_a_second_server_of_production_is_refused_in_a_sentence() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        answer = subprocess.run(
            [sys.executable, "-m", "config.serve", "--port", port],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
    assert (answer.returncode, answer.stderr) == (1, f"Something else is using port {port}.\n")
