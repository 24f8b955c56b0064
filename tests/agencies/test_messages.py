"""Messages leave once for each key, in the transaction of the deed, and come back after failures."""

import smtplib
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.core.mail import BadHeaderError
from django.core.mail.backends.locmem import EmailBackend
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from agencies import messages
from agencies.jobs import RETRY_DELAYS_SECONDS
from agencies.models import Message
from tests.factories import AgencyFactory, UserFactory
from tests.jobs import run_jobs


def send(key: str = "welcome:1", **fields: Any) -> Message:
    values: dict[str, Any] = {
        "to": "joan@group.example.org",
        "subject": "A referral for you",
        "template": "email/recovery_codes_generated.txt",
        "context": {"timestamp": None, "ip": "192.0.2.1"},
    }
    return messages.queue_message(key=key, **values | fields)


def test_an_email_is_written_queued_and_delivered() -> None:
    message = send()
    assert message.sent_at is None
    assert run_jobs() == ["deliver_message"]
    message.refresh_from_db()
    assert message.sent_at
    assert [m.to for m in mail.outbox] == [["joan@group.example.org"]]


def test_the_same_key_is_one_message_however_often_it_is_sent() -> None:
    first, second = send(), send(subject="Another")
    assert first == second
    run_jobs()
    send()
    run_jobs()
    assert len(mail.outbox) == 1


def test_a_deed_that_is_rolled_back_takes_its_message_with_it() -> None:
    with transaction.atomic():
        send()
        transaction.set_rollback(True)
    assert not Message.objects.exists()
    assert not ProcrastinateJob.objects.exists()


def test_plain_text_is_not_escaped(settings: Any) -> None:
    settings.PLACE = settings.PLACE | {"area": "Adur & Worthing"}
    assert "Adur & Worthing" in send().body


def test_a_letter_and_a_call_script_stay_here() -> None:
    send(channel="letter", to="Joan Whitcombe, 1 High Street")
    assert run_jobs() == []
    assert mail.outbox == []


@pytest.mark.parametrize("field", ["to", "subject"])
@pytest.mark.parametrize("smuggled", ["\nBcc: eve@bad.example.org", "\r\nX: y", "\0"])
def test_point_08_header_injection_is_refused(field: str, smuggled: str) -> None:
    with pytest.raises(BadHeaderError):
        send(**{field: f"joan@group.example.org{smuggled}"})
    assert not Message.objects.exists()


class Failing(EmailBackend):
    """A mail server that answers with `error` a number of times, then works."""

    error: Exception = smtplib.SMTPServerDisconnected("connection lost")
    times = 1

    def send_messages(self, email_messages: Any) -> int:
        if type(self).times > 0:
            type(self).times -= 1
            raise type(self).error
        return super().send_messages(email_messages)


@pytest.fixture
def failing(settings: Any, monkeypatch: pytest.MonkeyPatch) -> type[Failing]:
    settings.EMAIL_BACKEND = "tests.agencies.test_messages.Failing"
    monkeypatch.setattr(Failing, "times", 1)
    monkeypatch.setattr(Failing, "error", smtplib.SMTPServerDisconnected("connection lost"))
    return Failing


