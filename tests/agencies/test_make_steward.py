"""manage.py make_steward: the first account of a fresh place."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from agencies.access import Role
from agencies.models import Agency, AgencyKind, Invitation, Membership, Message


def made(email: str = "helen.marsh@place.example.org") -> str:
    """The link printed, without the host."""
    out = io.StringIO()
    call_command("make_steward", email, "Helen Marsh", stdout=out)
    return "/" + out.getvalue().split()[-1].split("/", 3)[3]


def test_a_fresh_place_gets_its_steward(client: Client) -> None:
    link = made()
    assert Agency.objects.get().kind == AgencyKind.STEWARD
    assert client.get(link).status_code == 200
    client.post(link, {"name": "Helen Marsh", "password": "seven green ladders"})
    member = Membership.objects.get()
    assert (member.role, member.user.email) == (Role.STEWARD, "helen.marsh@place.example.org")


def test_the_link_printed_is_the_one_e_mailed_last() -> None:
    link = made()
    assert link in Message.latest_messages(1)[0].body


def test_a_second_time_renews_the_invitation_in_the_same_agency(client: Client) -> None:
    first, second = made(), made()
    assert Agency.objects.count() == Invitation.objects.count() == 1
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200


def test_a_steward_is_not_invited_again(client: Client) -> None:
    client.post(made(), {"name": "Helen Marsh", "password": "seven green ladders"})
    with pytest.raises(CommandError, match="already"):
        made("HELEN.marsh@place.example.org")


def test_an_address_must_be_one() -> None:
    with pytest.raises(CommandError, match="not an e-mail address"):
        made("helen")
