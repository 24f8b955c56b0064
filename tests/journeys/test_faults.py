"""Processes are killed with -9 while the product works: nothing that was promised is lost, nothing happens twice.

Two or three kills in a short run; 20 when only these tests are asked for: make test PYTEST="-m faults".
"""

import logging
import os
import random
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from agencies import messages
from agencies.models import Message
from config import run
from config.embedded import EmbeddedServer
from referrals.models import Move, Referral
from tests.journeys.mail_host import ANSWERED, GREETING, TAKEN, MailHost, mail_host
from tests.journeys.place import Place, kill
from tests.journeys.senders import Practice

logger = logging.getLogger(__name__)
pytestmark = pytest.mark.faults

FULL = 20
ANY = "any"
AT_ONCE = 200  # referrals
WEB_STRIKES = 3
SMALL_DISK = "300m"
RECOVERY = 30  # seconds, on a machine that is busy with other tests; 10 on a quiet one (shared/performance.md)


@pytest.fixture
def asked(request: pytest.FixtureRequest) -> bool:
    """Whether pytest was asked for these tests: -m faults."""
    return bool(request.config.getoption("markexpr").strip() == "faults")


@pytest.fixture
def kills(asked: bool) -> Callable[[int], int]:
    """kills(3): how often to kill; 3 times, or FULL times when pytest was asked for these tests."""
    return lambda short: FULL if asked else short


@pytest.fixture
def host() -> Iterator[MailHost]:
    with mail_host() as listening:
        yield listening


@pytest.fixture
def place(tmp_path: Path, host: MailHost) -> Iterator[Place]:
    ours = Place(tmp_path / "place", host.port)
    with ours.here():
        yield ours
    ours.leave()


# --- The worker -------------------------------------------------------------------------------------


def send(n: int) -> Message:
    return messages.queue_message(
        key=f"message {n}",
        to=f"reader{n}@group.example.org",
        subject=f"Message {n}",
        template="email/recovery_codes_generated.txt",
        context={"timestamp": None, "ip": "192.0.2.1"},
    )


def kill_at(moment: str, host: MailHost, worker: run.ManagedProcess) -> threading.Event:
    """Kill the worker when a conversation with the mail server stands there; the event says that it is done."""
    done = threading.Event()

    def strike(now: str) -> None:
        if done.is_set() or moment not in (now, ANY):
            return
        if moment in (ANSWERED, ANY):
            time.sleep(random.uniform(0, 0.02))  # seconds: around the time in which the answer is noted
        kill(worker)
        done.set()

    host.at = strike
    return done


def test_each_message_arrives_though_workers_are_killed_and_none_twice_that_was_noted(
    place: Place, host: MailHost, kills: Callable[[int], int]
) -> None:
    """Promised in agencies/messages.py: at least once; twice only what was handed over and not noted yet."""
    in_flight: Counter[str] = Counter()
    noted_before: list[tuple[set[str], int]] = []
    for n in range(kills(3)):
        # given a worker and messages that deeds have left
        worker = place.start_worker()
        struck = kill_at((TAKEN, GREETING, ANSWERED, ANY)[n % 4], host, worker)
        for m in range(5):
            send(n * 5 + m)
        # when the worker is killed at a bad moment
        assert struck.wait(60)
        place.processes.remove(worker)
        noted_before.append((addressees(sent_at__isnull=False), len(host.taken)))
        in_flight.update(addressees(sent_at=None, sending_at__isnull=False))
    # then each message arrives once another is there
    host.at = lambda moment: None
    place.start_worker()
    place.hold_until(lambda: not addressees(sent_at=None))
    # and a second time only what had been handed over and not noted, as the same message
    arrived = [taken["To"] for taken in host.taken]
    copies = Counter(arrived)
    assert all(1 <= copies[to] <= 1 + in_flight[to] for to in addressees())
    assert not any(noted & set(arrived[then:]) for noted, then in noted_before)
    assert {(taken["To"], taken["Message-ID"]) for taken in host.taken} == {
        (message.to, message.message_id) for message in Message.objects.all()
    }
    assert len(arrived) > len(copies), "No kill fell between the mail server's taking and our noting."


def addressees(**where: Any) -> set[str]:
    """Whom the messages in that state go to: each goes to somebody else."""
    return set(Message.objects.filter(**where).values_list("to", flat=True))


# --- The database -----------------------------------------------------------------------------------


@pytest.fixture
def practice(place: Place) -> Iterator[Practice]:
    address = place.start_web()
    place.start_worker()
    ours = Practice(address)
    with ours.http:
        ours.open()
        yield ours


