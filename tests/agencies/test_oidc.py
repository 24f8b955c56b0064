"""Sign-in by an agency's own OpenID Connect provider: who gets in, for what, and what does not hold."""

import base64
import json
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import jwt
import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives import serialization
from django.test import Client
from django.urls import reverse

from agencies.access import Role
from agencies.models import ClientAuthentication, IdentityProvider, Membership, StepClaim, User
from tests.factories import AgencyFactory, MembershipFactory
from tests.house.test_security_sign_in import NEW_PASSWORD, give_code, give_password, is_signed_in, totp, with_app
from tests.oidc_provider import (
    CLIENT_ID,
    OUR_KEY,
    STRANGERS_KEY,
    THEIR_KEY,
    FakeProvider,
    connect,
    leave,
)

ClientOf = Callable[[Membership], Client]
ACCOUNT, SUBJECT = "agencies:account", "910000000001"
STRONG: dict[str, Any] = {"step_claim": StepClaim.ACR, "step_values": "AAL3_ANY AAL2_OR_AAL3_ANY"}


def linked(cis2: FakeProvider, member: Membership, subject: str = SUBJECT) -> Membership:
    SocialAccount.objects.create(user=member.user, provider=cis2.issuer, uid=subject)
    return member


def sign_in_there(cis2: FakeProvider, client: Client, **claims: Any) -> Any:
    return client.get(cis2.come_back(leave(client), **({"sub": SUBJECT} | claims)))


# --- Who gets in --------------------------------------------------------------------------------------


def test_whose_account_is_linked_signs_in_and_lands_where_they_begin(cis2: FakeProvider, client: Client) -> None:
    member = linked(cis2, MembershipFactory(role=Role.REFERRER))
    connect(cis2, member.agency)
    assert "Sign in with NHS Care Identity" in client.get(reverse("account_login")).content.decode()
    answer = sign_in_there(cis2, client)
    assert answer["Location"] == reverse("referrals:refer")
    assert client.session["_auth_user_id"] == str(member.user.pk)


def test_one_comes_back_to_where_one_was_but_to_no_other_site(cis2: FakeProvider) -> None:
    connect(cis2, linked(cis2, MembershipFactory(role=Role.REFERRER)).agency)
    for asked, then in (("/referrals/", "/referrals/"), ("https://evil.example.org/", "/refer/")):
        client = Client()
        back = cis2.come_back(leave(client, next=asked), sub=SUBJECT)
        assert client.get(back)["Location"] == then


def test_point_43_the_e_mail_address_opens_nothing(cis2: FakeProvider, client: Client) -> None:
    """An account with that address, a provider that swears to it, and no link: no way in, and no new account."""
    member = MembershipFactory(role=Role.REFERRER)
    connect(cis2, member.agency)
    answer = sign_in_there(cis2, client, email=member.user.email, email_verified=True)
    assert answer.status_code == 403
    assert "no account here is linked to you" in answer.content.decode()
    assert not is_signed_in(client)
    assert (User.objects.count(), SocialAccount.objects.count()) == (1, 0)


def test_point_43_the_same_subject_of_another_issuer_is_somebody_else(cis2: FakeProvider, client: Client) -> None:
    member = MembershipFactory(role=Role.REFERRER)
    SocialAccount.objects.create(user=member.user, provider="https://other.example.org", uid=SUBJECT)
    connect(cis2, member.agency)
    assert sign_in_there(cis2, client).status_code == 403


def test_a_closed_account_stays_closed(cis2: FakeProvider, client: Client) -> None:
    member = linked(cis2, MembershipFactory(role=Role.REFERRER))
    connect(cis2, member.agency)
    User.objects.update(is_active=False)
    assert sign_in_there(cis2, client)["Location"] == reverse("account_inactive")
    assert not is_signed_in(client)


