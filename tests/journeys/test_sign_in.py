"""A lead joins by invitation, sets up a second step, runs the team and signs in again: in real Chromium."""

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import Page, expect

from agencies.access import Role
from agencies.actions.invitation import invite_member, send_invitation_link
from agencies.models import Agency, AgencyKind, Invitation, Membership
from tests.factories import PASSWORD, AgencyFactory, MembershipFactory
from tests.journeys.conftest import Window

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]
NEW_PASSWORD = "seven green ladders"


def path_of(link: str) -> str:
    return "/" + link.split("/", 3)[3]


def invited(agency: Agency, role: Role = Role.LEAD) -> str:
    invitation = invite_member(
        key=uuid.uuid4(),
        agency=agency,
        email="nadia@work.example.org",
        name="Nadia Rahman",
        role=role,
        manages_team=False,
        by=None,
    )
    return path_of(send_invitation_link(invitation))


def code_for(secret: str) -> str:
    return str(format_hotp_value(hotp_value(secret, int(timezone.now().timestamp()) // 30)))


def press(page: Page, words: str) -> None:
    page.get_by_role("main").get_by_role("button", name=words, exact=True).click()


@pytest.mark.parametrize(("width", "script"), [(360, False), (1200, True)], ids=["phone without script", "desk"])
def test_joining_with_an_app_as_second_step(window: Callable[..., Window], width: int, script: bool) -> None:
    team = AgencyFactory(kind=AgencyKind.CONNECTORS, name="Community Connections")
    here = window(width, script=script)
    page = here.page
    # given an invitation
    page.goto(invited(team))
    here.step("invitation")
    # when the password is too easy, it says so at the field
    page.get_by_label("Choose a password").fill("passwordpassword")
    press(page, "Create account and start")
    expect(page.get_by_role("link", name=re.compile("easy to guess"))).to_be_visible()
    here.step("invitation with an error")
    page.get_by_label("Choose a password").fill(NEW_PASSWORD)
    press(page, "Create account and start")
    # then the second step comes before everything else
    expect(page.get_by_role("heading", name="Set up a second step")).to_be_visible()
    here.step("second step asked for")
    page.get_by_role("link", name="Set up an authenticator app").click()
    here.step("is it you", "Is it you?")
    page.get_by_label("Your password").fill(NEW_PASSWORD)
    press(page, "Continue")
    here.step("authenticator app", "Set up an authenticator app")
    page.get_by_label("Code", exact=True).fill(code_for(page.locator("ol.steps strong").inner_text()))
    press(page, "Turn on")
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    here.step("recovery codes")
    # and then the team can be run
    page.goto(reverse("agencies:team"))
    here.step("team")
    page.get_by_role("link", name="Invite somebody").click()
    press(page, "Send invitation")
    here.step("invite with errors", "Error: Invite somebody")
    page.get_by_label("Full name").fill("Sam Ellery")
    page.get_by_label("Work e-mail address").fill("sam@work.example.org")
    page.get_by_label("Connector", exact=True).check()
    press(page, "Send invitation")
    expect(page.get_by_text("We sent an invitation to sam@work.example.org")).to_be_visible()
    here.step("team with an invitation")
    assert Invitation.objects.get(email="sam@work.example.org").role == Role.CONNECTOR


def test_a_passkey_as_second_step(window: Callable[..., Window], live_server: Any, settings: Any) -> None:
    settings.MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = True
    member = MembershipFactory(role=Role.CONNECTOR)
    here = window(1200)
    page, site = here.page, live_server.url.replace("127.0.0.1", "localhost")  # passkeys are for names, not numbers
    device = here.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasUserVerification": True, "isUserVerified": True}
    device.send("WebAuthn.addVirtualAuthenticator", {"options": options | {"hasResidentKey": True}})

    def give_password() -> None:
        page.goto(site + reverse("account_login"))
        page.get_by_label("E-mail address").fill(member.user.email)
        page.get_by_label("Password").fill(PASSWORD)
        press(page, "Sign in")

    give_password()
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Your password").fill(PASSWORD)
    press(page, "Continue")
    here.step("add a passkey", "Add a passkey")
    page.get_by_label("Name of the passkey").fill("Work laptop")
    press(page, "Add passkey")
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    assert Authenticator.objects.filter(user=member.user, type=Authenticator.Type.WEBAUTHN).count() == 1
    page.get_by_role("banner").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("banner").get_by_role("button", name="Sign out")).to_have_count(0)
    give_password()
    here.step("second step", "Second step")
    assert page.content().index("Use a passkey") < page.content().index('name="code"')
    press(page, "Use a passkey")
    page.wait_for_url(lambda url: "/accounts/" not in url)
    page.goto(site + reverse("agencies:account"))
    here.step("account")
    page.goto(site + reverse("mfa_index"))
    here.step("second steps")


def test_the_own_pages(window: Callable[..., Window]) -> None:
    member = MembershipFactory(role=Role.PROVIDER)
    MembershipFactory(role=Role.REFERRER, user=member.user, agency__name="Densham Surgery")
    for width in (320, 1200):
        here = window(width, member=member)
        for name in ("account", "sessions", "work_for"):
            here.page.goto(reverse(f"agencies:{name}"))
            here.step(name)
        for name in ("account_change_password", "account_logout", "account_reset_password", "mfa_index"):
            here.page.goto(reverse(name))
            here.step(name)


def test_the_pages_of_the_team(window: Callable[..., Window]) -> None:
    lead = MembershipFactory(role=Role.LEAD)
    colleague: Membership = MembershipFactory(role=Role.CONNECTOR, agency=lead.agency)
    here = window(360, member=lead)
    for name in ("member", "end_member"):
        here.page.goto(reverse(f"agencies:{name}", args=[colleague.pk]))
        here.step(name)
    press(here.page, "End the membership")
    expect(here.page.get_by_text(f"{colleague.user.name} no longer works for")).to_be_visible()


def test_links_that_no_longer_work_say_what_to_do(window: Callable[..., Window]) -> None:
    here = window(360)
    here.page.goto("/accounts/invitation/used-up/")
    here.complaints.clear()  # a 404 is what is asked for here
    here.step("invitation that no longer works")
    here.page.goto("/accounts/password/reset/key/1-old/")
    here.step("reset that no longer works")
