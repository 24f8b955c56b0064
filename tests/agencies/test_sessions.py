"""Session, user and memberships in one statement, and never a user whom the signed session does not name."""

import datetime
from collections.abc import Callable

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.models import Membership
from tests.factories import MembershipFactory

ClientOf = Callable[[Membership], Client]


@pytest.fixture
def client(client_of: ClientOf, provider: Membership) -> Client:
    return client_of(provider)


def test_one_statement_brings_what_three_queries_would(client: Client, provider: Membership) -> None:
    MembershipFactory(user=provider.user, agency__name="A second")
    MembershipFactory(user=provider.user, ended_at=timezone.now() + datetime.timedelta(days=1))
    MembershipFactory(user=provider.user, agency__left_at=timezone.now())
    client.get(reverse("agencies:help"))  # for everybody: without the number on the tab
    seen: list[str] = []
    with connection.execute_wrapper(lambda execute, sql, *given: (seen.append(sql), execute(sql, *given))[1]):
        request = client.get(reverse("agencies:help")).wsgi_request
    assert sum("agencies_" in sql or "django_session" in sql for sql in seen) == 1
    assert request.user == provider.user
    assert request.memberships == list(Membership.open_for_user(provider.user))
    assert len(request.memberships) == 2
    assert request.member == provider
    for member in request.memberships:
        expected = Membership.objects.select_related("agency").get(pk=member.pk)
        assert (member.role, member.started_at, member.user) == (expected.role, expected.started_at, provider.user)
        assert (member.agency.name, member.agency.refers_to_id) == (expected.agency.name, expected.agency.refers_to_id)


@pytest.mark.parametrize("noted_for_another", [True, False])
def test_it_stays_whose_it_is_whoever_it_was_noted_for(
    client: Client, provider: Membership, gp: Membership, noted_for_another: bool
) -> None:
    gp.user.password = provider.user.password
    gp.user.save()
    noted = UserSession.objects.filter(user=provider.user)
    noted.update(user=gp.user) if noted_for_another else noted.delete()
    request = client.get(reverse("agencies:account")).wsgi_request
    assert (request.user, request.memberships) == (provider.user, [provider])


def test_a_changed_password_ends_it(client: Client, provider: Membership) -> None:
    provider.user.set_password("quite another long one")
    provider.user.save()
    assert client.get(reverse("agencies:account")).status_code == 302
    assert not Session.objects.exists()


def test_a_closed_account_and_a_session_that_has_run_out_are_nobodys(
    client: Client, client_of: ClientOf, provider: Membership
) -> None:
    Session.objects.update(expire_date=timezone.now())
    assert client.get(reverse("agencies:account")).status_code == 302
    other = client_of(provider)
    provider.user.is_active = False
    provider.user.save()
    assert other.get(reverse("agencies:account")).status_code == 302
