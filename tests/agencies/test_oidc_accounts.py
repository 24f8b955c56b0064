"""An agency's provider: accounts linked to it, invitations answered by it, its logout, and what the steward decides."""

import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.core.management import CommandError, call_command
from django.db import IntegrityError, ProgrammingError, transaction
from django.test import Client
from django.urls import reverse

from agencies.access import Role
from agencies.actions.identity_provider import change_identity_provider
from agencies.actions.invitation import invite_member, send_invitation_link
from agencies.models import IdentityProvider, Invitation, Membership, Message, User
from agencies.oidc import LOGOUT_EVENT
from config.roles import DatabaseRole
from tests.agencies.test_oidc import ACCOUNT, STRONG, SUBJECT, linked, sign_in_there
from tests.factories import PASSWORD, AgencyFactory, MembershipFactory
from tests.house.test_security_sign_in import give_password, is_signed_in
from tests.oidc_provider import CLIENT_ID, STRANGERS_KEY, FakeProvider, connect, leave
from tests.roles import acting_as

ClientOf = Callable[[Membership], Client]


# --- Linking an account -----------------------------------------------------------------------------


def press_link(client: Client) -> Any:
    """The button on the account's page; the password is asked for once more."""
    answer = client.post(reverse("oidc_link", args=["cis2"]))
    assert "/reauthenticate/" in answer["Location"]
    return client.post(answer["Location"], {"password": PASSWORD})


def test_one_links_ones_account_after_the_password_and_is_told(
    cis2: FakeProvider, gp: Membership, client_of: ClientOf
) -> None:
    connect(cis2, gp.agency)
    client = client_of(gp)
    assert "Link my account to NHS Care Identity" in client.get(reverse(ACCOUNT)).content.decode()
    asked = press_link(client)["Refresh"].partition("url=")[2]
    page = client.get(cis2.come_back(asked, sub=SUBJECT), follow=True).content.decode()
    assert "from now on you can sign in that way" in page
    assert SocialAccount.objects.get().user == gp.user
    told = Message.objects.get()
    assert (told.to, told.subject) == (gp.user.email, "Another way to sign in was added")
    assert "NHS Care Identity" in told.body
    other = Client()
    sign_in_there(cis2, other)
    assert other.session["_auth_user_id"] == str(gp.user.pk)


def test_linking_needs_the_password_and_cannot_be_slipped_in(
    cis2: FakeProvider, gp: Membership, client_of: ClientOf
) -> None:
    """A trip that began as a sign-in never links, whatever the address says."""
    connect(cis2, gp.agency)
    client = client_of(gp)
    address = reverse("oidc_login", args=["cis2"], query={"process": "connect"})
    asked = client.post(address, {"process": "connect"})["Refresh"].partition("url=")[2]
    assert client.get(cis2.come_back(asked, sub="an attacker")).status_code == 403
    assert not SocialAccount.objects.exists()


def test_what_is_linked_to_another_account_stays_theirs(
    cis2: FakeProvider, gp: Membership, client_of: ClientOf
) -> None:
    owner = linked(cis2, MembershipFactory(role=Role.REFERRER, agency=gp.agency))
    connect(cis2, gp.agency)
    client = client_of(gp)
    asked = press_link(client)["Refresh"].partition("url=")[2]
    page = client.get(cis2.come_back(asked, sub=SUBJECT), follow=True).content.decode()
    assert "somebody else&#x27;s way to sign in" in page
    assert SocialAccount.objects.get().user == owner.user


def test_only_the_provider_of_ones_own_agency_can_be_linked(
    cis2: FakeProvider, gp: Membership, client_of: ClientOf
) -> None:
    connect(cis2, AgencyFactory())
    client = client_of(gp)
    assert "NHS Care Identity" not in client.get(reverse(ACCOUNT)).content.decode()
    assert client.post(reverse("oidc_link", args=["cis2"])).status_code == 404
    assert client.post(reverse("oidc_unlink", args=["cis2"])).status_code == 404


