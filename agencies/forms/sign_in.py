"""The words of the sign-in pages, on django-allauth's forms."""

from typing import Any

from allauth.account import forms as allauth
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.validators import MaxLengthValidator

from agencies.models import User
from config.forms import Form, NameField

HOW_TO_CHOOSE = "At least 12 characters. Three words that mean something only to you work well. Pasting is fine."
LONGEST = 1000  # characters: long enough for any password manager, too short to keep the server busy hashing


def worded(form: forms.BaseForm, name: str, label: str, required: str, hint: str = "", width: str = "20") -> None:
    """Give a field of an allauth form our label, hint and "required" message, and no placeholder."""
    field = form.fields[name]
    field.label, field.help_text = label, hint
    field.error_messages["required"] = required
    field.widget.attrs.pop("placeholder", None)
    field.widget.attrs["class"] = f"govuk-input--width-{width}"
    field.widget.attrs["spellcheck"] = "false"
    if hasattr(field, "max_length") and field.max_length is None:
        field.max_length = LONGEST
        field.validators.append(MaxLengthValidator(LONGEST))


class Worded(Form):
    """The base of our forms under an allauth form: plain labels, no colon."""


class SignInForm(allauth.LoginForm, Worded):
    button = "Sign in"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        worded(self, "login", "E-mail address", "Enter your e-mail address", width="30")
        self.fields["login"].error_messages["invalid"] = "Enter an e-mail address, such as name@example.org"
        self.fields["login"].widget.attrs["autocomplete"] = "username"
        worded(self, "password", "Password", "Enter your password")


class ConfirmPasswordForm(allauth.ReauthenticateForm, Worded):
    button = "Continue"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        worded(self, "password", "Your password", "Enter your password")


class ForgottenPasswordForm(allauth.ResetPasswordForm, Worded):
    button = "Send me a link"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        worded(self, "email", "E-mail address", "Enter your e-mail address", width="30")
        self.fields["email"].error_messages["invalid"] = "Enter an e-mail address, such as name@example.org"


class NewPasswordForm(allauth.ResetPasswordKeyForm, Worded):
    button = "Save new password"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password2"]  # asked once; who mistypes it gets another link
        worded(self, "password1", "New password", "Enter a new password", HOW_TO_CHOOSE)


class ChangePasswordForm(allauth.ChangePasswordForm, Worded):
    button = "Change password"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        del self.fields["password2"]
        worded(self, "oldpassword", "Current password", "Enter your current password")
        worded(self, "password1", "New password", "Enter a new password", HOW_TO_CHOOSE)


class NewAccountForm(Form):
    """The two questions an invitation asks somebody who has no account yet."""

    button = "Create account and start"

    name = NameField(label="Your full name", error_messages={"required": "Enter your full name"})
    password = forms.CharField(
        label="Choose a password",
        help_text=HOW_TO_CHOOSE,
        max_length=LONGEST,
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
