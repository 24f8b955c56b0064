"""A sign-in from a browser not seen before is told; and guessing keeps nobody out but who guesses."""

import datetime
import os
import time
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from agencies.access import Role
from agencies.jobs import delete_ended_sessions
from agencies.models import KnownBrowser, Membership, Message, User
from tests.factories import MembershipFactory
from tests.house.test_security_sign_in import give_code, give_password, is_signed_in, totp, with_app

FIREFOX, EDGE = (
    "Mozilla/5.0 (Windows NT 10.0; rv:145.0) Firefox/145.0",
    "Mozilla/5.0 (Windows NT 10.0) Chrome/142 Edg/142",
)
HOME, WORK, FAR = "192.0.2.10", "198.51.100.20", "203.0.113.30"


@pytest.fixture
def member() -> Membership:
    """Somebody who has had an account for a year."""
    member = MembershipFactory(role=Role.PROVIDER, user__name="Nadia Rahman")
    User.objects.update(joined_at=timezone.now() - datetime.timedelta(days=365))
    return member


def browser(address: str = HOME, kind: str = FIREFOX) -> Client:
    return Client(REMOTE_ADDR=address, HTTP_USER_AGENT=kind)


def sign_in_and_out(client: Client, member: Membership) -> None:
    """Signing out clears the cookies of the site: Django's test client does not do what Clear-Site-Data says."""
    give_password(client, member)
    assert is_signed_in(client)
    client.post(reverse("account_logout"))
    client.cookies.clear()


def told() -> list[Message]:
    return list(Message.objects.filter(subject="A new sign-in to your account"))


def test_a_new_browser_is_told_without_saying_anything_of_anybody(member: Membership) -> None:
    give_password(browser(), member)
    (message,) = told()
    assert message.to == member.user.email
    assert "Firefox on Windows" in message.body
    assert reverse("agencies:sessions") in message.body
    for private in (HOME, "Nadia", "Rahman", member.user.email, member.agency.name):
        assert private not in message.subject + message.body


def test_the_same_browser_again_is_not(member: Membership) -> None:
    client = browser()
    for _ in range(3):
        sign_in_and_out(client, member)
    sign_in_and_out(browser("192.0.2.77"), member)  # the same house, another of its addresses
    assert len(told()) == 1


def test_a_browser_that_goes_elsewhere_is_known_by_its_cookie(member: Membership) -> None:
    client = browser()
    give_password(client, member)
    del client.cookies[settings.SESSION_COOKIE_NAME]  # the session ran out: nobody signed out
    client.defaults["REMOTE_ADDR"] = FAR
    give_password(client, member)
    assert is_signed_in(client)
    assert len(told()) == 1


@pytest.mark.parametrize(("address", "kind"), [(FAR, FIREFOX), (HOME, EDGE)])
def test_another_network_or_another_kind_of_browser_is_told(address: str, kind: str, member: Membership) -> None:
    sign_in_and_out(browser(), member)
    sign_in_and_out(browser(address, kind), member)
    assert len(told()) == 2


def test_each_account_has_its_own_browsers(member: Membership) -> None:
    """A shared computer: the second one to use it is told once."""
    other = MembershipFactory(role=Role.PROVIDER)
    User.objects.update(joined_at=timezone.now() - datetime.timedelta(days=365))
    client = browser()
    for one in (member, other, member, other):
        give_password(client, one)
        client.post(reverse("account_logout"))
    assert {message.to for message in told()} == {member.user.email, other.user.email}
    assert len(told()) == 2


def test_a_new_account_has_nobody_to_warn(member: Membership) -> None:
    User.objects.update(joined_at=timezone.now())
    sign_in_and_out(browser(), member)
    assert told() == []
    sign_in_and_out(browser(FAR), member)
    assert len(told()) == 1


def test_a_cookie_that_was_put_there_is_not_taken_up(member: Membership) -> None:
    """Else whoever put it there could use it later, unseen."""
    client = browser()
    client.cookies[settings.KNOWN_BROWSER_COOKIE_NAME] = "planted"
    give_password(client, member)
    cookie = client.cookies[settings.KNOWN_BROWSER_COOKIE_NAME]
    assert cookie.value != "planted"
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    attacker = browser(FAR, EDGE)
    attacker.cookies[settings.KNOWN_BROWSER_COOKIE_NAME] = "planted"
    give_password(attacker, member)
    assert len(told()) == 2


def test_it_is_told_after_the_second_step_not_before() -> None:
    member = with_app(MembershipFactory(role=Role.CONNECTOR))
    User.objects.update(joined_at=timezone.now() - datetime.timedelta(days=365))
    client = browser()
    give_password(client, member)
    assert told() == []
    give_code(client, totp())
    assert len(told()) == 1


def test_signing_out_everywhere_forgets_every_browser(member: Membership) -> None:
    client = browser()
    give_password(client, member)
    client.post(reverse("agencies:sessions"), {"end": "all"})
    assert not KnownBrowser.objects.exists()
    sign_in_and_out(browser(), member)
    assert len(told()) == 2


