"""Whose page it is: the token in each form names the member that the page was drawn for.

Django's CSRF token is a random secret of the browser, renewed at each sign-in, so that a form that was open while the
session ended is refused, and nobody can tell whose words are in it. Here a member's secret is made of their number and
a keyed digest of it: nobody else can write one, the same person's open forms go on working after they have signed in
again, and another's on the same browser are refused and known to be another's (agencies.actions.unsent).
"""

import uuid

from django.http import HttpRequest
from django.middleware import csrf
from django.middleware.csrf import CSRF_ALLOWED_CHARS, CSRF_TOKEN_LENGTH, rotate_token
from django.utils.crypto import constant_time_compare, salted_hmac

from agencies.models import Membership

NUMBER_LENGTH, DIGEST_LENGTH = 22, 10  # of the 32 letters and digits of a secret: 128 bits of number, 59 of digest


def build_page_secret(member_id: uuid.UUID) -> str:
    digest = salted_hmac("page owner", str(member_id), algorithm="sha256").digest()
    return encode_number(member_id.int, NUMBER_LENGTH) + encode_number(int.from_bytes(digest), DIGEST_LENGTH)


def encode_number(number: int, length: int) -> str:
    """Its last `length` digits, in letters and digits."""
    letters = []
    for _ in range(length):
        number, letter = divmod(number, len(CSRF_ALLOWED_CHARS))
        letters.append(CSRF_ALLOWED_CHARS[letter])
    return "".join(reversed(letters))


def read_page_secret(secret: str) -> uuid.UUID | None:
    """The number of the member whose secret it is; None for a visitor's, or one that was not written here."""
    number = 0
    for letter in secret[:NUMBER_LENGTH]:
        number = number * len(CSRF_ALLOWED_CHARS) + CSRF_ALLOWED_CHARS.find(letter)
    if not 0 <= number < 1 << 128:
        return None
    found = uuid.UUID(int=number)
    return found if constant_time_compare(secret, build_page_secret(found)) else None


def set_page_owner(request: HttpRequest, member: Membership | None) -> None:
    """Forms drawn from now on are this member's, or nobody's: no visitor's page carries the last member's token."""
    if member:
        request.META["CSRF_COOKIE"] = build_page_secret(member.pk)
    elif read_page_secret(request.META.get("CSRF_COOKIE", "")):
        rotate_token(request)


def find_page_owner(request: HttpRequest) -> Membership | None:
    """The member whose page was posted, be they signed in or not; None where they no longer work here."""
    token = request.POST.get("csrfmiddlewaretoken") or request.headers.get("X-CSRFToken", "")
    if len(token) != CSRF_TOKEN_LENGTH or not set(token) <= set(CSRF_ALLOWED_CHARS):
        return None
    secret = csrf._unmask_cipher_token(token)  # type: ignore[attr-defined]  # Django's own, which its stubs leave out
    found = read_page_secret(secret)
    return Membership.objects.filter(pk=found, ended_at=None, agency__left_at=None).first() if found else None
