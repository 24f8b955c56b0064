"""What several views need of a request or its answer."""

import hashlib
import uuid

from django.http import HttpResponse


def parse_uuid(text: object) -> uuid.UUID | None:
    """The UUID that the text says, as an address, a form or a session sends it; None where it says none."""
    try:
        return uuid.UUID(str(text).strip())
    except ValueError:
        return None


def parse_number(text: str) -> int | None:
    """The whole number from 0 that the text says; None where it says none, or one that no integer column takes."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 9 else None


def add_noindex_header(response: HttpResponse) -> HttpResponse:
    """Keeps a secret address out of search engines.

    The address reaches no other site either, by SECURE_REFERRER_POLICY = "same-origin". "no-referrer" would say no
    more to others, and make browsers post `Origin: null`, which Django's CSRF check rightly refuses.
    """
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


def hash_token(token: str) -> str:
    """What is kept of the token of a secret link: SHA-256 in hex. 256 random bits need no salt and no slow hash.

    Whatever an address holds has one, half a surrogate pair too.
    """
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
