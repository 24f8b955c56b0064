"""Backups by PostgreSQL's own tools, of a small server of its own: what is refused, what is kept, what bounds it."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from config.backups import (
    SLOT,
    STAMP,
    BackupError,
    BackupServer,
    StoredBackup,
    begin_stream,
    delete_old_backups,
    has_received,
    hold_folder,
    list_backups,
    list_segments,
    take_backup,
)
from config.embedded import EmbeddedServer
from config.recovery import choose_backups, next_segment, restore_server

NEXT_FILE = "SELECT pg_logical_emit_message(true, '', 'x'), pg_switch_wal()"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedServer]:
    ours = EmbeddedServer(tmp_path_factory.mktemp("server") / "private")
    ours.ensure_running()
    yield ours
    ours.remove()


@pytest.fixture
def server(running: EmbeddedServer, monkeypatch: pytest.MonkeyPatch) -> BackupServer:
    monkeypatch.setenv("BACKUP_DATABASE_URL", running.database_url("postgres"))
    return BackupServer()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "backups"


def write(server: BackupServer, word: str) -> None:
    with server.connect() as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS said (word text)")
        connection.execute("INSERT INTO said VALUES (%s)", [word])


def read_back(folder: Path, into: Path, moment: datetime | None = None) -> set[str]:
    restoring = restore_server(folder, into, moment=moment, user="postgres", database="postgres")
    with restoring as (address, _), psycopg.connect(address) as connection:
        words = {word for (word,) in connection.execute("SELECT word FROM said")}
    EmbeddedServer(into).remove()
    return words


def backdate(backup: StoredBackup, days: int) -> StoredBackup:
    """The backup, as if it had been taken that long ago."""
    moment = f"{backup.moment - timedelta(days=days):{STAMP}}"
    return StoredBackup(backup.path.rename(backup.path.with_name(f"{moment}-{backup.path.name.partition('-')[2]}")))


def test_the_first_is_full_the_next_what_has_changed_and_both_come_back(
    server: BackupServer, folder: Path, tmp_path: Path
) -> None:
    write(server, "first")
    first = take_backup(server, folder)
    write(server, "second")
    second = take_backup(server, folder)
    assert (first.is_full, second.is_full) == (True, False)
    assert second.measure_size() < first.measure_size()
    assert read_back(folder, tmp_path / "back") >= {"first", "second"}


def test_the_copies_are_closed_to_others(server: BackupServer, folder: Path) -> None:
    backup = take_backup(server, folder)
    closed = (folder, folder / "backups", folder / "wal", backup.path)
    assert [path.stat().st_mode & 0o777 for path in closed] == [0o700] * 4


def test_no_password_stands_in_a_command_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKUP_DATABASE_URL", "postgresql://ann:secret@db.example.org/place?sslmode=verify-full")
    given = BackupServer().environment
    assert (given["PGPASSWORD"], given["PGHOST"], given["PGSSLMODE"]) == ("secret", "db.example.org", "verify-full")


def test_a_server_that_is_away_is_said_without_the_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BACKUP_DATABASE_URL", "postgresql://ann:secret@127.0.0.1:1/place")
    with pytest.raises(BackupError, match="The server refuses") as refused:
        BackupServer().find_advice()
    assert "secret" not in str(refused.value)


def test_a_full_one_is_taken_once_a_week(server: BackupServer, folder: Path) -> None:
    backdate(take_backup(server, folder), days=8)
    assert take_backup(server, folder).is_full
    assert not take_backup(server, folder).is_full
    assert take_backup(server, folder, full=True).is_full


def test_where_what_changed_is_not_known_all_is_copied(server: BackupServer, folder: Path) -> None:
    first = take_backup(server, folder)
    (first.path / "backup_manifest").write_text((first.path / "backup_manifest").read_text().replace("0000", "0001"))
    assert take_backup(server, folder).is_full


def test_the_backups_of_another_server_are_left_alone(server: BackupServer, folder: Path, tmp_path: Path) -> None:
    take_backup(server, folder)
    other = EmbeddedServer(tmp_path / "other")
    other.ensure_running()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BACKUP_DATABASE_URL", other.database_url("postgres"))
        with pytest.raises(BackupError, match="of another server"):
            take_backup(BackupServer(), folder)
    other.remove()
    assert len(list_backups(folder)) == 1


def test_a_backup_that_was_damaged_is_not_restored(server: BackupServer, folder: Path, tmp_path: Path) -> None:
    backup = take_backup(server, folder)
    table = max((backup.path / "base").rglob("*"), key=lambda path: path.stat().st_size)
    content = bytearray(table.read_bytes())
    content[100] ^= 1
    table.write_bytes(content)
    with pytest.raises(BackupError, match=r"pg_verifybackup failed: .*checksum mismatch"):
        read_back(folder, tmp_path / "back")
    assert not (tmp_path / "back").exists()


def test_nothing_is_restored_over_something(server: BackupServer, folder: Path, tmp_path: Path) -> None:
    take_backup(server, folder)
    (tmp_path / "full").mkdir()
    (tmp_path / "full/file").touch()
    (tmp_path / "link").symlink_to(tmp_path / "empty")
    (tmp_path / "file").touch()
    for there in ("full", "link", "file"):
        with pytest.raises(BackupError, match="is there already"):
            read_back(folder, tmp_path / there)
    assert (tmp_path / "full/file").exists()


def test_a_server_that_was_brought_back_is_backed_up_anew_and_comes_back_again(
    server: BackupServer, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given a server that was brought back, and has been written to since
    write(server, "before")
    take_backup(server, folder)
    with restore_server(folder, tmp_path / "back", moment=None, user="postgres", database="postgres"):
        pass
    back = EmbeddedServer(tmp_path / "back")
    back.ensure_running()
    monkeypatch.setenv("BACKUP_DATABASE_URL", back.database_url("postgres"))
    again = BackupServer()
    write(again, "after")
    # then the next backup is a full one of its own line of time, and so is the stream
    taken = take_backup(again, folder)
    assert (taken.is_full, taken.start_segment[:8]) == (True, "00000002")
    assert begin_stream(again, folder)
    back.remove()
    assert read_back(folder, tmp_path / "again") >= {"before", "after"}


def test_a_moment_before_the_first_backup_is_refused(server: BackupServer, folder: Path) -> None:
    backup = take_backup(server, folder)
    with pytest.raises(BackupError, match="no backup that was finished by then"):
        choose_backups(folder, backup.moment - timedelta(seconds=1))
    assert choose_backups(folder, backup.moment) == [backup]


def test_a_moment_after_all_that_is_kept_is_refused_and_says_so(
    server: BackupServer, folder: Path, tmp_path: Path
) -> None:
    take_backup(server, folder)
    with pytest.raises(BackupError, match="Leave --to away"):
        read_back(folder, tmp_path / "back", datetime.now(UTC) + timedelta(hours=1))
    EmbeddedServer(tmp_path / "back").remove()


def test_what_has_been_kept_long_enough_goes_with_its_wal_and_the_last_stays(
    server: BackupServer, folder: Path
) -> None:
    # given three weeks of backups, and the WAL since the first
    stamps = [backdate(take_backup(server, folder, full=full), days) for full, days in [(True, 50), (False, 49)]]
    (folder / "wal/20260101T000000Z").mkdir()
    for name in (stamps[0].start_segment, f"{stamps[0].start_segment}.partial"):
        (folder / "wal/20260101T000000Z" / name).touch()
    server.ask(NEXT_FILE)
    kept = take_backup(server, folder, full=True)
    (folder / "wal/20260101T000000Z" / kept.start_segment).touch()
    # when those before last month go
    assert delete_old_backups(folder, before=datetime.now(UTC) - timedelta(days=35)) == 2
    # then what is left can be restored, and nothing more is kept
    assert list_backups(folder) == [kept]
    assert [path.name for path in list_segments(folder)] == [kept.start_segment]
    assert delete_old_backups(folder, before=datetime.now(UTC) + timedelta(days=1)) == 0


def test_a_full_backup_stays_while_one_that_stands_on_it_is_young(server: BackupServer, folder: Path) -> None:
    backdate(take_backup(server, folder), days=6)
    take_backup(server, folder)
    take_backup(server, folder, full=True)
    assert delete_old_backups(folder, before=datetime.now(UTC) - timedelta(days=3)) == 0


def test_two_at_once_are_one_after_the_other(server: BackupServer, folder: Path) -> None:
    with hold_folder(folder), pytest.raises(BackupError, match="Another backup is being taken"):
        take_backup(server, folder)


def test_a_half_made_copy_is_no_backup(server: BackupServer, folder: Path) -> None:
    (folder / "backups/new").mkdir(parents=True)
    (folder / "backups/new/backup_label").touch()
    assert list_backups(folder) == []
    take_backup(server, folder)
    assert not (folder / "backups/new").exists()


@pytest.mark.faults
def test_a_stream_that_stays_away_fills_no_disk_and_begins_anew(server: BackupServer, folder: Path) -> None:
    # given a stream that was ended long ago, while the server went on writing
    assert begin_stream(server, folder)
    assert not begin_stream(server, folder)
    for _ in range(70):  # files of 16 MB: more than max_slot_wal_keep_size
        server.ask(NEXT_FILE)
    server.ask("SELECT pg_stat_force_next_flush()")
    with server.connect() as connection:
        connection.execute("CHECKPOINT")
    # then the server has let go of what it kept for it
    assert server.ask("SELECT wal_status FROM pg_replication_slots WHERE slot_name = %s", SLOT) == "lost"
    assert not has_received(server, "0/0")
    # and the next stream begins anew, says so, and keeps the old files apart
    assert begin_stream(server, folder)
    assert server.ask("SELECT wal_status FROM pg_replication_slots WHERE slot_name = %s", SLOT) == "reserved"
    assert server.find_advice() == []


def test_a_program_that_is_missing_is_said(monkeypatch: pytest.MonkeyPatch, server: BackupServer, folder: Path) -> None:
    monkeypatch.setitem(os.environ, "POSTGRES_BIN", "/nowhere")
    with pytest.raises(BackupError, match="Set POSTGRES_BIN"):
        take_backup(server, folder)


def test_a_wal_file_that_is_missing_is_said_before_anything_is_lost_in_silence(
    server: BackupServer, folder: Path, tmp_path: Path
) -> None:
    # given a backup, and of the WAL since then not all
    backup = take_backup(server, folder)
    (folder / "wal/20260101T000000Z").mkdir()
    after = next_segment(next_segment(backup.start_segment, 2**24), 2**24)
    (folder / "wal/20260101T000000Z" / after).write_bytes(b"\0" * 2**24)
    with pytest.raises(BackupError, match=f"The WAL file {backup.start_segment} is missing"):
        read_back(folder, tmp_path / "back")
    EmbeddedServer(tmp_path / "back").remove()


@pytest.mark.parametrize(
    ("name", "size", "after"),
    [
        ("000000010000000000000009", 2**24, "00000001000000000000000A"),
        ("0000000100000000000000FF", 2**24, "000000010000000100000000"),
        ("00000002000000010000003F", 2**26, "000000020000000200000000"),
    ],
)
def test_the_name_of_the_next_file_of_the_wal(name: str, size: int, after: str) -> None:
    assert next_segment(name, size) == after
