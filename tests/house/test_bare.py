"""`.ci/bare`, which the suite runs in: what the machine happens to have is not found in it."""

import os
import subprocess
from pathlib import Path

import pytest
from django.conf import settings


def bare(script: str) -> subprocess.CompletedProcess[str]:
    """What a shell says that is started by `.ci/bare`."""
    command = [settings.BASE_DIR / ".ci/bare", "sh", "-c", script]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_a_program_that_nothing_brings_is_not_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # given a machine with a program of its own
    program = tmp_path / "pdftoppm"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert subprocess.run(["sh", "-c", "command -v pdftoppm"], stdout=subprocess.DEVNULL, check=False).returncode == 0
    # then a test would look for it, and for what other machines have, in vain
    for name in ("pdftoppm", "psql", "node", "apt-get"):
        assert bare(f"command -v {name}").stdout == ""


def test_what_every_machine_has_is_found() -> None:
    for name in ("make", "git", "sh", "sed"):
        assert bare(f"command -v {name}").returncode == 0
    assert bare("python3 -c 'import venv, sys; print(sys.version_info > (3, 11))'").stdout == "True\n"


def test_only_what_pip_and_the_browser_are_told_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("DATABASE_URL", "SECRET_KEY", "LANG", "TZ"):
        monkeypatch.setenv(name, "of this machine")
    monkeypatch.setenv("PIP_DEFAULT_TIMEOUT", "20 or\nso")
    assert bare('echo "$DATABASE_URL$SECRET_KEY$LANG$TZ"').stdout == "\n"
    assert bare('echo "$PIP_DEFAULT_TIMEOUT $HOME"').stdout == f"20 or\nso {os.environ['HOME']}\n"


def test_how_it_ended_is_handed_on() -> None:
    assert bare("exit 3").returncode == 3
