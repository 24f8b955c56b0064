"""Two web servers, two job workers, PgBouncer in front of the primary, a streaming replica for what the public reads.

Promised in docs/deploying.md, "Growing". Without PgBouncer on this machine the web servers speak to the primary.
"""

import os
import re
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest
from django.conf import settings
from django.test import Client

from agencies.access import Role
from config.embedded import EmbeddedServer
from config.replica import CHECK_SECONDS, COOKIE_NAME, MAX_LAG_SECONDS
from config.roles import DatabaseRole, role_name
from directory.models import Service
from tests.conftest import signed_in_client
from tests.directory.making import listed
from tests.factories import MembershipFactory, ReferralFactory
from tests.journeys.growing import find_pooler, start_pooler, start_replica
from tests.journeys.mail_host import MailHost, mail_host
from tests.journeys.place import NAME, Place, kill
from tests.journeys.senders import Practice
from tests.journeys.test_faults import addressees, assert_each_is_there_once, finished

pytestmark = pytest.mark.faults
AT_ONCE = 60  # referrals
PAGES = 20
READS_PATTERN = re.compile(r'hereabouts_directory_reads_total{database="(\w+)"} ([\d.]+)')
TOKEN = "for-the-figures-of-this-test-alone-0123456789"
READERS_SQL = """
SELECT count(*) FROM pg_stat_activity
WHERE usename = %s AND pg_is_in_recovery() AND state_change > now() - interval '5 s'
"""
REFERRALS_SQL = "SELECT count(*) FROM referrals_referral"


@dataclass
class GrownPlace:
    place: Place
    replica: EmbeddedServer
    host: MailHost
    webs: list[str]

    def count_readers(self) -> int:
        """Connections of the web servers to the replica that have just been asked for something."""
        with psycopg.connect(self.replica.database_url(NAME)) as opened:
            row = opened.execute(READERS_SQL, [role_name(DatabaseRole.WEB)]).fetchone()
        return int(row[0]) if row else 0

    def await_replay(self) -> None:
        """Until the replica has all that the primary has written."""
        with psycopg.connect(self.place.server.database_url(NAME), autocommit=True) as primary:
            row = primary.execute("SELECT pg_current_wal_lsn()::text").fetchone()
        with psycopg.connect(self.replica.database_url(NAME), autocommit=True) as replica:
            until = time.monotonic() + 20
            while True:
                done = replica.execute("SELECT pg_last_wal_replay_lsn() >= %s::pg_lsn", row).fetchone()
                if done and done[0]:
                    return
                assert time.monotonic() < until, "The replica does not follow."
                time.sleep(0.05)


