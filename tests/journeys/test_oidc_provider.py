"""Against npm's certified oidc-provider, in Chromium: linked, in by smartcard, refused by password, out by its logout.

Runs where the environment variable OIDC_PROVIDER names a folder with node_modules/oidc-provider (docs/testing.md).
"""

import json
import os
import socket
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from django.conf import settings
from playwright.sync_api import Page, expect

from agencies.access import Role
from agencies.models import ClientAuthentication, IdentityProvider, Membership, StepClaim
from tests.factories import PASSWORD, MembershipFactory
from tests.journeys.conftest import Window
from tests.oidc_provider import CLIENT_ID, OUR_KEY, to_pem

FOLDER = os.environ.get("OIDC_PROVIDER", "")
pytestmark = [
    pytest.mark.journey,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(not FOLDER, reason="OIDC_PROVIDER names no folder with npm's oidc-provider"),
]
SUBJECT = "910000000001"


def describe_client(place: str) -> dict[str, Any]:
    """What the operator registers there."""
    public = jwt.algorithms.RSAAlgorithm.to_jwk(OUR_KEY.public_key(), as_dict=True)
    return {
        "client_id": CLIENT_ID,
        "redirect_uris": [f"{place}/accounts/oidc/cis2/callback/"],
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": "RS512",
        "jwks": {"keys": [public | {"kid": "our-1", "use": "sig", "alg": "RS512"}]},
        "backchannel_logout_uri": f"{place}/accounts/oidc/cis2/logout/",
        "backchannel_logout_session_required": True,
        "response_types": ["code"],
        "grant_types": ["authorization_code"],
    }


@pytest.fixture
def certified(live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Its issuer, while it runs."""
    monkeypatch.setitem(settings.PLACE, "base_url", live_server.url)
    monkeypatch.setenv("OIDC_CIS2_KEY", to_pem(OUR_KEY))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    given = {**os.environ, "OIDC_PORT": port, "OIDC_CLIENT": json.dumps(describe_client(live_server.url))}
    program = Path(__file__).with_name("oidc_provider.mjs")
    with subprocess.Popen(["node", program], cwd=FOLDER, env=given, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert any("ready" in line for line in process.stdout)
        yield f"http://127.0.0.1:{port}"
        process.terminate()


def connect(issuer: str, member: Membership) -> IdentityProvider:
    step = {"step_claim": StepClaim.ACR, "step_values": "AAL3_ANY"}
    key = {"authentication": ClientAuthentication.KEY, "key_id": "our-1", "key_algorithm": "RS512"}
    columns = {"slug": "cis2", "name": "NHS Care Identity", "client_id": CLIENT_ID, **step, **key}
    row = IdentityProvider.objects.create(issuer=issuer, **columns)
    row.agencies.add(member.agency)
    return row


def answer_there(page: Page, how: str) -> None:
    expect(page).to_have_title("Provider")
    page.get_by_label("Name").fill(SUBJECT)
    page.get_by_role("button", name=how).click()


@pytest.mark.parametrize("script", [True, False])
def test_linked_then_in_by_smartcard_and_out_by_the_providers_logout(
    certified: str, script: bool, window: Callable[..., Window]
) -> None:
    member = MembershipFactory(role=Role.CONNECTOR)
    connect(certified, member)
    at_work = window(1200, script=script, member=member)
    page = at_work.page
    page.goto("/accounts/")
    at_work.step("account", "Your account").get_by_role("button", name="Link my account").click()
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    answer_there(page, "Smartcard")
    expect(page.get_by_text("from now on you can sign in that way")).to_be_visible()

    other = window(360, script=script)
    other.page.goto("/accounts/login/")
    other.step("sign in", "Sign in").get_by_role("button", name="Sign in with NHS Care Identity").click()
    answer_there(other.page, "Password")
    expect(other.page.get_by_role("heading", name="You are not signed in")).to_be_visible()

    third = window(360, script=script)
    third.page.goto("/accounts/login/")
    third.page.get_by_role("button", name="Sign in with NHS Care Identity").click()
    answer_there(third.page, "Smartcard")
    third.step("in", "Today")
    third.page.goto(f"{certified}/session/end")
    third.page.get_by_role("button", name="Yes, sign me out").click()
    third.page.goto("/caseload/")
    expect(third.page).to_have_title("Sign in – Hereabouts")
    for one in (at_work, other, third):
        one.complaints.clear()  # the provider has no favicon, and a refusal is a 403
