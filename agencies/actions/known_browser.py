"""A sign-in from a browser not seen before is told to who owns the account; from a known one guessing is counted apart.

A browser is known by a cookie. Signing out clears it (security point 57), so it is also known by its kind and network:
only who has signed out and gone elsewhere is told of their own sign-in. (OWASP, "Device cookies", for the second use.)
"""

import datetime
import ipaddress
import secrets

from allauth.core.internal.ratelimit import get_ip
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import salted_hmac

from agencies import messages
from agencies.actions.session import format_device
from agencies.models import KnownBrowser, User
from agencies.models.known_browser import KEPT

FIRST_DAY = datetime.timedelta(days=1)  # in which a new account has no browser yet, and nobody to be warned of


def digest_mark(what: str, *parts: str) -> str:
    return salted_hmac(f"known browser {what}", " ".join(parts), algorithm="sha256").hexdigest()


def find_cookie_mark(request: HttpRequest) -> str:
    """Of the browser's cookie; "" where it has none."""
    token = request.COOKIES.get(settings.KNOWN_BROWSER_COOKIE_NAME, "")
    return digest_mark("cookie", token) if token else ""


def find_network_mark(request: HttpRequest, user: User) -> str:
    """Of this user with this kind of browser on this network: 256 addresses of IPv4, a site's of IPv6."""
    address = ipaddress.ip_address(get_ip(request))
    network = ipaddress.ip_network(f"{address}/{24 if address.version == 4 else 48}", strict=False)
    return digest_mark("network", str(user.pk), format_device(request.headers.get("User-Agent", "")), str(network))


def knows_browser(request: HttpRequest, email: str) -> str:
    """The mark of the browser's cookie, where somebody has signed in with that address from it; else ""."""
    mark = find_cookie_mark(request)
    return mark if mark and KnownBrowser.of_email(email, mark).exists() else ""


@transaction.atomic
def note_browser(request: HttpRequest, user: User, response: HttpResponse) -> None:
    """At each sign-in: the browser is known from now on, and one that was not is told to the account's address."""
    seen = set(KnownBrowser.objects.filter(user=user).values_list("mark", flat=True))
    marks = {find_cookie_mark(request), find_network_mark(request, user)}
    is_new_account = not seen and user.joined_at > timezone.now() - FIRST_DAY
    if not seen & marks and not is_new_account:
        tell_of_browser(request, user)
    token = request.COOKIES.get(settings.KNOWN_BROWSER_COOKIE_NAME, "")
    if not KnownBrowser.objects.filter(mark=digest_mark("cookie", token)).exists():
        token = secrets.token_urlsafe(32)  # never one that somebody else may have put there
    KnownBrowser.remember(user, {digest_mark("cookie", token), find_network_mark(request, user)})
    response.set_cookie(
        settings.KNOWN_BROWSER_COOKIE_NAME,
        token,
        max_age=KEPT,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def tell_of_browser(request: HttpRequest, user: User) -> None:
    """Nothing about anybody stands in it: which kind of browser, and when."""
    now = timezone.now()
    messages.queue_message(
        key=f"new browser:{user.pk}:{now.isoformat()}",
        to=user.email,
        subject="A new sign-in to your account",
        template="email/new_browser.txt",
        context={
            "hello": "Hello",
            "timestamp": now,
            "device": format_device(request.headers.get("User-Agent", "")),
            "link": messages.absolute_url("agencies:sessions"),
        },
    )
