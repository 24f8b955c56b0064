"""Every address of django-allauth, routed here or not: a page, a way there, or not found; none breaks."""

from collections.abc import Callable
from typing import Any

import allauth.urls
import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from agencies.models import Membership
from tests.house.crawl import made_up


def walk(entries: list[Any], before: str = "/accounts/") -> list[str]:
    """The paths of allauth's own list, with made-up parts; those of a package that is not installed are not in it."""
    found: list[str] = []
    for entry in entries:
        path = before + str(entry.pattern).lstrip("^").rstrip("$")
        if isinstance(entry, URLResolver):
            found += walk(entry.url_patterns, path)
        elif isinstance(entry, URLPattern):
            parts = made_up(entry)
            for name, value in parts.items():
                for mark in (f"<int:{name}>", f"<str:{name}>", f"<{name}>"):
                    path = path.replace(mark, str(value))
            found.append(path if "(?P" not in path else f"{before}password/reset/key/1-nothing/")
    return sorted(set(found))


PATHS = walk(allauth.urls.urlpatterns)


def signed_in(member: Membership, client_of: Callable[..., Client], kind: str) -> Client:
    if kind == "without a password":
        member.user.set_unusable_password()
        member.user.save()
    if kind == "with a second step":
        Authenticator.objects.create(user=member.user, type=Authenticator.Type.TOTP, data={"secret": "x"})
        RecoveryCodes.activate(member.user)
    return client_of(member)


def test_the_list_is_allauths() -> None:
    assert {"/accounts/signup/", "/accounts/password/set/", "/accounts/2fa/totp/activate/"} <= set(PATHS)


@pytest.mark.parametrize("kind", ["nobody", "with a password", "without a password", "with a second step"])
@pytest.mark.parametrize("path", PATHS)
def test_no_page_of_allauth_breaks(
    path: str, kind: str, provider: Membership, client_of: Callable[..., Client]
) -> None:
    client = Client() if kind == "nobody" else signed_in(provider, client_of, kind)
    for answer in (client.get(path, follow=True), client.post(path, {}, follow=True)):
        assert answer.status_code in (200, 403, 404, 405, 422), path


def test_who_has_no_password_chooses_one(provider: Membership, client_of: Callable[..., Client]) -> None:
    client = signed_in(provider, client_of, "without a password")
    shown = client.get(reverse("account_change_password"), follow=True)
    assert shown.redirect_chain == [(reverse("account_set_password"), 302)]
    assert "<h1>Choose a password</h1>" in shown.content.decode()
    assert client.post(reverse("account_set_password"), {"password1": "short"}).status_code == 422
    answer = client.post(reverse("account_set_password"), {"password1": "seven green ladders"}, follow=True)
    assert answer.status_code == 200
    provider.user.refresh_from_db()
    assert provider.user.check_password("seven green ladders")
    assert client.get(reverse("agencies:account")).status_code == 200