def due_now() -> None:
    """As if the pause before the next try were over."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'")


def test_a_failure_is_kept_and_tried_again(failing: type[Failing]) -> None:
    message = send()
    run_jobs()
    message.refresh_from_db()
    assert (message.sent_at, message.sending_at, message.failed) == (None, None, "connection lost")
    assert message.given_up_at is None
    assert run_jobs() == []  # not before the pause is over
    due_now()
    run_jobs()
    message.refresh_from_db()
    assert message.sent_at
    assert message.failed == ""
    assert len(mail.outbox) == 1


def test_after_the_last_try_it_is_given_up_and_says_so(failing: type[Failing], caplog: Any) -> None:
    failing.times = 99
    message = send()
    for _ in range(len(RETRY_DELAYS_SECONDS) + 3):
        due_now()
        run_jobs()
    message.refresh_from_db()
    assert failing.times == 99 - len(RETRY_DELAYS_SECONDS) - 1
    assert message.given_up_at
    assert "given up" in caplog.text
    assert "joan" not in caplog.text


def test_an_address_refused_for_good_is_not_tried_again(failing: type[Failing]) -> None:
    failing.error = smtplib.SMTPRecipientsRefused({"joan@group.example.org": (550, b"no such mailbox")})
    failing.times = 99
    message = send()
    run_jobs()
    message.refresh_from_db()
    assert message.given_up_at
    due_now()
    assert run_jobs() == []


def test_each_try_carries_the_same_message_id() -> None:
    # given a worker that died after the mail server had taken it and before that was noted
    message = send()
    run_jobs()
    Message.objects.update(sent_at=None)
    # when its job comes back
    from agencies.jobs import send_email

    message.refresh_from_db()
    send_email(message)
    # then both copies are recognised as one
    ids = {m.message()["Message-ID"] for m in mail.outbox}
    assert len(mail.outbox) == 2
    assert ids == {message.message_id}


def test_a_message_that_has_left_is_not_sent_by_a_job_that_comes_back() -> None:
    message = send()
    run_jobs()
    from agencies.jobs import send_email

    message.refresh_from_db()
    send_email(message)
    assert len(mail.outbox) == 1


def test_production_blanks_what_has_left(settings: Any) -> None:
    settings.KEEP_SENT_MESSAGES = False
    message = send()
    assert message.body
    run_jobs()
    message.refresh_from_db()
    assert message.body == ""
    assert mail.outbox[0].body


@pytest.mark.parametrize(
    ("name", "to", "hello"),
    [
        ("Priya Shah", "priya@work.example.org", "Hello Priya"),
        ("Dr Amara Okafor", "PRIYA@work.example.org", "Hello Amara"),
        ("Sister Jo Maddox", "priya@work.example.org", "Hello Jo"),
        ("Mrs Whitfield", "priya@work.example.org", "Hello Mrs Whitfield"),
        ("Priya Shah", "Walks@group.example.org", "Hello Green Gym"),
        ("Priya Shah", "gone@group.example.org", "Hello"),
        ("Priya Shah", "both@group.example.org", "Hello"),
        ("Priya Shah", "reader@home.example.org", "Hello"),
    ],
)
def test_a_mail_greets_by_name_whoever_has_an_account_or_is_an_agency(name: str, to: str, hello: str) -> None:
    UserFactory(name=name, email="priya@work.example.org")
    AgencyFactory(name="Green Gym", email="walks@group.example.org")
    AgencyFactory(email="gone@group.example.org", left_at=timezone.now())
    AgencyFactory.create_batch(2, email="both@group.example.org")
    about = {"agency": AgencyFactory(), "link": "https://hereabouts.example.org/"}
    sent = messages.queue_message(key="x", to=to, subject="News", template="email/unattended.txt", context=about)
    assert sent.body.splitlines()[0] == hello


def test_nobody_who_has_gone_is_greeted() -> None:
    UserFactory(name="Priya Shah", email="priya@work.example.org", is_active=False)
    about = {"agency": AgencyFactory(), "link": "https://hereabouts.example.org/"}
    sent = messages.queue_message(
        key="x", to="priya@work.example.org", subject="N", template="email/unattended.txt", context=about
    )
    assert sent.body.splitlines()[0] == "Hello"


def test_what_goes_to_residents_says_no_name() -> None:
    """An address can be mistyped. All others greet whoever reads, and every e-mail is signed by the place."""
    UserFactory(name="Priya Shah", email="priya@work.example.org")
    about = {"agency": AgencyFactory(), "link": "https://hereabouts.example.org/", "hello": "Hello"}
    sent = send(to="priya@work.example.org", template="email/unattended.txt", context=about)
    lines = sent.body.splitlines()
    assert (lines[0], lines[1], lines[-2]) == ("Hello", "", "")
    assert lines[-1] == f"{settings.PLACE['name']} for {settings.PLACE['area']}, {settings.PLACE['phone']}"
    for path in (settings.BASE_DIR / "templates" / "email").glob("*.txt"):
        assert not path.read_text().startswith("Hello"), path.name
