"""The words of the pages about the second step of signing in, on django-allauth's forms."""

from typing import Any

from allauth.mfa.base import forms as base
from allauth.mfa.recovery_codes import forms as recovery_codes
from allauth.mfa.totp import forms as totp
from allauth.mfa.webauthn import forms as webauthn

from agencies.forms.sign_in import AllauthForm, set_field_texts

CODE_HINT = "The 6 digits your authenticator app shows now. Or one of your recovery codes."


class CodeForm(AllauthForm):
    """A form with a one-time code."""

    hint = CODE_HINT

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_field_texts(self, "code", "Code", "Enter the code", self.hint, width="10")
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


class SecondStepForm(base.AuthenticateForm, CodeForm):
    button = "Sign in"


class ConfirmSecondStepForm(base.ReauthenticateForm, CodeForm):
    button = "Continue"


class ActivateAppForm(totp.ActivateTOTPForm, CodeForm):
    button = "Turn on"
    hint = "The 6 digits that the app shows now"


class RemoveAppForm(totp.DeactivateTOTPForm, AllauthForm):
    button = "Remove authenticator app"


class RecoveryCodesForm(recovery_codes.GenerateRecoveryCodesForm, AllauthForm):
    button = "Make new codes"


class AddPasskeyForm(webauthn.AddWebAuthnForm, AllauthForm):
    button = "Add passkey"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_field_texts(self, "name", "Name of the passkey", "", "So that you know it again, such as “Work laptop”")
        self.fields["credential"].error_messages["required"] = "Your device did not give us a passkey. Try again"


class ConfirmPasskeyForm(webauthn.ReauthenticateWebAuthnForm, AllauthForm):
    button = "Use passkey"
