"""Points of shared/standards/security.md about signing in, passwords, the second step and sessions."""

import base64
import hashlib
import hmac
import importlib
import struct
import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.usersessions.models import UserSession
from django.contrib.auth.password_validation import validate_password
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from agencies.access import SECOND_FACTOR_ROLES, Role
from agencies.actions.session import disable_account, end_sessions
from agencies.models import Membership, Message, User
from tests.factories import PASSWORD, MembershipFactory, UserFactory

ClientOf = Callable[[Membership], Client]
NEW_PASSWORD = "seven green ladders"
SECRET = base64.b32encode(b"a shared secret, 20b").decode()
ADD_APP, INDEX, LOGIN = "mfa_activate_totp", "mfa_index", "account_login"


def totp(steps: int = 0) -> str:
    """The code an app shows now, or so many half-minutes later (RFC 6238)."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    digest = hmac.new(base64.b32decode(SECRET), counter, hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def with_app(member: Membership) -> Membership:
    TOTP.activate(member.user, SECRET)
    RecoveryCodes.activate(member.user)
    return member


def give_password(client: Client, member: Membership, password: str = PASSWORD, **query: str) -> Any:
    path = reverse(LOGIN, query=query) if query else reverse(LOGIN)
    return client.post(path, {"login": member.user.email, "password": password})


def give_code(client: Client, code: str) -> Any:
    return client.post(reverse("mfa_authenticate"), {"code": code})


def is_signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def sign_in_fully(member: Membership) -> Client:
    client = Client()
    give_password(client, member)
    if is_signed_in(client):
        return client
    assert give_code(client, totp()).status_code == 302
    return client


# --- Passwords (32 to 35) -----------------------------------------------------------------------------


@pytest.mark.parametrize("password", ["seven lamp", "elevenchars"])
def test_point_32_passwords_have_at_least_12_characters(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, UserFactory())


@pytest.mark.parametrize("password", ["heron" + " lamp stone" * 12, "ŷ łódź 🦩 ladder stone", " spaces at the ends "])
def test_point_32_long_and_unusual_passwords_are_taken_as_typed(password: str, client: Client) -> None:
    member = MembershipFactory(role=Role.PROVIDER)
    validate_password(password, member.user)
    member.user.set_password(password)
    member.user.save()
    give_password(client, member, password)
    assert is_signed_in(client)


def test_point_32_pasting_is_not_prevented_and_managers_are_told_what_to_fill(client: Client) -> None:
    page = client.get(reverse(LOGIN)).content.decode()
    assert 'autocomplete="current-password"' in page
    assert 'autocomplete="username"' in page
    assert "onpaste" not in page


@pytest.mark.parametrize("password", ["1234567890123", "qwertyuiopasdf", "passwordpassword", "iloveyouiloveyou"])
def test_point_33_leaked_and_easily_guessed_passwords_are_refused(password: str) -> None:
    with pytest.raises(ValidationError):
        validate_password(password, UserFactory())


def test_point_33_the_own_name_is_no_password() -> None:
    with pytest.raises(ValidationError):
        validate_password("priya.shah.2026", UserFactory(name="Priya Shah", email="priya.shah@work.example.org"))


def test_point_34_guessing_is_limited(client: Client) -> None:
    member = MembershipFactory(role=Role.PROVIDER)
    for n in range(5):
        assert give_password(client, member, f"wrong {n}").status_code == 422
    response = give_password(client, member)
    assert "Too many wrong tries" in response.content.decode()
    assert not is_signed_in(client)


def test_point_34_somebody_elses_guessing_locks_nobody_out() -> None:
    member = MembershipFactory(role=Role.PROVIDER)
    attacker, victim = Client(REMOTE_ADDR="192.0.2.66"), Client(REMOTE_ADDR="192.0.2.1")
    for n in range(10):
        give_password(attacker, member, f"wrong {n}")
    give_password(victim, member)
    assert is_signed_in(victim)


def test_point_34_one_network_cannot_try_many_addresses(client: Client) -> None:
    """A common password tried on every account ("spraying")."""
    answers = [give_password(client, MembershipFactory(role=Role.PROVIDER), "spring 2026 spring") for _ in range(31)]
    assert "Too many wrong tries" in answers[-1].content.decode()


def test_point_35_a_fresh_place_has_no_accounts() -> None:
    """Migrations make none; the first steward comes from `make_steward`, without a password."""
    assert User.objects.count() == 0
    assert not User.objects.create_user(email="first@work.example.org", name="First").has_usable_password()


def test_passwords_are_kept_as_argon2() -> None:
    base = importlib.import_module("config.settings.base")
    assert base.PASSWORD_HASHERS[0].endswith("Argon2PasswordHasher")


def test_signing_in_does_not_tell_who_has_an_account(client: Client) -> None:
    member = MembershipFactory(role=Role.PROVIDER)
    known = give_password(client, member, "wrong").content.decode()
    unknown = client.post(reverse(LOGIN), {"login": "nobody@work.example.org", "password": "wrong"}).content.decode()
    assert "The e-mail address or the password is not right" in known
    assert "The e-mail address or the password is not right" in unknown


# --- A new password by e-mail --------------------------------------------------------------------------


def ask_for_link(client: Client, email: str) -> Any:
    return client.post(reverse("account_reset_password"), {"email": email})


def reset_link() -> str:
    body = Message.latest_messages(1)[0].body
    return "/" + next(word for word in body.split() if "/password/reset/key/" in word).split("/", 3)[3]


def set_password_by_link(client: Client) -> Any:
    form = client.get(reset_link(), follow=True)
    return client.post(form.redirect_chain[-1][0], {"password1": NEW_PASSWORD})


def test_a_reset_does_not_tell_who_has_an_account(client: Client) -> None:
    member = MembershipFactory()
    known, unknown = ask_for_link(client, member.user.email), ask_for_link(client, "nobody@work.example.org")
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert [m.to for m in Message.objects.all()] == [member.user.email]


def test_a_reset_by_e_mail_works_once_and_ends_every_session(client: Client) -> None:
    member = MembershipFactory(role=Role.PROVIDER)
    elsewhere = sign_in_fully(member)
    ask_for_link(client, member.user.email)
    link = reset_link()
    assert set_password_by_link(client).status_code == 302
    assert elsewhere.get(reverse("agencies:account")).status_code == 302
    assert not UserSession.objects.filter(user=member.user).exists()
    assert "This link no longer works" in Client().get(link, follow=True).content.decode()
    give_password(client, member, NEW_PASSWORD)
    assert is_signed_in(client)
    assert Message.objects.filter(subject="Your password was changed", to=member.user.email).exists()


def test_a_second_step_can_be_set_up_after_a_reset(client: Client) -> None:
    member = MembershipFactory(role=Role.CONNECTOR)
    ask_for_link(client, member.user.email)
    set_password_by_link(client)
    give_password(client, member, NEW_PASSWORD)
    again = client.get(reverse("mfa_activate_totp"))["Location"]
    assert again.startswith(reverse("account_reauthenticate"))
    page = client.post(again, {"password": NEW_PASSWORD}, follow=True)
    assert page.request["PATH_INFO"] == reverse("mfa_activate_totp")
    assert page.status_code == 200


def test_the_link_leads_to_the_place_whatever_host_was_asked(settings: Any) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    member = MembershipFactory()
    Client(HTTP_HOST="evil.example.org").post(reverse("account_reset_password"), {"email": member.user.email})
    assert "evil" not in Message.objects.get().body


def test_point_42_links_and_codes_expire(settings: Any, client: Client) -> None:
    assert settings.PASSWORD_RESET_TIMEOUT == 3600
    member = MembershipFactory()
    ask_for_link(client, member.user.email)
    settings.PASSWORD_RESET_TIMEOUT = -1
    assert "This link no longer works" in client.get(reset_link(), follow=True).content.decode()


def test_point_42_an_old_code_does_not_work(client: Client) -> None:
    give_password(client, with_app(MembershipFactory(role=Role.CONNECTOR)))
    assert give_code(client, totp(-4)).status_code == 422
    assert not is_signed_in(client)


# --- The second step (36 to 41) --------------------------------------------------------------------------


@pytest.mark.parametrize("role", sorted(SECOND_FACTOR_ROLES))
def test_point_36_first_a_second_step_then_everything_else(role: Role, client: Client) -> None:
    give_password(client, MembershipFactory(role=role))
    for name in ("agencies:account", "agencies:team", "agencies:work_for", "directory:home", "agencies:sessions"):
        response = client.get(reverse(name))
        assert (response.status_code, response["Location"]) == (302, reverse(INDEX)), name
    response = client.post(reverse("agencies:draft"), {"draft_key": "a"})
    assert response.status_code == 302


@pytest.mark.parametrize("name", [INDEX, "account_reauthenticate"])
def test_point_36_the_pages_for_setting_it_up_are_open(name: str, client: Client) -> None:
    give_password(client, MembershipFactory(role=Role.CONNECTOR))
    assert client.get(reverse(name)).status_code == 200


def test_point_36_one_can_leave_without_setting_it_up(client: Client) -> None:
    give_password(client, MembershipFactory(role=Role.CONNECTOR))
    client.post(reverse("account_logout"))
    assert not is_signed_in(client)


def test_point_36_htmx_is_sent_there_as_a_whole_page(client: Client) -> None:
    give_password(client, MembershipFactory(role=Role.CONNECTOR))
    response = client.get(reverse("agencies:account"), headers={"HX-Request": "true"})
    assert (response.status_code, response["HX-Redirect"]) == (401, reverse(INDEX))


def test_point_36_a_colleague_without_such_a_role_is_not_asked(client: Client) -> None:
    give_password(client, MembershipFactory(role=Role.REFERRER))
    assert client.get(reverse("agencies:account")).status_code == 200


def test_point_36_it_is_asked_for_whichever_agency_one_works_for_now(client: Client) -> None:
    member = MembershipFactory(role=Role.PROVIDER)
    MembershipFactory(role=Role.CONNECTOR, user=member.user)
    give_password(client, member)
    assert client.get(reverse("agencies:account")).status_code == 302


def test_point_36_setting_it_up_opens_the_door(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    member = MembershipFactory(role=Role.CONNECTOR)
    give_password(client, member)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    client.get(reverse(ADD_APP))
    session = client.session
    session["mfa.totp.secret"] = SECRET
    session.save()
    response = client.post(reverse(ADD_APP), {"code": totp()})
    assert response["Location"] == reverse("mfa_view_recovery_codes")
    assert client.get(reverse("agencies:account")).status_code == 200


@pytest.mark.parametrize("role", list(Role))
def test_point_36_who_has_one_is_asked_for_it_in_any_role(role: Role, client: Client) -> None:
    give_password(client, with_app(MembershipFactory(role=role)))
    assert not is_signed_in(client)
    give_code(client, totp())
    assert is_signed_in(client)


def test_point_37_a_session_from_another_door_has_no_way_around(client: Client) -> None:
    """Signed in without the second step that the user has: by a future door, or a stolen set-up page."""
    member = with_app(MembershipFactory(role=Role.CONNECTOR))
    client.force_login(member.user)
    response = client.get(reverse(ADD_APP))
    assert response.status_code == 302
    assert response["Location"].startswith(reverse(LOGIN))
    assert not is_signed_in(client)


def test_point_39_a_new_password_does_not_skip_the_second_step(client: Client) -> None:
    member = with_app(MembershipFactory(role=Role.CONNECTOR))
    ask_for_link(client, member.user.email)
    set_password_by_link(client)
    assert not is_signed_in(client)
    give_password(client, member, NEW_PASSWORD)
    assert not is_signed_in(client)


def test_point_40_a_lost_phone_is_replaced_by_a_recovery_code_that_works_once() -> None:
    member = with_app(MembershipFactory(role=Role.CONNECTOR))
    codes = Authenticator.objects.get(user=member.user, type=Authenticator.Type.RECOVERY_CODES)
    code = codes.wrap().get_unused_codes()[0]
    first, second = Client(), Client()
    give_password(first, member)
    give_code(first, code)
    assert is_signed_in(first)
    give_password(second, member)
    assert give_code(second, code).status_code == 422


def test_point_40_the_operator_removes_a_lost_step_and_the_user_is_told() -> None:
    member = with_app(MembershipFactory(role=Role.CONNECTOR))
    client = sign_in_fully(member)
    call_command("forget_second_step", member.user.email, yes=True)
    assert not Authenticator.objects.filter(user=member.user).exists()
    assert client.get(reverse("agencies:account")).status_code == 302
    assert Message.objects.get().to == member.user.email


def test_point_41_a_code_works_once() -> None:
    member = with_app(MembershipFactory(role=Role.CONNECTOR))
    first, second, code = Client(), Client(), totp()
    for client in (first, second):
        give_password(client, member)
    give_code(first, code)
    assert give_code(second, code).status_code == 422
    assert is_signed_in(first)
    assert not is_signed_in(second)


def test_who_is_half_way_through_may_start_again_as_somebody_else(client: Client) -> None:
    give_password(client, with_app(MembershipFactory(role=Role.CONNECTOR)))
    assert client.get(reverse(LOGIN))["Location"] == reverse("mfa_authenticate")
    client.post(reverse("account_logout"))
    assert client.get(reverse(LOGIN)).status_code == 200
    give_password(client, other := MembershipFactory(role=Role.PROVIDER))
    assert client.session["_auth_user_id"] == str(other.user.pk)


def test_codes_cannot_be_guessed_at_leisure(client: Client) -> None:
    give_password(client, with_app(MembershipFactory(role=Role.CONNECTOR)))
    for _ in range(5):
        give_code(client, "000000")
    assert give_code(client, totp()).status_code == 422
    assert not is_signed_in(client)


# --- Sessions (44 to 49, 57) -------------------------------------------------------------------------------


def test_point_44_signing_in_gives_a_new_session_id(client: Client) -> None:
    session = client.session
    session["planted"] = "by an attacker"
    session.save()
    before = session.session_key
    client.cookies["sessionid"] = before
    give_password(client, MembershipFactory(role=Role.PROVIDER))
    assert is_signed_in(client)
    assert client.session.session_key != before
    assert not Session.objects.filter(session_key=before).exists()


def age(client: Client, **seconds: int) -> None:
    """As if the session had been used, or had begun, so many seconds ago."""
    session = client.session
    for name, ago in seconds.items():
        session[name] = int(time.time()) - ago
    session.save()


def test_point_45_fifteen_idle_minutes_end_a_session(gp: Membership, client_of: ClientOf) -> None:
    client = client_of(gp)
    age(client, seen=14 * 60)
    assert client.get(reverse("agencies:account")).status_code == 200
    age(client, seen=15 * 60 + 1)
    response = client.get(reverse("agencies:account"))
    assert response.status_code == 302
    assert "why=ended" in response["Location"]
    assert not Session.objects.exists()
    assert "Your session has ended" in client.get(response["Location"]).content.decode()


def test_point_45_each_request_and_the_warning_keep_it_alive(gp: Membership, client_of: ClientOf) -> None:
    client = client_of(gp)
    age(client, seen=14 * 60)
    client.get(reverse("agencies:account"))
    assert time.time() - client.session["seen"] < 5
    age(client, seen=30)
    assert client.post(reverse("agencies:extend")).status_code == 204
    assert time.time() - client.session["seen"] < 5


def test_point_45_twelve_hours_end_it_whatever_one_does(gp: Membership, client_of: ClientOf) -> None:
    client = client_of(gp)
    age(client, began=12 * 3600 - 60, seen=10)
    assert client.post(reverse("agencies:extend")).status_code == 204
    age(client, began=12 * 3600 + 1, seen=10)
    assert client.post(reverse("agencies:extend")).status_code == 302
    assert not is_signed_in(client)


def test_point_45_the_page_says_when_it_will_warn(gp: Membership, client_of: ClientOf) -> None:
    page = client_of(gp).get(reverse("agencies:account")).content.decode()
    assert 'data-idle-minutes="15"' in page
    assert f'data-extend="{reverse("agencies:extend")}"' in page


def test_point_45_an_ended_session_sends_htmx_to_sign_in_and_back(gp: Membership, client_of: ClientOf) -> None:
    client = client_of(gp)
    age(client, seen=16 * 60)
    here = {"HX-Request": "true", "HX-Current-URL": "http://testserver/refer/?a=1"}
    response = client.post(reverse("agencies:draft"), {"draft_key": "a"}, headers=here)
    assert response.status_code == 401
    assert response["HX-Redirect"] == "/accounts/login/?why=ended&next=/refer/%3Fa%3D1"


def test_point_45_public_pages_stay_open_after_it(gp: Membership, client_of: ClientOf) -> None:
    client = client_of(gp)
    age(client, seen=16 * 60)
    assert client.get(reverse(LOGIN)).status_code == 200


def test_point_46_signing_out_ends_the_session_in_the_store(gp: Membership) -> None:
    client = sign_in_fully(gp)
    stolen = client.cookies["sessionid"].value
    client.post(reverse("account_logout"))
    assert not Session.objects.filter(session_key=stolen).exists()
    thief = Client()
    thief.cookies["sessionid"] = stolen
    assert thief.get(reverse("agencies:account")).status_code == 302


def test_point_46_disabling_ends_every_session_in_the_store_at_once(gp: Membership) -> None:
    client = sign_in_fully(gp)
    sign_in_fully(gp)
    disable_account(user=gp.user)
    assert Session.objects.count() == 0
    assert client.get(reverse("agencies:account")).status_code == 302
    give_password(client, gp)
    assert not is_signed_in(client)


def test_point_47_a_changed_second_step_ends_the_other_sessions() -> None:
    member = with_app(MembershipFactory(role=Role.PROVIDER))
    here = sign_in_fully(member)
    Authenticator.objects.filter(user=member.user).delete()
    there = sign_in_fully(member)
    TOTP.activate(member.user, SECRET)
    here.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    assert here.post(reverse("mfa_deactivate_totp")).status_code == 302
    assert there.get(reverse("agencies:account")).status_code == 302
    assert here.get(reverse("agencies:account")).status_code == 200


def test_point_47_a_changed_password_ends_the_other_sessions(gp: Membership) -> None:
    here, there = sign_in_fully(gp), sign_in_fully(gp)
    data = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD}
    assert here.post(reverse("account_change_password"), data).status_code == 302
    assert there.get(reverse("agencies:account")).status_code == 302
    assert here.get(reverse("agencies:account")).status_code == 200
    assert Session.objects.count() == 1


def test_point_48_users_and_operators_can_end_sessions(gp: Membership) -> None:
    """The user's own page is in tests/agencies/test_account.py; this is the operator's command."""
    client = sign_in_fully(gp)
    sign_in_fully(gp)
    call_command("end_sessions", gp.user.email)
    assert Session.objects.count() == 0
    assert client.get(reverse("agencies:account")).status_code == 302
    assert end_sessions(user=gp.user) == 0


@pytest.mark.parametrize("name", [ADD_APP, "mfa_add_webauthn", "mfa_generate_recovery_codes", "mfa_deactivate_totp"])
def test_point_49_changing_the_second_step_asks_for_the_password_again(name: str) -> None:
    member = MembershipFactory(role=Role.PROVIDER)
    if "deactivate" in name:
        member = with_app(member)
    client = sign_in_fully(member)
    for response in (client.get(reverse(name)), client.post(reverse(name), {"code": totp()})):
        assert response.status_code == 302
        assert "/reauthenticate/" in response["Location"]


def test_point_49_the_e_mail_address_cannot_be_changed_by_a_page(client: Client) -> None:
    """It is what invitations prove; a wrong one is put right by a new invitation."""
    assert client.get("/accounts/email/").status_code == 404


def test_the_last_second_step_of_who_needs_one_stays() -> None:
    member = with_app(MembershipFactory(role=Role.CONNECTOR))
    client = sign_in_fully(member)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    response = client.post(reverse("mfa_deactivate_totp"))
    assert response.status_code == 422
    assert "Your work needs a second step" in response.content.decode()
    assert Authenticator.objects.filter(user=member.user, type=Authenticator.Type.TOTP).exists()


def test_the_last_passkey_of_who_needs_a_second_step_stays() -> None:
    member = with_app(MembershipFactory(role=Role.CONNECTOR))
    client = sign_in_fully(member)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    passkey = Authenticator.objects.create(
        user=member.user, type=Authenticator.Type.WEBAUTHN, data={"name": "Work laptop", "credential": {}}
    )
    Authenticator.objects.filter(user=member.user, type=Authenticator.Type.TOTP).delete()
    response = client.post(reverse("mfa_remove_webauthn", args=[passkey.pk]), follow=True)
    assert "Your work needs a second step" in response.content.decode()
    assert Authenticator.objects.filter(pk=passkey.pk).exists()


def test_there_is_no_sign_up(client: Client) -> None:
    assert client.get("/accounts/signup/").status_code == 404


def test_point_57_signing_out_clears_the_browser(gp: Membership, client_of: ClientOf) -> None:
    response = client_of(gp).post(reverse("account_logout"))
    assert response["Clear-Site-Data"] == '"cache", "cookies", "storage"'


@pytest.mark.parametrize(
    "name", ["agencies:account", "agencies:sessions", "agencies:work_for", "agencies:team", INDEX, "cases:caseload"]
)
def test_point_57_pages_about_people_are_never_stored(name: str, lead: Membership, client_of: ClientOf) -> None:
    response = client_of(lead).get(reverse(name))
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert "private" in response["Cache-Control"]


# --- The log (59) ---------------------------------------------------------------------------------------------


def test_point_59_sign_ins_and_refusals_are_logged_without_what_was_typed(client: Client, caplog: Any) -> None:
    member = MembershipFactory(role=Role.PROVIDER)
    caplog.set_level("INFO", logger="agencies.adapter")
    give_password(client, member, "a wrong password")
    give_password(client, member)
    refused, taken = [r.getMessage() for r in caplog.records if r.name == "agencies.adapter"]
    assert refused == "Sign-in refused, from 127.0.0.1"
    assert taken == f"User {member.user.pk} signed in, from 127.0.0.1"