def test_a_session_by_one_agencys_provider_works_for_no_other_agency(cis2: FakeProvider, client: Client) -> None:
    """Who runs that provider could sign in as them: it must not open what they may do elsewhere."""
    member = linked(cis2, MembershipFactory(role=Role.REFERRER))
    elsewhere = MembershipFactory(role=Role.PROVIDER, user=member.user)
    connect(cis2, member.agency)
    sign_in_there(cis2, client)
    page = client.get(reverse(ACCOUNT)).content.decode()
    assert member.agency.name in page
    assert elsewhere.agency.name not in page
    assert client.post(reverse("agencies:work_for"), {"member": str(elsewhere.pk)}).status_code == 404
    with_password = Client()
    give_password(with_password, member)
    assert elsewhere.agency.name in with_password.get(reverse(ACCOUNT)).content.decode()


def test_a_session_by_a_provider_makes_no_password(cis2: FakeProvider, client: Client) -> None:
    """It would open the rest of the account: only who reads the mailbox chooses one."""
    member = linked(cis2, MembershipFactory(role=Role.REFERRER))
    member.user.set_unusable_password()
    member.user.save()
    connect(cis2, member.agency)
    sign_in_there(cis2, client)
    answer = client.post(reverse("account_set_password"), {"password1": NEW_PASSWORD})
    assert answer["Location"] == reverse("account_reset_password")
    member.user.refresh_from_db()
    assert not member.user.has_usable_password()


@pytest.mark.parametrize("end", ["", "https://login.example.org/end"])
def test_who_signs_out_here_is_told_that_they_are_signed_in_there(end: str, cis2: FakeProvider, client: Client) -> None:
    connect(cis2, linked(cis2, MembershipFactory(role=Role.REFERRER)).agency)
    cis2.configuration = {"end_session_endpoint": end}
    sign_in_there(cis2, client)
    answer = client.post(reverse("account_logout"))
    assert answer["Location"] == reverse("oidc_left", args=["cis2"])
    assert "storage" in answer["Clear-Site-Data"]
    page = client.get(answer["Location"]).content.decode()
    assert "you may still be signed in with NHS Care Identity" in page
    assert ("Sign out of NHS Care Identity too" in page) == bool(end)
    assert not is_signed_in(client)
    give_password(client, Membership.objects.get())
    assert client.post(reverse("account_logout"))["Location"] == "/"


# --- The second step ----------------------------------------------------------------------------------


@pytest.mark.parametrize("strong", [True, False])
def test_a_session_by_a_provider_changes_no_second_step(strong: bool, cis2: FakeProvider, client: Client) -> None:
    member = with_app(linked(cis2, MembershipFactory(role=Role.CONNECTOR)))
    connect(cis2, member.agency, **(STRONG if strong else {}))
    sign_in_there(cis2, client)
    give_code(client, totp())
    for name in ("mfa_deactivate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes"):
        assert client.post(reverse(name), {})["Location"] == reverse(ACCOUNT)
    assert Authenticator.objects.filter(user=member.user, type=Authenticator.Type.TOTP).exists()


def test_the_strength_that_was_asked_for_there_is_the_second_step(cis2: FakeProvider, client: Client) -> None:
    member = with_app(linked(cis2, MembershipFactory(role=Role.CONNECTOR)))
    connect(cis2, member.agency, **STRONG)
    assert sign_in_there(cis2, client)["Location"] == reverse("cases:caseload")
    assert client.get(reverse(ACCOUNT)).status_code == 200


@pytest.mark.parametrize("acr", ["AAL1_USERPASS", None, "", ["AAL1_USERPASS"], "AAL3"])
def test_a_weaker_answer_than_was_asked_for_lets_nobody_in(cis2: FakeProvider, acr: Any, client: Client) -> None:
    member = linked(cis2, MembershipFactory(role=Role.REFERRER))
    connect(cis2, member.agency, **STRONG)
    assert sign_in_there(cis2, client, acr=acr).status_code == 403
    assert not is_signed_in(client)


def test_entra_says_it_in_a_list_of_its_own(cis2: FakeProvider, client: Client) -> None:
    member = linked(cis2, MembershipFactory(role=Role.CONNECTOR))
    connect(cis2, member.agency, step_claim=StepClaim.ACRS, step_values="c1")
    asked = leave(client)
    claims = json.loads(dict(parse_qsl(urlsplit(asked).query))["claims"])
    assert claims == {"id_token": {"acrs": {"essential": True, "values": ["c1"]}}}
    client.get(cis2.come_back(asked, sub=SUBJECT, acrs=["c1", "c7"]))
    assert client.get(reverse(ACCOUNT)).status_code == 200
    weaker = Client()
    assert weaker.get(cis2.come_back(leave(weaker), sub=SUBJECT, acrs=["c7"])).status_code == 403