def test_a_session_by_a_provider_links_nothing(cis2: FakeProvider, client: Client) -> None:
    connect(cis2, linked(cis2, MembershipFactory(role=Role.REFERRER)).agency)
    sign_in_there(cis2, client)
    assert client.post(reverse("oidc_link", args=["cis2"])).status_code == 404


def test_unlinking_ends_what_it_opened_and_the_way_in(
    cis2: FakeProvider, gp: Membership, client: Client, client_of: ClientOf
) -> None:
    connect(cis2, linked(cis2, gp).agency)
    sign_in_there(cis2, client)
    here = client_of(gp)
    here.post(reverse("oidc_unlink", args=["cis2"]))
    assert client.get(reverse(ACCOUNT)).status_code == 302
    assert here.get(reverse(ACCOUNT)).status_code == 200
    assert sign_in_there(cis2, Client()).status_code == 403
    assert Message.objects.get().subject == "A way to sign in was removed"


def test_who_has_no_password_keeps_the_only_way_in(cis2: FakeProvider, gp: Membership, client_of: ClientOf) -> None:
    connect(cis2, linked(cis2, gp).agency)
    gp.user.set_unusable_password()
    gp.user.save()
    answer = client_of(gp).post(reverse("oidc_unlink", args=["cis2"]), follow=True)
    assert "Choose a password first" in answer.content.decode()
    assert SocialAccount.objects.exists()


# --- Invitations ------------------------------------------------------------------------------------


def invite(by: Membership, email: str) -> str:
    """The token in the e-mailed link."""
    given = {"email": email, "name": "Nadia Rahman", "role": Role(by.role), "manages_team": False, "by": by}
    invitation = invite_member(key=uuid.uuid4(), agency=by.agency, **given)
    return send_invitation_link(invitation).rstrip("/").rpartition("/")[2]


def join_by(cis2: FakeProvider, client: Client, token: str, **claims: Any) -> Any:
    return client.get(cis2.come_back(leave(client, invitation=token), **({"sub": SUBJECT} | claims)))


def test_an_invitation_is_answered_without_a_password(cis2: FakeProvider, lead: Membership, client: Client) -> None:
    connect(cis2, lead.agency, **STRONG)
    token = invite(lead, "new@work.example.org")
    shown = client.get(reverse("agencies:invitation", args=[token])).content.decode()
    assert "Join with NHS Care Identity" in shown
    answer = join_by(cis2, client, token, email="somebody.else@example.org")
    assert answer["Location"] == reverse("cases:caseload")
    user = User.objects.get(email="new@work.example.org")
    assert not user.has_usable_password()
    assert Membership.open_for_user(user).get().agency == lead.agency
    assert SocialAccount.objects.get().user == user
    assert client.get(reverse("cases:caseload")).status_code == 200
    assert join_by(cis2, Client(), token, sub="another").status_code == 403  # it works once


def test_an_invitation_to_another_agency_or_for_a_known_address_is_not_answered_so(
    cis2: FakeProvider, lead: Membership, gp: Membership
) -> None:
    """Else whoever runs a provider could take over an account by being invited to its address."""
    connect(cis2, AgencyFactory())
    token = invite(lead, "new@work.example.org")
    assert "Join with" not in Client().get(reverse("agencies:invitation", args=[token])).content.decode()
    assert join_by(cis2, Client(), token).status_code == 403
    IdentityProvider.objects.get().agencies.add(lead.agency)
    taken = invite(lead, gp.user.email)
    assert join_by(cis2, Client(), taken).status_code == 403
    assert join_by(cis2, Client(), "no invitation").status_code == 403
    assert not SocialAccount.objects.exists()
    assert Invitation.open_for(lead.agency).count() == 2


# --- The provider's logout ---------------------------------------------------------------------------


