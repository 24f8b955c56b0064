"""The front page."""

from typing import Any

from django.test import Client

from agencies.models import Membership
from tests.directory.making import need


def test_it_asks_what_where_and_when(client: Client) -> None:
    html = client.get("/").content.decode()
    for name in ("words", "near", "day"):
        assert f'name="{name}"' in html
    assert 'action="/activities/"' in html


def test_needs_lead_to_what_helps(client: Client) -> None:
    need(code="dog-walks", name="Walking the dog")
    assert 'href="/activities/?need=dog-walks">Walking the dog</a>' in client.get("/").content.decode()


def test_every_link_on_it_leads_somewhere(client: Client) -> None:
    import re

    for address in set(re.findall(r'href="(/[^"#]*)"', client.get("/").content.decode())):
        if not address.startswith("/static/"):
            assert client.get(address).status_code in (200, 302), address


def test_members_are_told_who_they_work_for(client_of: Any, gp: Membership) -> None:
    assert gp.agency.name in client_of(gp).get("/").content.decode()


def test_the_wrong_verb_changes_nothing(client: Client) -> None:
    assert client.post("/").status_code == 405
