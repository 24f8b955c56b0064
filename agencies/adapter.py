"""How django-allauth fits in here: invitations only, e-mails as our messages, limits that lock nobody out, and
sign-in by an agency's own provider (agencies/oidc.py)."""

from __future__ import annotations

import logging
import uuid
from typing import TYPE_CHECKING, Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from allauth.core.internal.ratelimit import get_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from allauth.socialaccount.providers.base.constants import AuthError, AuthProcess
from django.conf import settings
from django.contrib import messages as django_messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from agencies import messages
from agencies.access import SECOND_FACTOR_ROLES
from agencies.actions.invitation import InvitationNotOpen, accept_with_provider
from agencies.actions.known_browser import knows_browser, note_browser
from agencies.actions.unsent import offer_unsent
from agencies.door import find_door, keep_to_door, list_for_logout, remember_door
from agencies.landing_page import find_landing_page
from agencies.models import IdentityProvider, Membership
from agencies.oidc import Provider, build_provider
from config.fragments import render_page

if TYPE_CHECKING:
    from agencies.models import User

logger = logging.getLogger(__name__)

SECOND_STEP_TYPES = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)  # recovery codes only stand in for one

# allauth's name of an e-mail → subject; the text is templates/email/<last part of the name>.txt
EMAIL_SUBJECTS = {
    "account/email/password_reset_key": "Choose a new password",
    "account/email/password_reset": "Your password was changed",
    "account/email/password_changed": "Your password was changed",
    "account/email/password_set": "Your account has a password now",
    "mfa/email/totp_activated": "Signing in now asks for a code from your app",
    "mfa/email/totp_deactivated": "Your authenticator app was removed",
    "mfa/email/webauthn_added": "A passkey was added",
    "mfa/email/webauthn_removed": "A passkey was removed",
    "mfa/email/recovery_codes_generated": "New recovery codes were made",
    "socialaccount/email/account_connected": "Another way to sign in was added",
    "socialaccount/email/account_disconnected": "A way to sign in was removed",
}


# What allauth reports after a deed → our words; what is not here needs no words.
SUCCESS_MESSAGES = {
    "account/messages/password_changed.txt": "Your password is changed.",
    "account/messages/password_set.txt": "Your password is saved.",
    "mfa/messages/totp_activated.txt": "The authenticator app is on.",
    "mfa/messages/totp_deactivated.txt": "The authenticator app is removed.",
    "mfa/messages/webauthn_added.txt": "The passkey is added.",
    "mfa/messages/webauthn_removed.txt": "The passkey is removed.",
    "mfa/messages/recovery_codes_generated.txt": "These are your new recovery codes.",
    "socialaccount/messages/account_connected.txt": "Done: from now on you can sign in that way.",
    "socialaccount/messages/account_connected_updated.txt": "You could sign in that way already.",
    "socialaccount/messages/account_connected_other.txt": "That is somebody else's way to sign in here already.",
}


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "account_inactive": "This account is closed",
        "email_password_mismatch": "The e-mail address or the password is not right",
        "enter_current_password": "This is not your current password",
        "incorrect_password": "This is not your password",
        "too_many_login_attempts": "Too many wrong tries. Wait 5 minutes, or choose a new password",
        "incorrect_code": "This code is not right. Codes change every 30 seconds and work once",
        "rate_limited": "Too many wrong tries. Wait 5 minutes",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts come from invitations only."""
        return False

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        memberships = keep_to_door(request.session, list(Membership.open_for_user(cast("User", request.user))))
        return find_landing_page(memberships[0] if memberships else None)

    def get_login_stages(self) -> list[str]:
        """As allauth's, but for the second step: an agency's provider may have asked for it."""
        ours = f"{SecondStepStage.__module__}.{SecondStepStage.__qualname__}"
        theirs = f"{AuthenticateStage.__module__}.{AuthenticateStage.__qualname__}"
        return [ours if path == theirs else path for path in super().get_login_stages()]

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Logged without what was typed (security point 59): where from, and when."""
        logger.warning("Sign-in refused, from %s", self.get_client_ip(request))

    def post_login(self, request: HttpRequest, user: User, **given: Any) -> HttpResponse:
        door = find_door(given.get("signal_kwargs"))
        by = f" by {door['slug']}" if door else ""
        logger.info("User %s signed in%s, from %s", user.pk, by, self.get_client_ip(request))
        remember_door(request, user, door)
        answer: HttpResponse = super().post_login(request, user, **given)
        list_for_logout(request, door)
        answer = offer_unsent(user, answer)
        note_browser(request, user, answer)
        return answer

    def add_message(self, request: HttpRequest, level: int, message_template: str = "", *_: Any, **given: Any) -> None:
        words = given.get("message") or SUCCESS_MESSAGES.get(message_template)
        if words:
            django_messages.add_message(request, level, words)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """As a message like any other: written in this transaction, delivered by a job."""
        words = {name: context.get(name) for name in ("password_reset_url", "ip", "timestamp", "user_agent")}
        words["provider"] = str(context.get("provider", ""))
        messages.queue_message(
            key=f"{template_prefix}:{uuid.uuid4()}",
            to=email,
            subject=EMAIL_SUBJECTS[template_prefix],
            template=f"email/{template_prefix.rpartition('/')[2]}.txt",
            context=words,
        )

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """A change of password or second step is always told to the account's address."""
        super().send_notification_mail(template_prefix, user, context, email or user.email)

    def get_reset_password_from_key_url(self, key: str) -> str:
        """On the place's own address, whatever host name the request carried."""
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
        return settings.PLACE["base_url"] + path.replace("UID-KEY", key)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Guesses at all accounts from one network are counted too, but not those of a browser that has signed in with
        this address before: a colleague, or a guest of the same network, locks nobody out."""
        counted = None
        if not knows_browser(request, credentials.get("email") or ""):
            counted = ratelimit.consume(request, app="allauth.account", action="login_network")
            if not counted:
                raise self.validation_error("too_many_login_attempts")
        super().pre_authenticate(request, **credentials)
        self._login_failed_rl_usage.usage += counted.usage if counted else []

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Failures are counted for an address *from one network*, and apart for each browser that has signed in with it
        before (security point 34). Whoever tries passwords for somebody's address locks out only themselves.
        """
        known = knows_browser(request, credentials.get("email") or "")
        return f"{super()._get_login_attempts_cache_key(request, **credentials)} from {known or get_ip(request)}"