@pytest.fixture
def grown(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[GrownPlace]:
    if request.config.getoption("markexpr").strip() != "faults":
        pytest.skip("with -m faults")
    with ExitStack() as stack:
        host = stack.enter_context(mail_host())
        place = Place(tmp_path / "place", host.port)
        stack.callback(place.leave)
        stack.enter_context(place.here())
        replica = start_replica(place.server, tmp_path / "replica")
        stack.callback(replica.remove)
        place.patch.setenv("METRICS_TOKEN", TOKEN)
        place.patch.setenv("PROMETHEUS_MULTIPROC_DIR", str(tmp_path))
        place.patch.setenv("DATABASE_REPLICA_URL", as_web(replica))
        if find_pooler():
            place.patch.setenv("DATABASE_URL", stack.enter_context(start_pooler(place.server)))
            place.patch.setenv("DATABASE_POOLER", "transaction")
        webs = [place.start_web(), place.start_web()]
        place.start_worker()
        place.start_worker()
        yield GrownPlace(place, replica, host, webs)


def test_a_grown_place_loses_nothing_and_the_public_reads_the_replica(grown: GrownPlace) -> None:
    place = grown.place
    practices = [Practice(address) for address in grown.webs]
    practices[1].people = practices[0].people  # each person once
    for practice in practices:
        practice.open()
    # when a web process of one machine and a worker of the other are killed among many referrals
    with ThreadPoolExecutor(AT_ONCE) as pool:
        sending = [one for practice in practices for one in practice.send_all(pool, AT_ONCE // 2)]
        place.hold_until(lambda: finished(sending) >= AT_ONCE // 6)
        kill(place.processes[0])
        kill(place.processes[3])
        place.hold_until(lambda: finished(sending) == AT_ONCE)
    place.hold_until(lambda: not addressees(sent_at=None))
    # then each is there once
    for practice in practices:
        practice.http.close()
    practices[0].answered |= practices[1].answered
    assert_each_is_there_once(practices[0], grown.host, AT_ONCE)
    assert_public_reads_replica(grown)


def assert_public_reads_replica(grown: GrownPlace) -> None:
    """All of the public's pages, while it is well, and none while it is not."""
    walk = listed("Harbour walking group", day="MO")
    grown.await_replay()
    with httpx.Client(base_url=grown.webs[1], timeout=30) as public:
        for _ in range(PAGES):
            assert walk.name in public.get("/activities/?words=walking").raise_for_status().text
            assert walk.name in public.get(f"/activities/{walk.pk}/").raise_for_status().text
        assert grown.count_readers()
        assert count_reads(public) == {"replica": 2 * PAGES}
        assert_edit_is_seen_at_once(grown, walk, public)
        # and when it is read again and then gone, nobody notices
        page, until = f"/activities/{walk.pk}/", time.monotonic() + 20
        before = count_reads(public)["replica"]
        while count_reads(public)["replica"] < before + PAGES:
            assert time.monotonic() < until, "The replica is not read again."
            public.get(page).raise_for_status()
        pid = grown.replica.pid()
        assert pid
        os.kill(pid, signal.SIGKILL)
        for _ in range(PAGES):
            assert "Harbour strolling group" in public.get(page).raise_for_status().text


def count_reads(public: httpx.Client) -> dict[str, float]:
    """How many public pages were read from each database, by the web servers together."""
    figures = public.get("/health/metrics", headers={"Authorization": f"Bearer {TOKEN}"}).text
    return {where: float(n) for where, n in READS_PATTERN.findall(figures)}


def assert_edit_is_seen_at_once(grown: GrownPlace, walk: Service, public: httpx.Client) -> None:
    """By whoever is signed in and whoever has just sent something, while the replica stands still."""
    provider = MembershipFactory(role=Role.PROVIDER, agency=walk.agency)
    session = signed_in_client(Client(), provider).cookies[settings.SESSION_COOKIE_NAME].value
    grown.await_replay()
    with psycopg.connect(grown.replica.database_url(NAME), autocommit=True) as replica:
        replica.execute("SELECT pg_wal_replay_pause()")
        Service.objects.filter(pk=walk.pk).update(name="Harbour strolling group")
        page = f"/activities/{walk.pk}/"
        assert "Harbour walking group" in public.get(page).text  # a stranger, within MAX_LAG_SECONDS
        for cookies in ({settings.SESSION_COOKIE_NAME: session}, {COOKIE_NAME: "1"}):
            with httpx.Client(base_url=grown.webs[1], cookies=cookies) as own:
                assert "Harbour strolling group" in own.get(page).text
        until = time.monotonic() + MAX_LAG_SECONDS + CHECK_SECONDS + 5
        while "Harbour strolling group" not in public.get(page).text:  # it is too far behind now
            assert time.monotonic() < until, "A replica that stands still is read for ever."
            time.sleep(0.5)
        replica.execute("SELECT pg_wal_replay_resume()")


def test_row_level_security_holds_on_the_replica(tmp_path: Path) -> None:
    place = Place(tmp_path / "place", 0)
    try:
        with place.here():
            referral = ReferralFactory()
            replica = start_replica(place.server, tmp_path / "replica")
            with psycopg.connect(as_web(replica)) as web:
                assert web.execute(REFERRALS_SQL).fetchone() == (0,)
                web.execute("SELECT set_config('app.receives', %s, true)", [str(referral.to_agency_id)])
                assert web.execute(REFERRALS_SQL).fetchone() == (1,)
                web.commit()
                assert web.execute(REFERRALS_SQL).fetchone() == (0,)
                with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
                    web.execute("INSERT INTO directory_figure DEFAULT VALUES")
            replica.remove()
    finally:
        place.leave()


def as_web(server: EmbeddedServer) -> str:
    return server.database_url(NAME).replace("postgres@", f"{role_name(DatabaseRole.WEB)}@", 1)