def test_where_none_is_asked_for_there_ours_is(cis2: FakeProvider, client: Client) -> None:
    member = with_app(linked(cis2, MembershipFactory(role=Role.CONNECTOR)))
    connect(cis2, member.agency)
    assert sign_in_there(cis2, client, acr="AAL3_ANY")["Location"] == reverse("mfa_authenticate")
    assert not is_signed_in(client)
    give_code(client, totp())
    assert client.get(reverse(ACCOUNT)).status_code == 200
    assert client.session["door"]["slug"] == "cis2"


def test_where_none_is_asked_for_there_who_needs_one_sets_it_up_here(cis2: FakeProvider, client: Client) -> None:
    member = linked(cis2, MembershipFactory(role=Role.CONNECTOR))
    connect(cis2, member.agency)
    sign_in_there(cis2, client)
    assert client.get(reverse(ACCOUNT))["Location"] == reverse("mfa_index")


# --- What we ask, and what a visitor cannot change in it ------------------------------------------------


def test_what_a_visitor_adds_to_the_address_is_ignored(cis2: FakeProvider, client: Client) -> None:
    connect(cis2, AgencyFactory(), **STRONG)
    extra = {"auth_params": "acr_values=AAL1_USERPASS&prompt=none", "scope": "email,admin", "process": "connect"}
    address = reverse("oidc_login", args=["cis2"], query=extra)
    asked = client.post(address, extra)["Refresh"].partition("url=")[2]
    query = dict(parse_qsl(urlsplit(asked).query))
    assert (query["acr_values"], query["scope"]) == (STRONG["step_values"], "openid")
    assert "prompt" not in query
    assert query["code_challenge_method"] == "S256"
    assert query["redirect_uri"] == "http://127.0.0.1:8000/accounts/oidc/cis2/callback/"


def test_nobody_is_sent_there_by_a_link(cis2: FakeProvider, client: Client) -> None:
    connect(cis2, AgencyFactory())
    assert client.get(reverse("oidc_login", args=["cis2"])).status_code == 405


def test_we_sign_who_we_are_with_our_key(cis2: FakeProvider, client: Client) -> None:
    member = linked(cis2, MembershipFactory(role=Role.REFERRER))
    connect(cis2, member.agency, key_id="our-1", key_algorithm="RS512")
    sign_in_there(cis2, client)
    posted = cis2.asked[0]
    assert posted["client_assertion_type"] == "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    assert "client_secret" not in posted
    audience = f"{cis2.issuer}/token"
    claims = jwt.decode(posted["client_assertion"], OUR_KEY.public_key(), ["RS512"], audience=audience)
    assert (claims["iss"], claims["sub"], claims["exp"] - claims["iat"]) == (CLIENT_ID, CLIENT_ID, 60)
    assert jwt.get_unverified_header(posted["client_assertion"])["kid"] == "our-1"


def test_our_public_key_is_there_to_be_fetched_and_nothing_else(cis2: FakeProvider, client: Client) -> None:
    row = connect(cis2, AgencyFactory(), key_id="our-1", key_algorithm="RS512")
    (key,) = client.get(reverse("oidc_keys", args=["cis2"])).json()["keys"]
    assert (key["kid"], key["alg"], key["kty"]) == ("our-1", "RS512", "RSA")
    assert jwt.PyJWK(key).key.public_numbers() == OUR_KEY.public_key().public_numbers()
    assert "d" not in key
    row.authentication = ClientAuthentication.SECRET
    row.save()
    assert client.get(reverse("oidc_keys", args=["cis2"])).json() == {"keys": []}
    assert client.get(reverse("oidc_keys", args=["none"])).status_code == 404


