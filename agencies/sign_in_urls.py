"""/accounts/…: of django-allauth only what is used here is routed, under its own names (it redirects to them)."""

from collections.abc import Callable
from typing import Any

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path, re_path

from agencies.access import public, signed_in
from agencies.views import oidc, sign_in
from agencies.views.sign_in import adapt_allauth_view, changes_password, changes_second_step

# Address, who may open it, the view, its name.
FROM_ALLAUTH: list[tuple[str, Callable[[Any], Any], Callable[..., Any], str]] = [
    ("login/", public, account.login, "account_login"),
    ("inactive/", public, account.account_inactive, "account_inactive"),
    ("reauthenticate/", signed_in, account.reauthenticate, "account_reauthenticate"),
    ("password/reset/", public, account.password_reset, "account_reset_password"),
    ("password/reset/done/", public, account.password_reset_done, "account_reset_password_done"),
    ("password/reset/key/done/", public, account.password_reset_from_key_done, "account_reset_password_from_key_done"),
    ("2fa/", signed_in, mfa.index, "mfa_index"),
    ("2fa/reauthenticate/", signed_in, mfa.reauthenticate, "mfa_reauthenticate"),
    ("2fa/recovery-codes/", signed_in, recovery_codes.view_recovery_codes, "mfa_view_recovery_codes"),
    ("2fa/webauthn/reauthenticate/", signed_in, webauthn.reauthenticate_webauthn, "mfa_reauthenticate_webauthn"),
]
SECOND_STEP_CHANGES = [
    ("2fa/totp/activate/", totp.activate_totp, "mfa_activate_totp"),
    ("2fa/totp/deactivate/", totp.deactivate_totp, "mfa_deactivate_totp"),
    ("2fa/recovery-codes/generate/", recovery_codes.generate_recovery_codes, "mfa_generate_recovery_codes"),
    ("2fa/webauthn/add/", webauthn.add_webauthn, "mfa_add_webauthn"),
]
urlpatterns = [
    *(path(route, guard(adapt_allauth_view(view)), name=name) for route, guard, view, name in FROM_ALLAUTH),
    *(path(route, signed_in(changes_second_step(view)), name=name) for route, view, name in SECOND_STEP_CHANGES),
    path("2fa/authenticate/", public(sign_in.second_step), name="mfa_authenticate"),
    path("logout/", public(sign_in.sign_out), name="account_logout"),
    path("password/change/", signed_in(changes_password(account.password_change)), name="account_change_password"),
    path("password/set/", signed_in(changes_password(sign_in.first_password)), name="account_set_password"),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        public(sign_in.new_password),
        name="account_reset_password_from_key",
    ),
    path("oidc/<slug:slug>/login/", oidc.sign_in_with, name="oidc_login"),
    path("oidc/<slug:slug>/callback/", oidc.callback, name="oidc_callback"),
    path("oidc/<slug:slug>/left/", oidc.left, name="oidc_left"),
    path("oidc/<slug:slug>/keys/", oidc.keys, name="oidc_keys"),
    path("oidc/<slug:slug>/logout/", oidc.end_by_provider, name="oidc_logout"),
    path("oidc/<slug:slug>/link/", oidc.link, name="oidc_link"),
    path("oidc/<slug:slug>/unlink/", oidc.unlink, name="oidc_unlink"),
    path("2fa/webauthn/", signed_in(sign_in.passkeys), name="mfa_list_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/remove/", signed_in(sign_in.remove_passkey), name="mfa_remove_webauthn"),
]
