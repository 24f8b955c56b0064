"""A place that has grown: a streaming replica of its server, and PgBouncer in front of the primary."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg

from config.backups import find_program
from config.embedded import EmbeddedServer
from config.roles import DatabaseRole, role_name
from tests.journeys.place import NAME

POOL_SIZE = 4  # connections of the primary, for however many threads of web servers
POOLER_SETTINGS = """
[databases]
{name} = host={sockets} dbname={name}
[pgbouncer]
listen_addr =
unix_socket_dir = {sockets}
listen_port = 6432
auth_type = trust
auth_file = {sockets}/users
pool_mode = transaction
default_pool_size = {size}
max_client_conn = 200
logfile = {sockets}/log
"""


def find_pooler() -> str | None:
    """PgBouncer (Debian's package), where it is installed."""
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


def start_replica(primary: EmbeddedServer, folder: Path) -> EmbeddedServer:
    """Copy the server and let the copy follow; returns when it answers."""
    replica = EmbeddedServer(folder)
    data = replica.home / "data"
    source = f"--dbname={psycopg.conninfo.make_conninfo(primary.database_url('postgres'))}"
    words = [
        str(find_program("pg_basebackup")),
        source,
        f"--pgdata={data}",
        "--write-recovery-conf",
        "--checkpoint=fast",
    ]
    subprocess.run(words, check=True, capture_output=True)
    if os.geteuid() == 0:
        for path in (data, *data.rglob("*")):
            os.chown(path, replica.owner.pw_uid, replica.owner.pw_gid, follow_symlinks=False)
    replica.ensure_running()
    return replica


@contextmanager
def start_pooler(primary: EmbeddedServer) -> Iterator[str]:
    """PgBouncer in transaction mode, beside the server's socket and as its user; the web's address through it."""
    folder = primary.socket_folder
    (folder / "settings.ini").write_text(POOLER_SETTINGS.format(name=NAME, sockets=folder, size=POOL_SIZE))
    (folder / "users").write_text(f'"{role_name(DatabaseRole.WEB)}" ""\n')
    user = {"user": primary.owner.pw_uid, "group": primary.owner.pw_gid, "extra_groups": []} if not os.geteuid() else {}
    words = [find_pooler() or "pgbouncer", "-q", str(folder / "settings.ini")]
    running = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **user)  # type: ignore[call-overload]
    address = f"postgresql://{role_name(DatabaseRole.WEB)}@{quote(str(folder), safe='')}:6432/{NAME}"
    try:
        wait_for_answer(address)
        yield address
    finally:
        running.kill()
        running.wait()


def wait_for_answer(address: str, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            psycopg.connect(address).close()
            return
        except psycopg.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.1)
