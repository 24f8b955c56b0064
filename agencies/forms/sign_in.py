"""The words of the sign-in pages, on django-allauth's forms."""

from typing import Any

from allauth.account import forms as allauth
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.validators import MaxLengthValidator

from agencies.models import User
from config.forms import Form, NameField

PASSWORD_HINT = "At least 12 characters. Three words that mean something only to you work well. Pasting is fine."  # noqa: S105
# Characters: long enough for any password manager, too short to keep the server busy hashing.
MAX_PASSWORD_LENGTH = 1000


def set_field_texts(
    form: forms.BaseForm, name: str, label: str, required: str, hint: str = "", width: str = "20"
) -> None:
    """Give a field of an allauth form our label, hint and "required" message, and no placeholder."""
    field = form.fields[name]
    field.label, field.help_text = label, hint
    field.error_messages["required"] = required
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs["class"] = f"govuk-input--width-{width}"
    field.widget.attrs["spellcheck"] = "false"
    if hasattr(field, "max_length") and field.max_length is None:
        field.max_length = MAX_PASSWORD_LENGTH
        field.validators.append(MaxLengthValidator(MAX_PASSWORD_LENGTH))


class AllauthForm(Form):
    """The base of our forms under an allauth form: plain labels, no colon."""


class SignInForm(allauth.LoginForm, AllauthForm):
    button = "Sign in"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_field_texts(self, "login", "E-mail address", "Enter your e-mail address", width="30")
        self.fields["login"].error_messages["invalid"] = "Enter an e-mail address, such as name@example.org"
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        set_field_texts(self, "password", "Password", "Enter your password")


class ConfirmPasswordForm(allauth.ReauthenticateForm, AllauthForm):
    button = "Continue"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_field_texts(self, "password", "Your password", "Enter your password")


class ForgottenPasswordForm(allauth.ResetPasswordForm, AllauthForm):
    button = "Send me a link"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_field_texts(self, "email", "E-mail address", "Enter your e-mail address", width="30")
        self.fields["email"].error_messages["invalid"] = "Enter an e-mail address, such as name@example.org"


class NewPasswordForm(allauth.ResetPasswordKeyForm, AllauthForm):
    button = "Save new password"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password2"]  # asked once; who mistypes it gets another link
        set_field_texts(self, "password1", "New password", "Enter a new password", PASSWORD_HINT)


class ChangePasswordForm(allauth.ChangePasswordForm, AllauthForm):
    button = "Change password"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password2"]
        set_field_texts(self, "oldpassword", "Current password", "Enter your current password")
        set_field_texts(self, "password1", "New password", "Enter a new password", PASSWORD_HINT)


class FirstPasswordForm(allauth.SetPasswordForm, AllauthForm):
    """Of an account that has signed in without one so far."""

    button = "Save password"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password2"]
        set_field_texts(self, "password1", "New password", "Enter a new password", PASSWORD_HINT)


class NewAccountForm(Form):
    """The two questions an invitation asks somebody who has no account yet."""

    button = "Create account and start"

    name = NameField(label="Your full name", error_messages={"required": "Enter your full name"})
    password = forms.CharField(
        label="Choose a password",
        help_text=PASSWORD_HINT,
        max_length=MAX_PASSWORD_LENGTH,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password", "class": "govuk-input--width-20"}),
        error_messages={"required": "Choose a password"},
    )

    def __init__(self, *args: Any, email: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.email = email

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        validate_password(password, User(email=self.email, name=self.cleaned_data.get("name", "")))
        return str(password)
