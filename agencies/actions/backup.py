"""Backups and drills, with a row for each try: what the steward's page says is what happened."""

import os
import subprocess
import sys
import time
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import psycopg
from django.conf import settings
from django.db import OperationalError, connection
from django.utils import timezone

from agencies.models import Backup, Drill
from config.backups import BackupError, BackupServer, delete_old_backups, has_received, take_backup
from config.database import role_url_name
from config.embedded import EmbeddedServer
from config.recovery import restore_server
from config.roles import DatabaseRole

MAX_WAIT_FOR_STREAM = 300  # seconds: the loss that is promised at most


def make_backup(*, full: bool = False) -> Backup:
    """Take a backup and delete those that have been kept long enough. Its row; a failure has a row too.

    Raises BackupError.
    """
    row = Backup(started_at=timezone.now())
    try:
        server, folder = BackupServer(), find_backup_folder()
        stored = take_backup(server, folder, full=full)
        delete_old_backups(folder, before=timezone.now() - timedelta(days=settings.BACKUP_KEEP_DAYS))
    except BackupError as error:
        row.problem, row.finished_at = str(error), timezone.now()
        with suppress(OperationalError):  # a server that is gone cannot be told either
            row.save()
        raise
    row.kind = Backup.Kind.FULL if stored.is_full else Backup.Kind.INCREMENTAL
    row.bytes, row.finished_at = stored.measure_size(), timezone.now()
    row.save()
    return row


def find_backup_folder() -> Path:
    """Where the backups are. Raises BackupError when nobody has said."""
    if not settings.BACKUP_FOLDER:
        raise BackupError("Set the environment variable BACKUP_FOLDER to where backups go: another disk, encrypted.")
    return Path(settings.BACKUP_FOLDER).absolute()


def bring_back(*, into: Path, moment: datetime | None = None, against: list[Path] | None = None, row: str = "") -> str:
    """A server in the new folder `into`, as it was at `moment` or at the last that is kept, with its histories checked
    (against these files of signed roots, if any). What was found, in words.

    `row` is the id of a drill that must be in it. Raises BackupError.
    """
    user, name = connection.settings_dict["USER"], connection.settings_dict["NAME"]  # the owner's login
    with restore_server(find_backup_folder(), into, moment=moment, user=user, database=name) as (address, last):
        said = check_histories(address, name, against or [], moment)
        if row:
            with psycopg.connect(address) as copy:
                if not copy.execute("SELECT 1 FROM agencies_drill WHERE id = %s", [row]).fetchone():
                    raise BackupError("The copy has not got what was written when the drill began.")
    return f"{said} The last thing written: {f'{last} UTC' if last else 'in the backup itself'}."


def check_histories(address: str, database: str, against: list[Path], moment: datetime | None) -> str:
    """What `manage.py verify_history` says of the database at that address. Raises BackupError with the faults.

    Every login of the place is turned to that address: the check must never be of the server that runs.
    """
    there = {role_url_name(role): address for role in DatabaseRole}
    words = [word for file in against for word in ("--against", str(file.absolute()))]
    if moment:  # roots that were made later are not in there
        words += ["--until", moment.isoformat()]
    done = subprocess.run(  # noqa: S603
        [sys.executable, "manage.py", "verify_history", *words],
        cwd=settings.BASE_DIR,
        env={**os.environ, **there, "DATABASE_ROLE": DatabaseRole.OWNER, "DEVELOPMENT_DATABASE": database},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise BackupError("The histories do not verify. " + " ".join(done.stderr.strip().splitlines()[-20:]))
    return done.stdout.strip()


def run_drill(*, into: Path) -> Drill:
    """Bring the newest back into a folder that is thrown away, and measure. Its row; a failure has a row too.

    The row itself is what is looked for: how long until it is in the backups, and whether it comes back.
    """
    drill, copy = Drill.objects.create(), EmbeddedServer(into)
    try:
        if into.exists():  # of a drill that was killed
            copy.remove()
        drill.loss_seconds = wait_for_stream()
        began = time.monotonic()
        drill.result = bring_back(into=into, row=str(drill.pk))
        drill.recovery_seconds = time.monotonic() - began
    except BackupError as error:
        drill.problem = str(error)
        raise
    finally:
        drill.finished_at = timezone.now()
        drill.save()
        copy.remove()
    return drill


def wait_for_stream() -> float:
    """Seconds until all that is committed now is in the backups. Raises BackupError after five minutes."""
    server, began = BackupServer(), time.monotonic()
    here = server.ask("SELECT pg_current_wal_lsn()::text")
    while time.monotonic() - began < MAX_WAIT_FOR_STREAM:
        if has_received(server, here):
            return time.monotonic() - began
        time.sleep(0.1)
    raise BackupError("Nobody receives the WAL: what is written now is in no backup. Start manage.py backup --stream.")