def test_what_is_kept_tells_nothing_and_goes_after_400_days(member: Membership) -> None:
    client = browser()
    give_password(client, member)
    kept = "".join(KnownBrowser.objects.values_list("mark", flat=True))
    assert client.cookies[settings.KNOWN_BROWSER_COOKIE_NAME].value not in kept
    assert HOME not in kept
    assert KnownBrowser.objects.count() == 2
    KnownBrowser.objects.filter(pk=KnownBrowser.objects.first().pk).update(
        seen_at=timezone.now() - datetime.timedelta(days=401)
    )
    delete_ended_sessions(int(time.time()))
    assert KnownBrowser.objects.count() == 1


# --- Guessing (security point 34) --------------------------------------------------------------------------


def guess(client: Client, member: Membership, times: int) -> Any:
    answer = None
    for n in range(times):
        answer = give_password(client, member, f"wrong {n}")
    return answer


def test_point_34_any_number_of_guesses_from_elsewhere_lock_nobody_out(member: Membership) -> None:
    """More than the limits of an account (5) and a network (30); past that of the page (300) with GUESSES=1000."""
    attacker = browser(FAR)
    assert "Too many" in guess(attacker, member, int(os.environ.get("GUESSES", "60"))).content.decode()
    victim = browser(HOME)
    give_password(victim, member)
    assert is_signed_in(victim)
    give_password(attacker, member)  # had they guessed it now, it would not help
    assert not is_signed_in(attacker)


def test_point_34_nor_do_those_from_her_own_network_where_she_has_signed_in_before(member: Membership) -> None:
    """A hospital, a café, a shared house: one address for all."""
    victim = browser(WORK)
    give_password(victim, member)
    del victim.cookies[settings.SESSION_COOKIE_NAME]
    attacker = browser(WORK)
    guess(attacker, member, 40)
    give_password(victim, member)
    assert is_signed_in(victim)
    assert not is_signed_in(attacker)


def test_point_34_a_known_browser_cannot_guess_at_leisure_either(member: Membership) -> None:
    """Hers was stolen, or somebody at her desk guesses: five tries, as for anybody."""
    stolen = browser()
    give_password(stolen, member)
    del stolen.cookies[settings.SESSION_COOKIE_NAME]
    guess(stolen, member, 5)
    assert "Too many wrong tries" in give_password(stolen, member).content.decode()
    other = MembershipFactory(role=Role.PROVIDER)
    answers = [give_password(stolen, MembershipFactory(role=Role.PROVIDER), "spring 2026 spring") for _ in range(31)]
    assert "Too many wrong tries" in answers[-1].content.decode()
    assert not is_signed_in(stolen)
    give_password(browser(WORK), other)


def test_who_has_the_password_keeps_the_owner_out_by_no_number_of_wrong_codes() -> None:
    member = with_app(MembershipFactory(role=Role.CONNECTOR))
    owner = browser()
    give_password(owner, member)
    give_code(owner, totp(-1))
    assert is_signed_in(owner)
    del owner.cookies[settings.SESSION_COOKIE_NAME]
    attacker = browser(FAR)
    give_password(attacker, member)
    for _ in range(20):
        give_code(attacker, "000000")
    assert give_code(attacker, totp()).status_code == 422
    give_password(owner, member)
    give_code(owner, totp(1))
    assert is_signed_in(owner)


def test_codes_are_few_for_a_known_browser_too() -> None:
    member = with_app(MembershipFactory(role=Role.CONNECTOR))
    owner = browser()
    give_password(owner, member)
    give_code(owner, totp(-1))
    del owner.cookies[settings.SESSION_COOKIE_NAME]
    give_password(owner, member)
    for _ in range(12):
        give_code(owner, "000000")
    assert give_code(owner, totp(1)).status_code == 422
    assert not is_signed_in(owner)


def test_who_has_no_passkey_is_not_asked_for_one() -> None:
    """That who has one is asked for it first: tests/journeys/test_sign_in.py, as it takes a real one."""
    client = Client()
    give_password(client, with_app(MembershipFactory(role=Role.CONNECTOR)))
    for answer in (client.get(reverse("mfa_authenticate")), give_code(client, "000000")):
        assert "Use a passkey" not in answer.content.decode()


def test_a_passkey_is_offered_first_to_who_sets_it_up() -> None:
    connector = MembershipFactory(role=Role.CONNECTOR)
    client = Client()
    give_password(client, connector)
    page = client.get(reverse("mfa_index")).content.decode()
    assert page.index("Add a passkey") < page.index("Set up an authenticator app")
    assert 'class="govuk-button" href="/accounts/2fa/webauthn/add/"' in page
    assert 'class="govuk-button govuk-button--secondary" href="/accounts/2fa/totp/activate/"' in page
