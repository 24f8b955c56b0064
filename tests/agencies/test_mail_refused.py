"""A mail server that refuses, for an hour or somebody: what can be delivered is, once, and the rest is told of."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from agencies.models import Message
from tests.agencies.test_messages import send
from tests.jobs import run_jobs
from tests.journeys.mail_host import MailHost, mail_host

HOUR = 3600  # seconds


@pytest.fixture
def host(settings: Any) -> Iterator[MailHost]:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    with mail_host() as listening:
        settings.EMAIL_PORT = listening.port
        yield listening


def pass_time() -> float:
    """Let the next job become due; the seconds that this takes."""
    times = ProcrastinateJob.objects.filter(status="todo").values_list("scheduled_at", flat=True)
    waits = [(due - timezone.now()).total_seconds() if due else 0.0 for due in times]
    passed = max(min(waits, default=0.0), 0.0)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET scheduled_at = scheduled_at - %s WHERE status = 'todo'",
            [timedelta(seconds=passed + 1)],
        )
    return passed


def test_all_is_delivered_once_soon_after_an_hour_of_refusing(host: MailHost) -> None:
    # given ten messages, and a mail server that says for an hour that it is busy
    sent = [send(key=f"message {n}", to=f"reader{n}@group.example.org") for n in range(10)]
    host.answers = lambda address: "451 4.3.2 Busy, try again later"
    clock, tries = 0.0, 0
    while Message.objects.filter(sent_at=None).exists():
        if clock >= HOUR:
            host.answers = lambda address: "250 Yes"
        tries += len(run_jobs())
        clock += pass_time()
        assert clock < 10 * HOUR
    # then each has left, once, and within half an hour after it
    assert sorted(taken["To"] for taken in host.taken) == sorted(message.to for message in sent)
    assert clock < 1.5 * HOUR
    assert tries == 10 * 6  # at once, and after each of five pauses
    assert not Message.objects.exclude(given_up_at=None).exists()


def test_each_reader_gets_what_the_server_says_of_that_reader(host: MailHost) -> None:
    # given one that is to come again (greylisting), one that there is not, and one in between
    said = {"later@group.example.org": "450 4.2.1 Come again", "nobody@group.example.org": "550 5.1.1 No such mailbox"}
    host.answers = lambda address: said.get(address, "250 Yes")
    for name in ("later", "nobody", "joan"):
        send(key=name, to=f"{name}@group.example.org")
    run_jobs()
    # then nobody waits for another
    assert [taken["To"] for taken in host.taken] == ["joan@group.example.org"]
    assert Message.objects.get(key="nobody").given_up_at
    assert not Message.objects.get(key="later").given_up_at
    # and the first gets it the next time, the second is left in peace
    said.pop("later@group.example.org")
    pass_time()
    run_jobs()
    assert [taken["To"] for taken in host.taken] == ["joan@group.example.org", "later@group.example.org"]
    pass_time()
    assert run_jobs() == []


@pytest.mark.parametrize("answer", ["421 4.3.2 Closing", "452 4.2.2 Mailbox full"])
def test_other_words_for_later_are_later_too(host: MailHost, answer: str) -> None:
    host.answers = lambda address: answer
    message = send()
    run_jobs()
    message.refresh_from_db()
    assert (message.sent_at, message.given_up_at) == (None, None)
    host.answers = lambda address: "250 Yes"
    pass_time()
    run_jobs()
    assert len(host.taken) == 1