def kill_among(practice: Practice, place: Place) -> float:
    """Kill the database while AT_ONCE referrals are being sent, and wait until all of them, and their messages, are.

    Returns the seconds until one was sent again.
    """
    with ThreadPoolExecutor(AT_ONCE) as pool:
        sending = practice.send_all(pool, AT_ONCE)
        some = random.randint(AT_ONCE // 10, AT_ONCE * 2 // 3)
        place.hold_until(lambda: finished(sending) >= some)
        killed = time.monotonic()
        place.kill_database()
        place.hold_until(lambda: finished(sending) == AT_ONCE)
    connection.close()  # our own from before
    place.hold_until(lambda: not addressees(sent_at=None))
    recovered = practice.recovered(since=killed)
    logger.info("Sent again %.1f s after the kill; %d posts refused so far", recovered, practice.refused)
    return recovered


def finished(sending: list[Future[None]]) -> int:
    """How many are sent. Raises what went wrong."""
    return sum(one.result() is None for one in sending if one.done())


def assert_each_is_there_once(practice: Practice, host: MailHost, count: int) -> None:
    """Each referral, under the name it was answered by, with its move and its message; and the team has heard of it."""
    told = {key: pk for key, (pk, _, _) in practice.answered.items()}
    assert {str(key): str(pk) for key, pk in Referral.objects.values_list("key", "pk")} == told
    assert len(set(Referral.objects.values_list("person_name", flat=True))) == len(told) == count
    assert sorted(Move.objects.values_list("referral__key", flat=True)) == sorted(map(UUID, told))
    assert sorted(key.split()[-1] for key in Message.objects.values_list("key", flat=True)) == sorted(told.values())
    assert {m["Message-ID"] for m in host.taken} == {m.message_id for m in Message.objects.all()}


def test_each_referral_answered_sent_is_there_once_though_postgresql_is_killed(
    place: Place, practice: Practice, host: MailHost, kills: Callable[[int], int]
) -> None:
    # when the database is killed among many referrals, then work goes on soon, and each is there
    recovered = [kill_among(practice, place) for _ in range(kills(1))]
    assert_each_is_there_once(practice, host, AT_ONCE * len(recovered))
    assert max(recovered) < RECOVERY


# --- The web server -----------------------------------------------------------------------------------


def kill_one_worker(web: run.ManagedProcess) -> None:
    """kill -9 of one of granian's two workers; it starts another."""
    pid = web.process.pid
    workers = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    os.kill(int(random.choice(workers)), signal.SIGKILL)


def stop_web(web: run.ManagedProcess) -> None:
    """SIGTERM, as systemd and container platforms send it; Place.hold_until starts it again as they do."""
    web.stop()


@pytest.mark.parametrize("strike", [kill_one_worker, stop_web])
def test_each_referral_answered_sent_is_there_once_though_the_web_server_is_struck(
    strike: Callable[[run.ManagedProcess], None],
    place: Place,
    practice: Practice,
    host: MailHost,
    asked: bool,
) -> None:
    if not asked:
        pytest.skip("with -m faults")
    for _ in range(WEB_STRIKES):
        with ThreadPoolExecutor(AT_ONCE) as pool:
            sending = practice.send_all(pool, AT_ONCE)
            some = random.randint(AT_ONCE // 10, AT_ONCE * 2 // 3)
            place.hold_until(lambda sending=sending, some=some: finished(sending) >= some)
            struck = time.monotonic()
            strike(place.processes[0])
            place.hold_until(lambda sending=sending: finished(sending) == AT_ONCE)
        logger.info("All sent %.1f s after; %d refused so far", time.monotonic() - struck, practice.refused)
    place.hold_until(lambda: not addressees(sent_at=None))
    assert_each_is_there_once(practice, host, AT_ONCE * WEB_STRIKES)


# --- A full disk --------------------------------------------------------------------------------------


@pytest.fixture
def small_place(tmp_path: Path, host: MailHost, asked: bool) -> Iterator[Place]:
    """A place whose database has a disk of its own of SMALL_DISK, in memory: only root may make one."""
    if not asked:
        pytest.skip("with -m faults")
    server = EmbeddedServer(tmp_path / "place")
    owner = f"uid={server.owner.pw_uid},gid={server.owner.pw_gid},mode=700"
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK},{owner}", "tmpfs", server.home], check=False
    )
    if made.returncode:
        pytest.skip("No disk can be mounted here.")
    ours = Place(tmp_path / "place", host.port)
    with ours.here():
        yield ours
    subprocess.run(["umount", "--lazy", server.home], check=True)
    ours.leave()


def fill(file: Path) -> None:
    """Write until there is no room."""
    with file.open("wb") as ballast, suppress(OSError):
        while True:
            ballast.write(bytes(1 << 20))
            ballast.flush()


def test_a_full_disk_loses_nothing_and_work_goes_on_when_there_is_room(small_place: Place, host: MailHost) -> None:
    place, ballast = small_place, small_place.server.home / "ballast"
    practice = Practice(place.start_web())
    place.start_worker()
    with practice.http, ThreadPoolExecutor(AT_ONCE) as pool:
        practice.open()
        # when the disk is full while referrals are being sent
        sending = practice.send_all(pool, AT_ONCE)
        place.hold_until(lambda: finished(sending) >= AT_ONCE // 20)
        fill(ballast)
        place.hold_until(lambda: practice.refused > 0)
        sent, refused_at = finished(sending), time.monotonic()
        # then what comes is refused, and when there is room again all is sent
        time.sleep(3)
        ballast.unlink()
        place.hold_until(lambda: finished(sending) == AT_ONCE)
        logger.info("Sent %d when it was full; all %.1f s later", sent, time.monotonic() - refused_at)
    connection.close()
    place.hold_until(lambda: not addressees(sent_at=None))
    assert_each_is_there_once(practice, host, AT_ONCE)
