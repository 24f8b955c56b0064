"""The steward's page of backups: what was made and tried, and a plain warning of what was not."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies import backups
from agencies.access import Role
from agencies.actions.backup import make_backup
from agencies.hooks import safety_sources
from agencies.models import Backup, Drill, Membership
from cases.roots import find_root_problems
from config.backups import BackupError
from tests.factories import MembershipFactory
from tests.queries import assert_max_queries

ClientOf = Callable[[Membership], Client]
IS_STREAMING = backups.is_streaming
NEVER = "No backup has been made. If the server is lost, everything in it is lost."
UNTRIED = "Nobody has tried yet whether everything can be brought back."
BETWEEN = "What is written between two backups is not being copied: it would be lost with the server."


@pytest.fixture(autouse=True)
def _not_streaming(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' server may be one that somebody tries a stream on; journeys/test_recovery.py has a real one."""
    monkeypatch.setattr(backups, "is_streaming", lambda: False)


@pytest.fixture
def _streaming(monkeypatch: pytest.MonkeyPatch, _not_streaming: None) -> None:
    monkeypatch.setattr(backups, "is_streaming", lambda: True)


@pytest.fixture(autouse=True)
def _backups_alone() -> Iterator[None]:
    """What else the steward is warned of is in tests/cases/test_roots.py."""
    safety_sources.unregister(find_root_problems)
    yield
    safety_sources.register(find_root_problems)


def test_a_server_without_a_stream_says_so() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_replication_slots WHERE slot_name = %s AND active", [backups.SLOT])
        assert IS_STREAMING() is (cursor.fetchone() == (1,))


def made(**fields: Any) -> Backup:
    return Backup.objects.create(**{"kind": "full", "bytes": 71_400_000, **fields})


def drilled(**fields: Any) -> Drill:
    given = {
        "finished_at": timezone.now(),
        "loss_seconds": 0.2,
        "recovery_seconds": 41,
        "result": "1017 entries verified.",
    }
    return Drill.objects.create(**given | fields)


def ago(**time: int) -> Any:
    return timezone.now() - timedelta(**time)


def warnings(steward: Membership, client_of: ClientOf) -> list[str]:
    return client_of(steward).get(reverse("agencies:backups")).context["problems"]


def test_without_any_the_page_warns_of_everything(steward: Membership, client_of: ClientOf) -> None:
    assert warnings(steward, client_of) == [NEVER, BETWEEN, UNTRIED]


@pytest.mark.usefixtures("_streaming")
def test_when_all_is_well_the_page_says_so_with_figures(steward: Membership, client_of: ClientOf) -> None:
    made()
    drilled()
    answer = client_of(steward).get(reverse("agencies:backups"))
    page = answer.content.decode()
    assert answer.context["problems"] == []
    assert "All is well" in page
    assert "68.1\xa0MB" in page
    assert "in the last second." in page
    assert "under 1 s" in page
    assert "41 seconds" in page
    assert "1017 entries verified." in page


@pytest.mark.usefixtures("_streaming")
def test_each_thing_that_is_wrong_is_said(steward: Membership, client_of: ClientOf) -> None:
    made(started_at=ago(hours=28), finished_at=ago(hours=27))
    made(kind="", bytes=0, problem="No space left on device")
    drilled(started_at=ago(days=36), recovery_seconds=3700)
    drilled(problem="The histories do not verify.", loss_seconds=None, recovery_seconds=None)
    assert warnings(steward, client_of) == [
        "The last backup is more than a day old.",
        "The last try to make a backup failed. No space left on device",
        "For more than a month nobody has tried whether everything can be brought back.",
        "The last try to bring everything back failed. The histories do not verify.",
        "Bringing everything back took longer than the hour that is promised.",
    ]


@pytest.mark.usefixtures("_streaming")
def test_a_failure_that_was_made_good_since_is_no_warning(steward: Membership, client_of: ClientOf) -> None:
    made(kind="", problem="No space left on device", started_at=ago(hours=2))
    made()
    drilled(problem="It failed", started_at=ago(hours=2))
    drilled()
    drilled(finished_at=None)  # goes on just now
    assert warnings(steward, client_of) == []


def test_the_stewards_first_page_counts_the_warnings(steward: Membership, client_of: ClientOf) -> None:
    tiles = client_of(steward).get(reverse("directory:steward")).context["tiles"]
    assert {tile.words: tile.count for tile in tiles}["Warnings about safe keeping"] == 3


def test_the_page_takes_the_same_statements_however_many_there_are(steward: Membership, client_of: ClientOf) -> None:
    client = client_of(steward)
    for _ in range(20):
        made()
        drilled()
    client.get(reverse("agencies:backups"))
    with assert_max_queries(3):
        client.get(reverse("agencies:backups"))


@pytest.mark.parametrize("role", [role for role in Role if role != Role.STEWARD])
def test_nobody_else_may_look(role: Role, client_of: ClientOf) -> None:
    made()
    member = MembershipFactory(role=role)
    assert client_of(member).get(reverse("agencies:backups")).status_code == 403
    assert not Backup.visible_to(member).exists()
    assert not Drill.visible_to(member).exists()


def test_nothing_is_done_on_the_page(steward: Membership, client_of: ClientOf) -> None:
    assert client_of(steward).post(reverse("agencies:backups")).status_code == 405


@pytest.mark.parametrize("wrong", [{"kind": ""}, {"kind": "full", "problem": "It failed"}])
def test_a_backup_went_well_or_has_a_problem(wrong: dict[str, str]) -> None:
    with pytest.raises(IntegrityError, match="backup_has_a_kind_or_a_problem"):
        made(**wrong)


# --- What the commands refuse. What they do: tests/house/test_backups.py, tests/journeys/test_recovery.py


def test_a_backup_that_fails_is_noted_with_its_reason() -> None:
    with pytest.raises(BackupError, match="Set the environment variable BACKUP_FOLDER"):
        make_backup()
    row = Backup.objects.get()
    assert row.problem.startswith("Set the environment variable BACKUP_FOLDER")
    assert row.kind == ""
    with pytest.raises(CommandError, match="BACKUP_FOLDER"):
        call_command("backup", stderr=StringIO())


@pytest.mark.parametrize("words", [[], ["somewhere", "--drill"], ["--drill", "--to", "2026-01-02 03:04"]])
def test_a_restore_needs_one_thing_to_do(words: list[str]) -> None:
    with pytest.raises(CommandError, match="Name a new folder, or say --drill alone"):
        call_command("restore", *words)


@pytest.mark.parametrize("moment", ["yesterday", "2026-13-01 10:00", "9999-01-01 10:00", "14:05", ""])
def test_what_is_no_moment_of_the_past_is_refused(moment: str) -> None:
    with pytest.raises(CommandError, match="invalid parse_moment value"):
        call_command("restore", "somewhere", "--to", moment)


def test_without_backups_nothing_is_restored(settings: Any, tmp_path: Path) -> None:
    settings.BACKUP_FOLDER = str(tmp_path / "backups")
    with pytest.raises(CommandError, match="no backup that was finished by then"):
        call_command("restore", str(tmp_path / "back"), "--to", "2026-01-02 03:04")
    assert list(tmp_path.iterdir()) == []
