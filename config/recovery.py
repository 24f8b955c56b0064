"""
From backups and WAL back to a server, at a moment: always in a new folder, never over what runs.

The folder is one of `config.embedded.EmbeddedServer`; the server's files are in its `data`, for whichever PostgreSQL of
the same version. While it recovers, the server listens to nobody but its own user and root.
"""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

import psycopg

from config.backups import (
    SEGMENT_PATTERN,
    BackupError,
    StoredBackup,
    find_program,
    list_backups,
    list_segments,
    run_tool,
    verify_backup,
)
from config.embedded import EmbeddedServer
from config.embedded.keeper import build_environment, end_when_parent_ends

RECOVERY_TIMEOUT = 4 * 3600  # seconds
TOO_LATE = "recovery ended before configured recovery target was reached"
LAST_TRANSACTION = re.compile(r"last completed transaction was at log time (\S+ [\d:]+)")
RECOVERY_SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "port": "5432",
    "hot_standby": "off",  # nobody gets in before the moment is reached; and no setting must match the lost server's
    # By its own address: PostgreSQL may run as a user who cannot go where a link to it stands.
    "restore_command": f'{os.path.realpath(shutil.which("cp") or "cp")} "../wal/%f" "%p"',
    "recovery_target_timeline": "current",
    "recovery_target_action": "promote",
    "archive_mode": "off",
    "synchronous_standby_names": "",
    "shared_preload_libraries": "",
    "ssl": "off",
    "logging_collector": "off",
    "log_destination": "stderr",
    "log_timezone": "UTC",
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}


def choose_backups(folder: Path, moment: datetime | None) -> list[StoredBackup]:
    """The newest backup that was finished by that moment, after all that it stands on: a full one comes first."""
    chosen: list[StoredBackup] = []
    for backup in list_backups(folder):
        if moment and backup.moment > moment:
            break
        chosen = [backup] if backup.is_full else [*chosen, backup]
    if not chosen or not chosen[0].is_full:
        raise BackupError(f"{folder} has no backup that was finished by then.")
    return chosen


@contextmanager
def restore_server(
    folder: Path, into: Path, *, moment: datetime | None, user: str, database: str
) -> Iterator[tuple[str, str]]:
    """Put the server of `folder` back into the new folder `into`, as it was at `moment` or at the last that is there.

    While it runs: the address of its database, and when its last transaction was made, as PostgreSQL says it ("" when
    nothing came after the backup). It is stopped on leaving. Raises BackupError.
    """
    if into.is_symlink() or (into.exists() and (not into.is_dir() or any(into.iterdir()))):
        raise BackupError(f"{into} is there already. A restore goes into a new folder, never over another.")
    chain = choose_backups(folder, moment)
    for backup in chain:
        verify_backup(backup.path)
    target = EmbeddedServer(into)
    target.home.chmod(0o700)
    run_tool("pg_combinebackup", *(backup.path for backup in chain), f"--output={target.home / 'data'}")
    copy_segments(folder, chain[-1].start_segment, target.home / "wal", last_wanted=moment is None)
    write_recovery_files(target.home)
    give_away(target)
    settings = RECOVERY_SETTINGS
    if moment:
        settings = {**settings, "recovery_target_time": f"{moment.astimezone(UTC):%Y-%m-%d %H:%M:%S.%f+00}"}
    with recovering_server(target, settings, user, database) as address:
        log = (target.home / "log").read_text(errors="replace")
        yield address, ((LAST_TRANSACTION.findall(log) or [""])[-1])
    for path in (target.home / "wal", target.home / "recovery"):
        shutil.rmtree(path)


def copy_segments(folder: Path, first: str, into: Path, *, last_wanted: bool) -> None:
    """The WAL from that file on, of its timeline; the last, which was being written, under its whole name.

    Nothing can be put on after a file that is missing: raises BackupError for it when what came last is wanted.
    """
    into.mkdir(mode=0o700)
    needed = first
    for path in list_segments(folder):
        found = SEGMENT_PATTERN.fullmatch(path.name)
        if not found or found[1] < first or found[1][:8] != first[:8]:
            continue
        if found[1] > needed and last_wanted:
            raise BackupError(f"The WAL file {needed} is missing. Say with --to which earlier moment will do.")
        whole = into / found[1]
        if not (found[2] and whole.exists()):
            shutil.copyfile(path, whole)
        needed = next_segment(found[1], path.stat().st_size)


def next_segment(name: str, size: int) -> str:
    """The name of the WAL file after that one; `size` is how many bytes each has."""
    number = int(name[8:16], 16) * (2**32 // size) + int(name[16:], 16) + 1
    return f"{name[:8]}{number // (2**32 // size):08X}{number % (2**32 // size):08X}"


def write_recovery_files(home: Path) -> None:
    """What PostgreSQL must find, beside the data so that nothing of it stays there; the rest is on its command line."""
    (home / "recovery").mkdir(mode=0o700)
    (home / "recovery/postgresql.conf").touch()
    (home / "recovery/pg_hba.conf").write_text("local all all trust\n")
    (home / "recovery/pg_ident.conf").touch()
    (home / "data/recovery.signal").touch()


def give_away(target: EmbeddedServer) -> None:
    """All of it to the user that PostgreSQL runs as; only root has to, and can."""
    if os.geteuid() == 0:
        for path in (target.home, *target.home.rglob("*")):
            os.chown(path, target.owner.pw_uid, target.owner.pw_gid, follow_symlinks=False)


@contextmanager
def recovering_server(target: EmbeddedServer, settings: dict[str, str], user: str, database: str) -> Iterator[str]:
    """Start it, wait until it has recovered, give its address, and stop it."""
    programs = find_program("postgres").parent if os.environ.get("POSTGRES_BIN") else target.binaries
    recovery = target.home / "recovery"
    files = {"config_file": "postgresql.conf", "hba_file": "pg_hba.conf", "ident_file": "pg_ident.conf"}
    settings = {name: str(recovery / file) for name, file in files.items()} | settings
    words = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
    root = os.geteuid() == 0
    identity = {"user": target.owner.pw_uid, "group": target.owner.pw_gid, "extra_groups": []} if root else {}
    with (target.home / "log").open("wb") as log:
        server = subprocess.Popen(  # type: ignore[call-overload]  # noqa: S603
            [programs / "postgres", "-D", target.home / "data", "-k", target.socket_folder, *words],
            cwd=target.home / "data",
            env=build_environment(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            preexec_fn=lambda: end_when_parent_ends(signal.SIGINT),
            **identity,
        )
    try:
        address = f"postgresql://{quote(user)}@{quote(str(target.socket_folder), safe='')}/{quote(database)}"
        wait_until_recovered(server, address, target)
        yield address
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(RECOVERY_TIMEOUT)


def wait_until_recovered(server: "subprocess.Popen[bytes]", address: str, target: EmbeddedServer) -> None:
    """Raises BackupError with the end of its log when the server gives up."""
    until = time.monotonic() + RECOVERY_TIMEOUT
    while time.monotonic() < until and server.poll() is None:
        try:
            psycopg.connect(address, connect_timeout=5).close()
        except psycopg.OperationalError as error:
            if "does not exist" in str(error):
                raise BackupError(str(error)) from error
            time.sleep(0.1)
        else:
            return
    log = (target.home / "log").read_text(errors="replace")
    if TOO_LATE in log:
        last = (LAST_TRANSACTION.findall(log) or ["in the backup"])[-1]
        raise BackupError(
            f"Nothing is kept of that moment: the last transaction was {last} UTC. Leave --to away for it."
        )
    raise BackupError(f"The server did not recover.\n{target.read_log_tail()}")
