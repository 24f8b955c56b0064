"""
Keeps one PostgreSQL server: starts it, starts it again when it is killed, stops it when nobody needs it any more.

Run as a program of its own, with the standard library only, by `config.embedded.EmbeddedServer`:

    python keeper.py HOME SOCKET_FOLDER BIN_FOLDER UID GID

Everyone who uses the server holds a shared lock on HOME/lease. The kernel lets go of it when they end, however they
end, so a lock of our own on that file means that nobody is left. HOME/keeper.lock is held as long as we run.
"""

import ctypes
import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Any

IDLE_SECONDS_BEFORE_STOP = 2.0  # seconds without users before the server stops: one command often follows another
POLL_SECONDS = 0.1  # seconds between two looks
RESTART_DELAY_SECONDS = 1.0  # seconds before another start, after one that failed
POSTGRES_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "work_mem": "8MB",
    "maintenance_work_mem": "128MB",
    "max_wal_size": "1GB",
    "summarize_wal": "on",  # incremental backups
    "max_slot_wal_keep_size": "1GB",  # a stream of backups that stopped fills no disk
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %d ",
    "log_error_verbosity": "terse",  # no DETAIL, which holds the row
    "log_min_error_statement": "panic",  # no statement, which holds the values
}


class ServerKeeper:
    """One server in `home`, run as `uid` and `gid`."""

    def __init__(self, home: Path, sockets: Path, binaries: Path, uid: int, gid: int) -> None:
        self.home, self.sockets, self.binaries = home, sockets, binaries
        self.data = home / "data"
        self.stop_requested = False
        # Only root may (and must) change user.
        self.identity: dict[str, Any] = {"user": uid, "group": gid, "extra_groups": []} if os.geteuid() == 0 else {}

    def create_data_folder(self) -> None:
        """Make the data folder unless there is one; half-made ones are thrown away."""
        if (self.data / "PG_VERSION").exists():
            return
        new = self.home / "data.new"
        shutil.rmtree(new, ignore_errors=True)
        options = ["--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-instructions", "--no-sync"]
        options += ["--locale-provider=builtin", "--locale=C.UTF-8", "--builtin-locale=C.UTF-8"]
        subprocess.run(  # noqa: S603
            [self.binaries / "initdb", "-D", new, *options],
            check=True,
            cwd=self.home,
            env=build_environment(),
            **self.identity,
        )
        os.sync()
        new.rename(self.data)

    def start_server(self) -> subprocess.Popen[bytes]:
        """Start the server and return its process; whoever else still serves this data is stopped first."""
        self.stop_orphaned_server()
        options = [word for name, value in POSTGRES_SETTINGS.items() for word in ("-c", f"{name}={value}")]
        return subprocess.Popen(  # noqa: S603
            [self.binaries / "postgres", "-D", self.data, "-k", self.sockets, *options],
            cwd=self.home,
            env=build_environment(),
            stdin=subprocess.DEVNULL,
            preexec_fn=lambda: end_when_parent_ends(signal.SIGINT),  # a fast shutdown: no server is ever left alone
            **self.identity,
        )

    def stop_orphaned_server(self) -> None:
        """End a server whose keeper was killed, and forget one that is gone though its number lives on."""
        lines = self.data / "postmaster.pid"
        for attempt in range(300):
            try:
                number = int(lines.read_text().split()[0])
            except (OSError, IndexError, ValueError):
                return
            if str(self.data) not in read_command_line(number):  # it is gone, and its number may be another program's
                lines.unlink(missing_ok=True)
                return
            if attempt % 50 == 0:
                os.kill(number, signal.SIGINT)
            time.sleep(POLL_SECONDS)

    def supervise_server(self, lease: int) -> None:
        """Hold the server up until nobody has had a lease for IDLE_SECONDS_BEFORE_STOP, or we are told to stop."""
        server, last_used = self.start_server(), time.monotonic()
        while not self.stop_requested:
            time.sleep(POLL_SECONDS)
            if server.poll() is not None:
                if not (self.data / "PG_VERSION").exists():
                    return  # somebody deleted the data
                time.sleep(POLL_SECONDS if server.returncode < 0 else RESTART_DELAY_SECONDS)
                server = self.start_server()
            if not try_lock_file(lease, fcntl.LOCK_EX):
                last_used = time.monotonic()
            elif time.monotonic() - last_used >= IDLE_SECONDS_BEFORE_STOP:
                break  # and hold the lease: newcomers wait until the server is down
            else:
                fcntl.flock(lease, fcntl.LOCK_UN)
        for how, patience in ((signal.SIGINT, 30), (signal.SIGQUIT, 30), (signal.SIGKILL, 5)):
            server.send_signal(how)
            try:
                server.wait(patience)
                return
            except subprocess.TimeoutExpired:
                continue

    def request_stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stop_requested = True


def try_lock_file(file: int, kind: int) -> bool:
    """Take a lock without waiting; False when somebody is in the way."""
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def read_command_line(number: int) -> str:
    """The command line of a process, empty when there is no such process."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{number}/cmdline").read_text(errors="replace")
        except OSError:
            return ""
    words = ["/bin/ps", "-ww", "-o", "command=", "-p", str(number)]
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout  # noqa: S603


def build_environment() -> dict[str, str]:
    """The environment without the PG… words that would turn PostgreSQL's head."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PG")}


def end_when_parent_ends(how: int = signal.SIGTERM) -> None:
    """For a process just forked: get the signal `how` when the parent ends, however it ends (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, how)  # PR_SET_PDEATHSIG


def main() -> int:
    """Take the place of keeper, make the data, then go on in the background; 0 once that is so."""
    home, sockets, binaries = (Path(word) for word in sys.argv[1:4])
    keeper = ServerKeeper(home, sockets, binaries, int(sys.argv[4]), int(sys.argv[5]))
    place = os.open(home / "keeper.lock", os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
    if not try_lock_file(place, fcntl.LOCK_EX):
        return 0
    keeper.create_data_folder()
    if os.fork():
        return 0
    signal.signal(signal.SIGTERM, keeper.request_stop)
    lease = os.open(home / "lease", os.O_RDONLY | os.O_CLOEXEC)
    keeper.supervise_server(lease)
    fcntl.flock(place, fcntl.LOCK_UN)
    return 0


if __name__ == "__main__":
    sys.exit(main())
