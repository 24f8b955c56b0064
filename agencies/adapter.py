"""How django-allauth fits in here: invitations only, e-mails as our messages, limits that lock nobody out."""

from __future__ import annotations

import logging
import uuid
from typing import TYPE_CHECKING, Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core.internal.ratelimit import get_ip
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages as django_messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from agencies import messages
from agencies.access import SECOND_FACTOR_ROLES
from agencies.actions.unsent import offer_unsent
from agencies.landing_page import find_landing_page
from agencies.models import Membership

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
        return find_landing_page(Membership.open_for_user(cast("User", request.user)).first())

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        """Logged without what was typed (security point 59): where from, and when."""
        logger.warning("Sign-in refused, from %s", self.get_client_ip(request))

    def post_login(self, request: HttpRequest, user: User, **given: Any) -> HttpResponse:
        logger.info("User %s signed in, from %s", user.pk, self.get_client_ip(request))
        answer: HttpResponse = super().post_login(request, user, **given)
        return offer_unsent(user, answer)

    def add_message(self, request: HttpRequest, level: int, message_template: str = "", *_: Any, **given: Any) -> None:
        words = given.get("message") or SUCCESS_MESSAGES.get(message_template)
        if words:
            django_messages.add_message(request, level, words)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """As a message like any other: written in this transaction, delivered by a job."""
        words = {name: context.get(name) for name in ("password_reset_url", "ip", "timestamp", "user_agent")}
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

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Failures are counted for an address *from one network* (security point 34).

        Whoever tries passwords for somebody's address locks out only themselves.
        """
        return f"{super()._get_login_attempts_cache_key(request, **credentials)} from {get_ip(request)}"


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