@pytest.mark.parametrize("how", [ClientAuthentication.SECRET, ClientAuthentication.BASIC])
def test_or_with_a_secret(how: ClientAuthentication, cis2: FakeProvider, client: Client) -> None:
    member = linked(cis2, MembershipFactory(role=Role.REFERRER))
    connect(cis2, member.agency, authentication=how)
    sign_in_there(cis2, client)
    posted = cis2.asked[0]
    assert ("client_secret" in posted) == (how == ClientAuthentication.SECRET)
    basic = base64.b64encode(f"{CLIENT_ID}:a secret of the place".encode()).decode()
    assert (posted["header"] == f"Basic {basic}") == (how == ClientAuthentication.BASIC)
    assert is_signed_in(client)


def test_without_our_key_nobody_gets_in_and_nothing_breaks(
    cis2: FakeProvider, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OIDC_CIS2_KEY")
    connect(cis2, linked(cis2, MembershipFactory(role=Role.REFERRER)).agency)
    assert sign_in_there(cis2, client).status_code == 403


# --- Tokens that do not hold ----------------------------------------------------------------------------

WRONG_CLAIMS: dict[str, dict[str, Any]] = {
    "for another client": {"aud": "somebody-else"},
    "of another issuer": {"iss": "https://other.example.org"},
    "run out": {"exp": lambda: time.time() - 3600},
    "from the future": {"iat": lambda: time.time() + 86_400},
    "without an end": {"exp": None},
    "without a beginning": {"iat": None},
    "without a subject": {"sub": None},
    "another question's": {"nonce": "0" * 64},
    "of no question": {"nonce": None},
    "issued to another client": {"azp": "somebody-else"},
    "for two clients, and to which is not said": {"aud": [CLIENT_ID, "somebody-else"]},
}


@pytest.mark.parametrize("wrong", WRONG_CLAIMS)
def test_a_token_that_does_not_hold_lets_nobody_in(wrong: str, cis2: FakeProvider, client: Client) -> None:
    connect(cis2, linked(cis2, MembershipFactory(role=Role.REFERRER)).agency)
    claims = {name: value() if callable(value) else value for name, value in WRONG_CLAIMS[wrong].items()}
    assert sign_in_there(cis2, client, **claims).status_code == 403
    assert not is_signed_in(client)


def their_public_pem() -> bytes:
    encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    return THEIR_KEY.public_key().public_bytes(encoding, form)


def forge(cis2: FakeProvider, how: str, claims: dict[str, Any]) -> str:
    if how == "not signed":
        return jwt.encode(claims, None, "none", headers={"kid": "first"})
    if how == "by a stranger's key":
        return cis2.sign(claims, STRANGERS_KEY)
    if how == "by a key that nobody knows":
        return cis2.sign(claims, STRANGERS_KEY, kid="unknown")
    if how == "with the public key as a secret":
        header, body = ({"alg": "HS256", "kid": "first"}, claims)
        signed = b".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, body))
        mac = jwt.algorithms.HMACAlgorithm(jwt.algorithms.HMACAlgorithm.SHA256).sign(signed, their_public_pem())
        return (signed + b"." + base64.urlsafe_b64encode(mac).rstrip(b"=")).decode()
    head, body, signature = cis2.sign(claims).split(".")
    changed = json.loads(base64.urlsafe_b64decode(body + "==")) | {"sub": SUBJECT}
    other = base64.urlsafe_b64encode(json.dumps(changed).encode()).rstrip(b"=").decode()
    return {"changed afterwards": f"{head}.{other}.{signature}", "no token": "x.y.z"}[how]


@pytest.mark.parametrize(
    "how",
    [
        "not signed",
        "by a stranger's key",
        "by a key that nobody knows",
        "with the public key as a secret",
        "changed afterwards",
        "no token",
    ],
)
def test_a_forged_token_lets_nobody_in(how: str, cis2: FakeProvider, client: Client) -> None:
    connect(cis2, linked(cis2, MembershipFactory(role=Role.REFERRER)).agency)
    asked = leave(client)
    nonce = dict(parse_qsl(urlsplit(asked).query))["nonce"]
    subject = "another" if how == "changed afterwards" else SUBJECT
    token = forge(cis2, how, cis2.build_claims(sub=subject, nonce=nonce))
    assert client.get(cis2.come_back(asked, token)).status_code == 403
    assert not is_signed_in(client)


def test_an_answer_works_once_and_in_the_browser_that_asked(cis2: FakeProvider, client: Client) -> None:
    connect(cis2, linked(cis2, MembershipFactory(role=Role.REFERRER)).agency)
    back = cis2.come_back(leave(client), sub=SUBJECT)
    other = Client()
    assert other.get(back).status_code == 403
    assert client.get(back).status_code == 302
    client.post(reverse("account_logout"))
    assert client.get(back).status_code == 403
    assert not is_signed_in(client)
    assert not is_signed_in(other)


def test_an_answer_from_another_provider_is_refused(cis2: FakeProvider, client: Client) -> None:
    """A mix-up (RFC 9207): the answer says whose it is, or comes back to another's address."""
    connect(cis2, linked(cis2, MembershipFactory(role=Role.REFERRER)).agency)
    back = cis2.come_back(leave(client), sub=SUBJECT)
    assert client.get(back + "&iss=https%3A%2F%2Fother.example.org").status_code == 403
    IdentityProvider.objects.create(
        slug="other",
        name="Other",
        issuer="https://other.example.org",
        client_id="x",
        authentication="client_secret_post",
    )
    assert client.get(back.replace("/cis2/", "/other/")).status_code == 403
    assert not is_signed_in(client)


def test_a_new_key_of_the_provider_is_fetched_but_what_it_publishes_is_kept(
    cis2: FakeProvider, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(cis2, linked(cis2, MembershipFactory(role=Role.REFERRER)).agency)
    for _ in range(3):
        sign_in_there(cis2, client := Client())
    assert cis2.fetched == ["/.well-known/openid-configuration", "/keys"]
    cis2.key, cis2.kid = STRANGERS_KEY, "second"
    assert sign_in_there(cis2, Client()).status_code == 403  # the keys are not a minute old
    monkeypatch.setattr("agencies.oidc.KEYS_FRESH_SECONDS", 0)
    assert sign_in_there(cis2, client := Client()).status_code == 302
    assert is_signed_in(client)


def test_a_provider_that_does_not_answer_is_not_waited_for_again(cis2: FakeProvider, client: Client) -> None:
    connect(cis2, AgencyFactory())
    cis2.down = True
    for _ in range(3):
        answer = client.post(reverse("oidc_login", args=["cis2"]))
        assert answer.status_code == 503
        assert "does not answer" in answer.content.decode()
    assert len(cis2.fetched) == 1


@pytest.mark.parametrize(
    "wrong", [{"issuer": "https://other.example.org"}, {"jwks_uri": ""}, {"token_endpoint": "ftp://127.0.0.1/"}]
)
def test_a_configuration_that_is_not_the_issuers_is_not_used(
    wrong: dict[str, str], cis2: FakeProvider, client: Client
) -> None:
    connect(cis2, AgencyFactory())
    cis2.configuration = wrong
    assert client.post(reverse("oidc_login", args=["cis2"])).status_code == 503


def test_who_stops_there_or_is_refused_there_is_told_so(cis2: FakeProvider, client: Client) -> None:
    connect(cis2, AgencyFactory())
    for error, words in (("access_denied", "You stopped at"), ("server_error", "not enough to let you in")):
        state = dict(parse_qsl(urlsplit(leave(client)).query))["state"]
        answer = client.get(reverse("oidc_callback", args=["cis2"]), {"error": error, "state": state})
        assert answer.status_code == 403
        assert words in answer.content.decode()


def test_one_that_is_switched_off_or_not_there_is_not_found(cis2: FakeProvider, client: Client) -> None:
    IdentityProvider.objects.filter(pk=connect(cis2, AgencyFactory()).pk).update(switched_off_at="2026-01-01T00:00Z")
    for slug in ("cis2", "none"):
        assert client.post(reverse("oidc_login", args=[slug])).status_code == 404
        assert client.get(reverse("oidc_callback", args=[slug])).status_code == 404
        assert client.post(reverse("oidc_logout", args=[slug])).status_code == 404
    assert "NHS Care Identity" not in client.get(reverse("account_login")).content.decode()
