"""Whom to tell of a hole in the security: `/.well-known/security.txt`, as RFC 9116 has it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from agencies.models import Membership

URL = "/.well-known/security.txt"


def fields_of(client: Client) -> dict[str, str]:
    """The fields of the file; each stands in it once."""
    answer = client.get(URL)
    assert answer.status_code == 200
    lines = answer.content.decode().splitlines()
    fields = dict(line.split(": ", 1) for line in lines)
    assert len(fields) == len(lines)
    return fields


def test_anyone_learns_whom_to_tell(client: Client) -> None:
    fields = fields_of(client)
    assert set(fields) == {"Contact", "Expires", "Preferred-Languages", "Canonical"}
    assert fields["Contact"] == "mailto:security@hereabouts.example.org"
    assert fields["Preferred-Languages"] == "en"
    assert fields["Canonical"] == f"http://127.0.0.1:8000{URL}"


def test_it_is_plain_text_in_utf_8(client: Client) -> None:
    assert client.get(URL)["Content-Type"] == "text/plain; charset=utf-8"


def test_signed_in_one_reads_the_same(client: Client, client_of: Callable[..., Client], gp: Membership) -> None:
    assert fields_of(client_of(gp)) == fields_of(client)


def test_there_is_nothing_to_send(client: Client) -> None:
    assert client.post(URL).status_code == 405


@pytest.mark.parametrize("now", ["2026-11-28 00:00", "2027-02-28 23:59:59", "2028-02-29 12:00"])
def test_it_has_never_expired_and_does_so_within_a_year(client: Client, now: str) -> None:
    with time_machine.travel(f"{now}+00:00", tick=False):
        expires = datetime.strptime(fields_of(client)["Expires"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        assert timedelta(days=30) < expires - datetime.now(UTC) < timedelta(days=365)


def test_a_page_of_ones_own_is_named_as_it_is(client: Client, settings: Any) -> None:
    settings.PLACE = settings.PLACE | {"security_contact": "https://council.example.org/security"}
    assert fields_of(client)["Contact"] == "https://council.example.org/security"
