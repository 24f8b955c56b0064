"""A place of real people cannot be thrown away, nor its e-mails lost, by a command run with the wrong settings."""

import io
import os
import subprocess
import sys
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import override_settings
from procrastinate.contrib.django.models import ProcrastinateJob

from agencies.messages import queue_message
from agencies.models import Agency, Message
from config.database import MADE_UP, is_made_up
from demo.management.commands import demo, procrastinate
from tests.factories import AgencyFactory, MembershipFactory
from tests.jobs import run_jobs


@pytest.fixture(autouse=True)
def _unmarked() -> None:
    """Another test may have made up a whole demo place in the tests' own database."""
    with connection.cursor() as cursor:
        cursor.execute("COMMENT ON SCHEMA public IS NULL")


def mark() -> None:
    with connection.cursor() as cursor:
        cursor.execute("COMMENT ON SCHEMA public IS 'made up by manage.py demo'")


def manage(command: list[str], said_again: str | None, **more: str) -> subprocess.CompletedProcess[str]:
    given = {"PATH": os.environ["PATH"], "DATABASE_URL": "postgresql://ann:secret@127.0.0.1:1/place"}
    given |= ({} if said_again is None else {"DEVELOPMENT_DATABASE": said_again}) | more
    line = [sys.executable, "manage.py", *command]
    return subprocess.run(line, env=given, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("said_again", [None, "", "other", "1"])
@pytest.mark.parametrize("command", [["demo", "--reset"], ["procrastinate", "worker"], ["migrate"]])
def test_development_refuses_a_database_unless_told_twice(said_again: str | None, command: list[str]) -> None:
    answer = manage(command, said_again)
    assert answer.returncode != 0
    assert "DATABASE_URL names the database “place”" in answer.stderr
    assert "secret" not in answer.stderr


def test_told_twice_it_is_taken() -> None:
    assert manage(["check"], "place").returncode == 0


@pytest.mark.parametrize(
    ("variable", "url", "refusal"),
    [
        ("DATABASE_OWNER_URL", "postgresql://ann:secret@127.0.0.1:1/real", "DATABASE_OWNER_URL name different"),
        ("DATABASE_JOBS_URL", "postgresql://ann:secret@db.example.org:1/place", "DATABASE_JOBS_URL name different"),
        ("DATABASE_OPS_URL", "postgresql://ann:secret@127.0.0.1/place", "DATABASE_OPS_URL name different"),
        ("DATABASE_URL", "postgresql://ann:secret@127.0.0.1:1/place?dbname=real", "names the database “real”"),
        ("DATABASE_OWNER_URL", "postgresql://bob:secret@127.0.0.1:1/place", ""),
    ],
)
def test_told_twice_no_other_database_is_taken(variable: str, url: str, refusal: str) -> None:
    answer = manage(["check"], "place", **{variable: url})
    assert (answer.returncode != 0) is bool(refusal)
    assert refusal in answer.stderr
    assert "secret" not in answer.stderr


def test_the_demo_throws_away_only_what_it_made() -> None:
    AgencyFactory()
    with override_settings(DEMO=True), pytest.raises(CommandError, match="nothing is thrown away"):
        call_command("demo", reset=True)
    assert Agency.objects.exists()
    mark()
    demo.Command().refuse_unless_made_up()


def test_the_mark_is_the_demos() -> None:
    assert not is_made_up()
    demo.Command().mark_as_made_up()
    assert is_made_up()
    assert MADE_UP == "made up by manage.py demo"


@pytest.mark.parametrize("email", ["priya@demo.example.org", "priya@council.example.org"])
def test_a_demo_of_an_earlier_release_is_known_by_its_people(email: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "server", None, raising=False)
    MembershipFactory(user__email=email)
    with override_settings(DEMO=True):
        call_command("demo", if_empty=True, stdout=io.StringIO())
    assert is_made_up() is email.endswith("@demo.example.org")


def test_no_worker_starts_for_a_real_place() -> None:
    AgencyFactory()
    with pytest.raises(CommandError, match="settings send no e-mail"):
        procrastinate.Command().handle(command="worker")


@pytest.mark.parametrize("made_up", [True, False])
def test_a_worker_of_development_marks_no_real_message_as_sent(made_up: bool, mailoutbox: list[Any]) -> None:
    if made_up:
        mark()
    words = {"timestamp": None, "ip": "192.0.2.1"}
    queue_message(
        key="a", to="a@b.example.org", subject="S", template="email/recovery_codes_generated.txt", context=words
    )
    with override_settings(DEMO=True):
        run_jobs()
    message = Message.objects.get()
    assert bool(message.sent_at) is made_up
    assert bool(mailoutbox) is made_up
    assert message.given_up_at is None
    assert ProcrastinateJob.objects.get().status == ("succeeded" if made_up else "todo")
