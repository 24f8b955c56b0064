"""/accounts/…: of django-allauth only what is used here is routed, under its own names (it redirects to them)."""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery_codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path, re_path

from agencies.access import public, signed_in
from agencies.views import sign_in
from agencies.views.sign_in import adapt_allauth_view, changes_password, changes_second_step

urlpatterns = [
    path("login/", public(adapt_allauth_view(account.login)), name="account_login"),
    path("logout/", public(sign_in.sign_out), name="account_logout"),
    path("inactive/", public(adapt_allauth_view(account.account_inactive)), name="account_inactive"),
    path("reauthenticate/", signed_in(adapt_allauth_view(account.reauthenticate)), name="account_reauthenticate"),
    path(
        "password/change/",
        signed_in(changes_password(account.password_change)),
        name="account_change_password",
    ),
    path("password/set/", signed_in(changes_password(account.password_set)), name="account_set_password"),
    path("password/reset/", public(adapt_allauth_view(account.password_reset)), name="account_reset_password"),
    path(
        "password/reset/done/",
        public(adapt_allauth_view(account.password_reset_done)),
        name="account_reset_password_done",
    ),
    path(
        "password/reset/key/done/",
        public(adapt_allauth_view(account.password_reset_from_key_done)),
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        public(sign_in.new_password),
        name="account_reset_password_from_key",
    ),
    path("2fa/", signed_in(adapt_allauth_view(mfa.index)), name="mfa_index"),
    path("2fa/authenticate/", public(adapt_allauth_view(mfa.authenticate)), name="mfa_authenticate"),
    path("2fa/reauthenticate/", signed_in(adapt_allauth_view(mfa.reauthenticate)), name="mfa_reauthenticate"),
    path("2fa/totp/activate/", signed_in(changes_second_step(totp.activate_totp)), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", signed_in(changes_second_step(totp.deactivate_totp)), name="mfa_deactivate_totp"),
    path(
        "2fa/recovery-codes/",
        signed_in(adapt_allauth_view(recovery_codes.view_recovery_codes)),
        name="mfa_view_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/generate/",
        signed_in(changes_second_step(recovery_codes.generate_recovery_codes)),
        name="mfa_generate_recovery_codes",
    ),
    path("2fa/webauthn/", signed_in(sign_in.passkeys), name="mfa_list_webauthn"),
    path("2fa/webauthn/add/", signed_in(changes_second_step(webauthn.add_webauthn)), name="mfa_add_webauthn"),
    path("2fa/webauthn/keys/<int:pk>/remove/", signed_in(sign_in.remove_passkey), name="mfa_remove_webauthn"),
    path(
        "2fa/webauthn/reauthenticate/",
        signed_in(adapt_allauth_view(webauthn.reauthenticate_webauthn)),
        name="mfa_reauthenticate_webauthn",
    ),
]
