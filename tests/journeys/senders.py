"""A practice that sends many referrals at once over HTTP, and each again until it is told that it is sent."""

import datetime
import itertools
import random
import time
import uuid
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import httpx
from django.conf import settings
from django.test import Client

from agencies.models import AgencyKind
from tests.conftest import signed_in_client
from tests.factories import AgencyFactory, MembershipFactory
from tests.referrals.posted import DANGER, REFER, form

SENT = DANGER.replace("danger", "sent")
NAMES = [
    "Ada",
    "Bertram",
    "Cecily",
    "Dougal",
    "Euan",
    "Florence",
    "Gwilym",
    "Harriet",
    "Idris",
    "Jocelyn",
    "Kenneth",
    "Lowri",
    "Mungo",
    "Nerys",
    "Oswald",
    "Prudence",
    "Quentin",
    "Rhiannon",
    "Selwyn",
    "Tabitha",
]
PATIENCE = 120  # seconds for one referral


class Practice:
    """`answered`: key → (id of the referral it was told of, when it asked, when it was told; monotonic seconds)."""

    def __init__(self, address: str) -> None:
        gp = MembershipFactory()
        gp.agency.refers_to = AgencyFactory(kind=AgencyKind.CONNECTORS)
        gp.agency.save()
        name = settings.SESSION_COOKIE_NAME
        self.http = httpx.Client(
            base_url=address,
            cookies={name: signed_in_client(Client(), gp).cookies[name].value},
            limits=httpx.Limits(max_connections=None),
            timeout=60,
        )
        self.form = form(nhs_number="")
        self.answered: dict[str, tuple[str, float, float]] = {}
        self.refused = 0
        self.people = itertools.count()

    def open(self) -> None:
        """Read the form, once the web server answers: with it comes the CSRF token."""
        until = time.monotonic() + 60
        while True:
            try:
                self.http.get(REFER).raise_for_status()
                break
            except httpx.TransportError:
                assert time.monotonic() < until, "The web server does not answer."
                time.sleep(0.1)
        self.form["csrfmiddlewaretoken"] = self.http.cookies[settings.CSRF_COOKIE_NAME]

    def send_all(self, pool: ThreadPoolExecutor, count: int) -> list[Future[None]]:
        """Send `count` referrals of different people, all at once."""
        return [pool.submit(self.send, self.somebody(next(self.people))) for _ in range(count)]

    def somebody(self, n: int) -> dict[str, Any]:
        """One of 8,000 people, each with a name of their own."""
        born = datetime.date(1930, 1, 1) + datetime.timedelta(days=n % 400 * 61)
        day, month, year = born.day, born.month, born.year
        date = {"date_of_birth_day": day, "date_of_birth_month": month, "date_of_birth_year": year}
        name = f"{NAMES[n % 20]} {NAMES[n // 400 % 20]} {NAMES[n // 20 % 20]}son"
        return self.form | date | {"key": str(uuid.uuid4()), "person_name": name}

    def send(self, posted: dict[str, Any]) -> None:
        """Post it; after an error post the same form again. Any other answer than "sent" or an error is wrong."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            asked = time.monotonic()
            try:
                answer = self.http.post(REFER, data=posted)
            except httpx.TransportError:
                answer = httpx.Response(503)
            if answer.status_code == 302:
                told = answer.headers["Location"]
                assert told.startswith(SENT), f"Neither sent nor refused: {told}"
                self.answered[posted["key"]] = (told.removeprefix(SENT).strip("/"), asked, time.monotonic())
                return
            problem = answer.text.partition("There is a problem")[2][:500]
            assert answer.status_code >= 500, f"Neither sent nor refused: {answer.status_code} {problem}"
            self.refused += 1
            time.sleep(random.uniform(0.1, 0.4))
        raise AssertionError("It was never sent.")

    def recovered(self, since: float) -> float:
        """Seconds from `since` until a referral was sent that was asked for after it."""
        return min(told for _, asked, told in self.answered.values() if asked > since) - since