def logout_claims(cis2: FakeProvider, **more: Any) -> dict[str, Any]:
    given = {"events": {LOGOUT_EVENT: {}}, "jti": f"j{time.time_ns()}", "sub": SUBJECT} | more
    return cis2.build_claims(**given)


def post_logout(token: str) -> int:
    return (
        Client(enforce_csrf_checks=True)
        .post(reverse("oidc_logout", args=["cis2"]), {"logout_token": token})
        .status_code
    )


@pytest.mark.parametrize("named", [{"sid": "s1"}, {"sid": "s1", "sub": None}, {}])
def test_the_providers_logout_ends_its_sessions_at_once(
    named: dict[str, Any], cis2: FakeProvider, gp: Membership, client: Client, client_of: ClientOf
) -> None:
    connect(cis2, linked(cis2, gp).agency)
    sign_in_there(cis2, client, sid="s1")
    another, by_password = Client(), client_of(gp)
    sign_in_there(cis2, another, sid="s2")
    assert post_logout(cis2.sign(logout_claims(cis2, **named))) == 200
    assert client.get(reverse(ACCOUNT)).status_code == 302
    assert another.get(reverse(ACCOUNT)).status_code == (200 if named else 302)  # of a subject all, of a sid one
    assert by_password.get(reverse(ACCOUNT)).status_code == 200
    assert Session.objects.count() == UserSession.objects.count()


WRONG_LOGOUTS: dict[str, dict[str, Any]] = {
    "no event": {"events": {}},
    "an ID token": {"nonce": "n"},
    "nobody": {"sub": None},
    "no number": {"jti": None},
    "another client's": {"aud": "somebody-else"},
    "another issuer's": {"iss": "https://other.example.org"},
    "run out": {"exp": lambda: time.time() - 3600},
}


@pytest.mark.parametrize("wrong", WRONG_LOGOUTS)
def test_what_is_no_logout_token_ends_nothing(wrong: str, cis2: FakeProvider, gp: Membership, client: Client) -> None:
    connect(cis2, linked(cis2, gp).agency)
    sign_in_there(cis2, client)
    claims = {name: value() if callable(value) else value for name, value in WRONG_LOGOUTS[wrong].items()}
    assert post_logout(cis2.sign(logout_claims(cis2, **claims))) == 400
    assert post_logout(cis2.sign(logout_claims(cis2), STRANGERS_KEY)) == 400
    assert post_logout("") == post_logout("x.y.z") == 400
    assert client.get(reverse(ACCOUNT)).status_code == 200


def test_a_logout_token_works_once(cis2: FakeProvider, gp: Membership, client: Client) -> None:
    connect(cis2, linked(cis2, gp).agency)
    token = cis2.sign(logout_claims(cis2))
    assert post_logout(token) == 200
    sign_in_there(cis2, client)
    assert post_logout(token) == 400
    assert client.get(reverse(ACCOUNT)).status_code == 200


# --- The steward and the operator -----------------------------------------------------------------------

LIST, CHANGE = "agencies:identity_providers", "agencies:identity_provider"


def test_the_steward_sees_and_changes_whose_people_use_it(
    cis2: FakeProvider, gp: Membership, steward: Membership, client: Client, client_of: ClientOf
) -> None:
    row = connect(cis2, linked(cis2, gp).agency)
    other = MembershipFactory(role=Role.PROVIDER).agency
    sign_in_there(cis2, client)
    at_work = client_of(steward)
    assert gp.agency.name in at_work.get(reverse(LIST)).content.decode()
    address = reverse(CHANGE, args=[row.pk])
    assert at_work.get(address).status_code == 200
    assert at_work.post(address, {"in_use": "perhaps"}).status_code == 422
    assert at_work.post(address, {"in_use": "yes", "agencies": ["nonsense"]}).status_code == 422
    assert at_work.post(address, {"in_use": "yes", "agencies": [str(other.pk)]})["Location"] == reverse(LIST)
    assert list(row.agencies.all()) == [other]
    assert client.get(reverse(ACCOUNT)).status_code == 302  # signed out at once
    sign_in_there(cis2, client)
    assert client.get(reverse("referrals:refer")).status_code == 403  # works for nobody that uses it
    at_work.post(address, {"in_use": "no", "agencies": [str(other.pk)]})
    assert client.get(reverse(ACCOUNT)).status_code == 302
    assert client.post(reverse("oidc_login", args=["cis2"])).status_code == 404