class SecondStepAdapter(DefaultMFAAdapter):
    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "This code is not right. Codes change every 30 seconds and work once",
        "cannot_delete_authenticator": "Your work needs a second step. Add another one before you remove this one",
    }

    def generate_authenticator_name(self, user: User, type: Authenticator.Type) -> str:
        return "Passkey"

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The last second step of somebody whose role needs one stays."""
        if not settings.REQUIRE_SECOND_FACTOR or authenticator.type == Authenticator.Type.RECOVERY_CODES:
            return True
        roles = Membership.open_for_user(authenticator.user).filter(role__in=SECOND_FACTOR_ROLES)
        others = Authenticator.objects.filter(user=authenticator.user_id, type__in=SECOND_STEP_TYPES)
        return others.exclude(pk=authenticator.pk).exists() or not roles.exists()


class SecondStepStage(AuthenticateStage):
    """Ours is not asked of whom the agency's provider has asked for its own, and has said so in the answer."""

    def handle(self) -> tuple[HttpResponse | None, bool]:
        door = find_door(self.login.signal_kwargs)
        return (None, True) if door and door["second_step"] else super().handle()


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Sign-in by an agency's provider. It opens accounts that are linked to it, and invitations; it makes no others."""

    def get_provider(self, request: HttpRequest, provider: str, client_id: str | None = None) -> Provider:
        """By its slug or issuer; raises SocialApp.DoesNotExist where there is none in use."""
        row = IdentityProvider.in_use().filter(Q(slug=provider) | Q(issuer=provider)).first()
        if row is None:
            raise SocialApp.DoesNotExist
        return build_provider(request, row)

    def list_apps(self, request: HttpRequest, provider: str | None = None, client_id: str | None = None) -> list[Any]:
        """None are kept in allauth's table."""
        return []

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> Any:
        """With nothing: no account is made of what a provider says of somebody."""
        return sociallogin.user

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        return reverse("agencies:account")

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Whom no account belongs to is let in by an open invitation alone, never by an e-mail address (point 43)."""
        sociallogin.state["door"] = sociallogin.door
        if sociallogin.state["process"] == AuthProcess.CONNECT or sociallogin.is_existing:
            return
        row, asked = sociallogin.provider.row, (sociallogin.state.get("data") or {}).get("invitation")
        try:
            membership = accept_with_provider(invitation=asked, provider=row)
        except InvitationNotOpen:
            raise ImmediateHttpResponse(refuse_sign_in(request, row, "unknown", 403)) from None
        sociallogin.connect(request, membership.user)
        sociallogin.state["next"] = find_landing_page(membership)

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None, extra_context: Any = None
    ) -> None:
        """Logged without what was sent; raises ImmediateHttpResponse with our page."""
        why = "cancelled" if error == AuthError.CANCELLED else "refused"
        told = str(exception)[:200] if type(exception).__name__ == "OAuth2Error" else type(exception).__name__
        logger.warning("Sign-in by %s %s: %s, from %s", provider.row.slug, why, told, get_ip(request))
        raise ImmediateHttpResponse(refuse_sign_in(request, provider.row, why, 403))


def refuse_sign_in(request: HttpRequest, row: IdentityProvider, why: str, status: int) -> HttpResponse:
    """The page that says so, and what to do: `why` is unknown, cancelled, refused or down."""
    return render_page(request, "agencies/sign_in_refused.html", {"provider": row, "why": why}, status=status)
