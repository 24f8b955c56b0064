"""/accounts/invitation/<token>/: joining by the e-mailed link."""

import uuid
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from agencies.access import Role
from agencies.actions.invitation import (
    InvitationNotOpen,
    accept_invitation,
    accept_with_new_account,
    invite_member,
    send_invitation_link,
)
from agencies.models import Invitation, Membership, User
from tests.conftest import signed_in_client
from tests.factories import MembershipFactory, UserFactory

NEW = {"name": "Nadia Rahman", "password": "seven green ladders"}


@pytest.fixture
def invitation(gp: Membership) -> Invitation:
    return invite_member(
        key=uuid.uuid4(),
        agency=gp.agency,
        email="Nadia.Rahman@work.example.org",
        name="Nadia Rahman",
        role=Role.REFERRER,
        manages_team=False,
        by=gp,
    )


@pytest.fixture
def link(invitation: Invitation) -> str:
    return "/" + send_invitation_link(invitation).split("/", 3)[3]


def test_a_new_person_makes_an_account_and_is_signed_in(client: Client, invitation: Invitation, link: str) -> None:
    page = client.get(link)
    assert page.status_code == 200
    assert "Refer a person to a connector team" in page.content.decode()
    response = client.post(link, NEW)
    assert response.status_code == 302
    member = Membership.objects.get(user__email="nadia.rahman@work.example.org")
    assert (member.agency, member.role, member.manages_team) == (invitation.agency, Role.REFERRER, False)
    assert client.session["_auth_user_id"] == str(member.user.pk)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (NEW | {"name": ""}, "Enter your full name"),
        (NEW | {"password": ""}, "Choose a password"),
        (NEW | {"password": "short"}, "too short"),
        (NEW | {"password": "passwordpassword"}, "easy to guess"),
        (NEW | {"password": "nadia.rahman@work"}, "too similar"),
    ],
)
def test_bad_input(client: Client, link: str, data: dict[str, str], words: str) -> None:
    response = client.post(link, data)
    assert response.status_code == 422
    assert words in response.content.decode()
    assert not User.objects.filter(email="nadia.rahman@work.example.org").exists()


def test_somebody_with_an_account_signs_in_first(client: Client, link: str) -> None:
    UserFactory(email="nadia.rahman@work.example.org")
    page = client.get(link).content.decode()
    assert "has an account here already" in page
    assert f"next={link}" in page
    response = client.post(link, NEW)
    assert response.status_code == 200
    assert User.objects.filter(email="nadia.rahman@work.example.org").count() == 1


def test_somebody_with_an_account_joins_when_signed_in(client: Client, invitation: Invitation, link: str) -> None:
    member = MembershipFactory(role=Role.PROVIDER, user__email="nadia.rahman@work.example.org")
    signed_in_client(client, member)
    assert "Join" in client.get(link).content.decode()
    assert client.post(link).status_code == 302
    joined = Membership.objects.get(user=member.user, agency=invitation.agency)
    assert client.session["member"] == str(joined.pk)


def test_nobody_else_can_use_it(client: Client, provider: Membership, invitation: Invitation, link: str) -> None:
    signed_in_client(client, provider)
    assert "is for nadia.rahman@work.example.org" in client.get(link).content.decode()
    client.post(link)
    assert not Membership.objects.filter(user=provider.user, agency=invitation.agency).exists()
    with pytest.raises(InvitationNotOpen):
        accept_invitation(invitation=invitation, user=provider.user)


def test_a_guessed_link_is_not_found(client: Client) -> None:
    assert client.get("/accounts/invitation/not-a-token/").status_code == 404


def test_point_38_invitation_links_work_once(client: Client, invitation: Invitation, link: str) -> None:
    client.post(link, NEW)
    again = Client().get(link)
    assert again.status_code == 404
    assert "It has been used" in again.content.decode()
    with pytest.raises(InvitationNotOpen):
        accept_with_new_account(invitation=invitation, name="Eve", password=NEW["password"])


def test_point_38_invitation_links_live_seven_days(client: Client, invitation: Invitation, link: str) -> None:
    Invitation.objects.update(expires_at=timezone.now() + timedelta(days=6, hours=23))
    assert client.get(link).status_code == 200
    Invitation.objects.update(expires_at=timezone.now())
    assert client.get(link).status_code == 404
    assert client.post(link, NEW).status_code == 404
    assert not Membership.objects.filter(user__email__startswith="nadia").exists()


def test_point_38_the_database_does_not_know_the_link(invitation: Invitation, link: str) -> None:
    token = link.strip("/").rpartition("/")[2]
    assert len(token) >= 40
    invitation.refresh_from_db()
    assert token not in invitation.token_hash


def test_a_link_pressed_by_get_changes_nothing(client: Client, link: str) -> None:
    client.get(link)
    client.head(link)
    assert Invitation.objects.get().accepted_at is None
