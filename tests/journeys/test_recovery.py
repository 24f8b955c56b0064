"""The server is lost while the product works: it comes back as it was at a moment, and as it was at the last.

Promised in docs/backups.md: at most five minutes lost, at most an hour to come back.
"""

import shutil
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from django.utils import timezone

from agencies.models import Author, Backup, Drill
from cases.actions.roots import make_root
from cases.history.record import record_entry
from cases.models import Kind
from config import run
from config.backups import list_backups
from config.database import role_url_name
from config.embedded import EmbeddedServer
from config.roles import DatabaseRole
from tests.cases.test_roots import forge_roots, forge_whole_history
from tests.factories import CaseFactory
from tests.journeys.place import NAME, Place
from tests.journeys.senders import Practice

pytestmark = pytest.mark.faults


def manage(*words: str) -> str:
    line = [sys.executable, "manage.py", *words]
    done = subprocess.run(line, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def send(practice: Practice, count: int) -> set[str]:
    """The keys of referrals that the practice was told are sent."""
    before = set(practice.answered)
    with ThreadPoolExecutor(4) as pool:
        for sent in practice.send_all(pool, count):
            sent.result()
    return set(practice.answered) - before


def start_restored(folder: Path) -> tuple[EmbeddedServer, set[str]]:
    """A server that was brought back, started as one would start it, and the keys of all referrals in it."""
    server = EmbeddedServer(folder)
    server.ensure_running()
    with psycopg.connect(server.database_url(NAME)) as connection:
        return server, {str(key) for (key,) in connection.execute("SELECT key FROM referrals_referral")}


def test_a_lost_server_comes_back_as_it_was_at_a_moment(tmp_path: Path) -> None:
    place, backups = Place(tmp_path / "place", 0), tmp_path / "backups"
    place.patch.setenv("BACKUP_FOLDER", str(backups))
    with psycopg.connect(place.server.database_url(NAME)) as connection:
        connection.execute("CREATE ROLE hereabouts_backup LOGIN REPLICATION")
    copier = place.server.database_url(NAME).replace("postgres@", "hereabouts_backup@", 1)
    place.patch.setenv("BACKUP_DATABASE_URL", copier)
    try:
        with place.here():
            # given a place whose changes are received, and what was written before and after a backup
            stream = run.ManagedProcess("stream", sys.executable, "manage.py", "backup", "--stream")
            place.processes.append(stream)
            practice = Practice(place.start_web())
            practice.open()
            case = CaseFactory()
            record_entry(case=case, kind=Kind.NOTE, by=Author.of(case.lead), text="Before")
            earlier = send(practice, 10)
            place.hold_until(lambda: len(list_backups(backups)) == 1)
            manage("backup")
            earlier |= send(practice, 10)
            record_entry(case=case, kind=Kind.NOTE, by=Author.of(case.lead), text="Before, too")
            kept = tmp_path / "roots.txt"
            kept.write_text(f"{make_root().line}\n")
            moment = timezone.now()
            record_entry(case=case, kind=Kind.NOTE, by=Author.of(case.lead), text="After")
            later = send(practice, 10)
            # and that it was tried
            assert "3 entries verified" in manage("restore", "--drill")
            drill = Drill.objects.get()
            assert (drill.problem, [made.kind for made in Backup.objects.all()]) == ("", ["incremental", "full"])
            assert drill.loss_seconds < 300
            assert drill.recovery_seconds < 3600
            later |= send(practice, 10)
            practice.http.close()
        # when the server is lost with its disk
        time.sleep(1)
        place.kill_database()
        shutil.rmtree(place.server.home / "data")
        # then it comes back as it was at the moment: nothing acknowledged is missing, and nothing of later is there
        said = manage("restore", str(tmp_path / "then"), "--to", moment.isoformat(), "--against", str(kept))
        assert said.startswith("2 entries verified")
        assert "against 1 roots kept outside" in said
        server, keys = start_restored(tmp_path / "then")
        assert keys == earlier
        server.remove()
        # and as it was at the last
        assert manage("restore", str(tmp_path / "last")).startswith("3 entries verified")
        restored, keys = start_restored(tmp_path / "last")
        assert keys == earlier | later
        # when its owner forges an entry in it, and all that was computed from it
        lost, place.server = place.server, restored
        with place.here():
            forge_whole_history(case)
            forge_roots(case)
        for role in DatabaseRole:
            place.patch.setenv(role_url_name(role), place.url_of(role))
        # then it is true in itself, and what was kept outside gives it away
        assert manage("verify_history").startswith("3 entries verified")
        with pytest.raises(AssertionError, match="Root 1: not what was sent out"):
            manage("verify_history", "--against", str(kept))
        restored.remove()
        place.server = lost
    finally:
        place.leave()