def test_where_it_is_the_only_way_a_password_opens_nothing_of_that_agency(
    cis2: FakeProvider, steward: Membership, client_of: ClientOf
) -> None:
    """A leaver whom the agency has shut out there: the password that they still have here is of no use."""
    member = linked(cis2, MembershipFactory(role=Role.REFERRER))
    elsewhere = MembershipFactory(role=Role.PROVIDER, user=member.user)
    row = connect(cis2, member.agency)
    with_password, by_provider = client_of(member), Client()
    assert with_password.get(reverse("referrals:refer")).status_code == 200
    chosen = {"in_use": "only", "agencies": [str(member.agency_id)]}
    client_of(steward).post(reverse(CHANGE, args=[row.pk]), chosen)
    assert with_password.get(reverse("referrals:refer")).status_code == 403
    page = with_password.get(reverse(ACCOUNT)).content.decode()
    assert "lets nobody in with a password" in page
    assert elsewhere.agency.name in page
    again = Client()
    give_password(again, member)
    assert again.get(reverse("referrals:refer")).status_code == 403
    assert again.post(reverse("agencies:work_for"), {"member": str(member.pk)}).status_code == 404
    sign_in_there(cis2, by_provider)
    assert by_provider.get(reverse("referrals:refer")).status_code == 200
    client_of(steward).post(reverse(CHANGE, args=[row.pk]), chosen | {"in_use": "no"})
    assert with_password.get(reverse("referrals:refer")).status_code == 200


def test_where_it_is_the_only_way_one_can_still_link_an_account(
    cis2: FakeProvider, gp: Membership, client_of: ClientOf
) -> None:
    connect(cis2, gp.agency, required=True)
    client = client_of(gp)
    asked = press_link(client)["Refresh"].partition("url=")[2]
    client.get(cis2.come_back(asked, sub=SUBJECT))
    assert SocialAccount.objects.get().user == gp.user


def test_where_it_is_the_only_way_a_password_alone_still_asks_for_the_second_step(
    cis2: FakeProvider, client: Client
) -> None:
    """Else who knows it could link a way in of their own."""
    member = MembershipFactory(role=Role.CONNECTOR)
    connect(cis2, member.agency, required=True)
    give_password(client, member)
    assert client.get(reverse(ACCOUNT))["Location"] == reverse("mfa_index")
    assert client.post(reverse("oidc_link", args=["cis2"]))["Location"] == reverse("mfa_index")


def test_whoever_runs_the_place_keeps_a_password(cis2: FakeProvider, steward: Membership, client_of: ClientOf) -> None:
    row, client = connect(cis2, steward.agency), client_of(steward)
    data = {"in_use": "only", "agencies": [str(steward.agency_id)]}
    answer = client.post(reverse(CHANGE, args=[row.pk]), data)
    assert answer.status_code == 422
    assert "keeps a password" in answer.content.decode()
    with pytest.raises(PermissionDenied):
        change_identity_provider(provider=row, agencies=[steward.agency], in_use=True, required=True, by=steward)
    assert client.get(reverse(LIST)).status_code == 200


@pytest.mark.parametrize("role", [role for role in Role if role != Role.STEWARD])
def test_nobody_else_does(role: Role, cis2: FakeProvider, client_of: ClientOf) -> None:
    member = MembershipFactory(role=role, manages_team=True)
    row = connect(cis2, member.agency)
    client = client_of(member)
    for address in (reverse(LIST), reverse(CHANGE, args=[row.pk])):
        assert client.get(address).status_code == 403
        assert client.post(address, {"in_use": "no"}).status_code in (403, 405)
    with pytest.raises(PermissionDenied):
        change_identity_provider(provider=row, agencies=[], in_use=False, by=member)
    row.refresh_from_db()
    assert row.switched_off_at is None


