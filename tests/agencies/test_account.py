"""/accounts/…: sessions, several agencies, drafts, staying signed in."""

from collections.abc import Callable
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.access import Role
from agencies.jobs import delete_ended_sessions
from agencies.models import Draft, Membership
from tests.factories import PASSWORD, MembershipFactory
from tests.jobs import run_jobs

ClientOf = Callable[[Membership], Client]


def signed_in_by_password(
    member: Membership, user_agent: str = "Mozilla/5.0 (Windows NT 10.0) Firefox/130.0"
) -> Client:
    client = Client(headers={"user-agent": user_agent})
    response = client.post(reverse("account_login"), {"login": member.user.email, "password": PASSWORD})
    assert response.status_code == 302
    return client


# --- Where one is signed in -------------------------------------------------------------------------


def test_sessions_are_listed_with_device_and_network(provider: Membership) -> None:
    here = signed_in_by_password(provider)
    signed_in_by_password(provider, "Mozilla/5.0 (Linux; Android 14) Chrome/128.0")
    page = here.get(reverse("agencies:sessions")).content.decode()
    assert "Firefox on Windows" in page
    assert "Chrome on Android" in page
    assert "127.0.0.1" in page


def test_one_other_session_is_ended_in_the_store_at_once(provider: Membership) -> None:
    here, there = signed_in_by_password(provider), signed_in_by_password(provider)
    page = here.get(reverse("agencies:sessions")).content.decode()
    number = page.split('name="end" value="')[1].split('"')[0]
    here.post(reverse("agencies:sessions"), {"end": number})
    assert Session.objects.count() == 1
    assert there.get(reverse("agencies:account")).status_code == 302
    assert here.get(reverse("agencies:account")).status_code == 200


def test_all_others_are_ended(provider: Membership) -> None:
    here = signed_in_by_password(provider)
    signed_in_by_password(provider)
    signed_in_by_password(provider)
    here.post(reverse("agencies:sessions"), {"end": "others"})
    assert Session.objects.count() == 1
    assert here.get(reverse("agencies:account")).status_code == 200


def test_everywhere_means_here_too(provider: Membership) -> None:
    here = signed_in_by_password(provider)
    signed_in_by_password(provider)
    response = here.post(reverse("agencies:sessions"), {"end": "all"})
    assert response.status_code == 302
    assert Session.objects.count() == 0


def test_nobody_ends_the_sessions_of_others(provider: Membership, gp: Membership) -> None:
    here = signed_in_by_password(provider)
    signed_in_by_password(gp)
    theirs = UserSession.objects.get(user=gp.user)
    assert here.post(reverse("agencies:sessions"), {"end": str(theirs.pk)}).status_code == 404
    assert UserSession.objects.filter(pk=theirs.pk).exists()


def test_sessions_that_have_run_out_are_forgotten_with_their_addresses(provider: Membership) -> None:
    here, gone = signed_in_by_password(provider), signed_in_by_password(provider)
    Session.objects.filter(session_key=gone.session.session_key).update(expire_date=timezone.now())
    delete_ended_sessions.defer(timestamp=0)
    run_jobs()
    assert [s.session_key for s in Session.objects.all()] == [here.session.session_key]
    assert [s.session_key for s in UserSession.objects.all()] == [here.session.session_key]


# --- Several agencies -------------------------------------------------------------------------------


@pytest.fixture
def second(provider: Membership) -> Membership:
    return MembershipFactory(user=provider.user, role=Role.REFERRER, agency__name="A Second Agency")


def test_one_may_work_for_another_of_the_own_agencies(
    provider: Membership, second: Membership, client_of: ClientOf
) -> None:
    client = client_of(provider)
    assert "A Second Agency" in client.get(reverse("agencies:work_for")).content.decode()
    response = client.post(reverse("agencies:work_for"), {"member": str(second.pk)})
    assert response.status_code == 302
    assert client.session["member"] == str(second.pk)
    assert client.get(reverse("agencies:account")).wsgi_request.member == second


@pytest.mark.parametrize("asked", ["foreign", "", "nonsense", "\0"])
def test_a_foreign_membership_is_not_found(
    provider: Membership, gp: Membership, client_of: ClientOf, asked: str
) -> None:
    client = client_of(provider)
    value = str(gp.pk) if asked == "foreign" else asked
    assert client.post(reverse("agencies:work_for"), {"member": value}).status_code == 404
    assert client.session["member"] == str(provider.pk)


def test_a_membership_that_has_ended_is_not_chosen_any_more(
    provider: Membership, second: Membership, client_of: ClientOf
) -> None:
    client = client_of(second)
    Membership.objects.filter(pk=second.pk).update(ended_at=second.started_at)
    assert client.get(reverse("agencies:account")).wsgi_request.member == provider


def test_an_agency_that_has_left_takes_its_members_with_it(provider: Membership, client_of: ClientOf) -> None:
    client = client_of(provider)
    provider.agency.left_at = provider.started_at
    provider.agency.save()
    assert client.get(reverse("agencies:work_for")).status_code == 403


# --- Drafts -----------------------------------------------------------------------------------------


def test_a_draft_is_kept_and_the_latest_wins(gp: Membership, client_of: ClientOf) -> None:
    client = client_of(gp)
    for words in ("First", "First and more"):
        data = {"draft_key": "refer:1", "words": words, "needs": ["a", "b"], "csrfmiddlewaretoken": "x"}
        assert client.post(reverse("agencies:draft"), data).status_code == 204
    draft = Draft.visible_to(gp).get(key="refer:1")
    assert draft.data == {"words": ["First and more"], "needs": ["a", "b"]}


def test_a_draft_is_seen_by_nobody_else(gp: Membership, client_of: ClientOf) -> None:
    client_of(gp).post(reverse("agencies:draft"), {"draft_key": "refer:1", "words": "Mine"})
    colleague = MembershipFactory(agency=gp.agency, role=Role.REFERRER)
    assert not Draft.visible_to(colleague).exists()


@pytest.mark.parametrize("data", [{}, {"draft_key": "x" * 101}, {"draft_key": "a", "words": "\0"}])
def test_a_draft_that_cannot_be_kept_is_refused(gp: Membership, client_of: ClientOf, data: dict[str, Any]) -> None:
    assert client_of(gp).post(reverse("agencies:draft"), data).status_code == 422
    assert not Draft.objects.exists()


def test_ten_megabytes_are_refused(gp: Membership, client_of: ClientOf) -> None:
    data = {"draft_key": "a", "words": "x" * 10_000_000}
    assert client_of(gp).post(reverse("agencies:draft"), data).status_code == 400


def test_drafts_and_extending_are_posts(gp: Membership, client_of: ClientOf) -> None:
    client = client_of(gp)
    assert client.get(reverse("agencies:draft")).status_code == 405
    assert client.get(reverse("agencies:extend")).status_code == 405