def run_command(cis2: FakeProvider, capsys: Any, *more: str, slug: str = "cis2", issuer: str = "") -> str:
    given = ["--name", "NHS Care Identity", "--issuer", issuer or cis2.issuer, "--client-id", CLIENT_ID]
    call_command("connect_identity_provider", slug, *given, *more)
    return str(capsys.readouterr().out)


def test_the_operator_connects_it_and_is_told_what_to_register(
    cis2: FakeProvider, gp: Membership, capsys: Any, client: Client
) -> None:
    cis2.configuration = {"acr_values_supported": ["AAL1_USERPASS"]}
    strong = ["--step-claim", "acr", "--step-values", "AAL3_ANY"]
    told = run_command(cis2, capsys, "--agency", gp.agency.name, *strong)
    assert "http://127.0.0.1:8000/accounts/oidc/cis2/callback/" in told
    assert "http://127.0.0.1:8000/accounts/oidc/cis2/logout/" in told
    assert "does not say that it supports AAL3_ANY" in told
    linked(cis2, gp)
    sign_in_there(cis2, client)
    assert is_signed_in(client)
    run_command(cis2, capsys, "--key-id", "second")
    row = IdentityProvider.objects.get()
    assert (row.key_id, list(row.agencies.all()), row.step_claim) == ("second", [gp.agency], "")
    assert client.get(reverse(ACCOUNT)).status_code == 302


def test_the_operator_is_told_of_a_secret_that_is_missing(
    cis2: FakeProvider, capsys: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OIDC_CIS2_KEY")
    assert "set OIDC_CIS2_KEY" in run_command(cis2, capsys)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"issuer": "http://login.example.org"}, "https://"),
        ({"issuer": "https://other.example.org"}, "never changes"),
        ({"slug": "Not A Slug"}, "slug"),
        ({"agency": "Nowhere"}, "no agency"),
        ({"step": "acr"}, "provider_step_claim_has_values"),
    ],
)
def test_what_the_operator_may_not_do(more: dict[str, str], words: str, cis2: FakeProvider, capsys: Any) -> None:
    given = dict(more)
    if "never" in words:
        connect(cis2)
    extra = [f"--agency={given.pop('agency')}"] if "agency" in given else []
    extra += [f"--step-claim={given.pop('step')}"] if "step" in given else []
    before = list(IdentityProvider.objects.values())
    with pytest.raises(CommandError, match=words):
        run_command(cis2, capsys, *extra, **given)
    assert list(IdentityProvider.objects.values()) == before


def test_a_provider_that_answers_for_another_is_not_connected(cis2: FakeProvider, capsys: Any) -> None:
    cis2.configuration = {"issuer": "https://other.example.org"}
    with pytest.raises(CommandError, match="another issuer"):
        run_command(cis2, capsys)
    assert not IdentityProvider.objects.exists()


def test_the_database_refuses_a_claim_without_values(cis2: FakeProvider) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        connect(cis2, step_claim="acr")


def test_the_database_keeps_the_issuer_and_takes_no_new_one_from_a_page(cis2: FakeProvider) -> None:
    """Neither by a mistake of ours nor by SQL that somebody slips in."""
    row = connect(cis2)
    with pytest.raises(ProgrammingError, match="never changes"), transaction.atomic():
        IdentityProvider.objects.update(issuer="https://other.example.org")
    with acting_as(DatabaseRole.WEB):
        IdentityProvider.objects.update(name="Renamed")
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            IdentityProvider(slug="x", name="X", issuer="https://x.example.org", client_id="c").save(force_insert=True)
        with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
            IdentityProvider.objects.all().delete()
    row.refresh_from_db()
    assert row.name == "Renamed"
