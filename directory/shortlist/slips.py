"""A shortlist under a short code, for a piece of paper: no name on it, and not to be guessed."""

import hmac
import uuid
from dataclasses import dataclass

import qrcode
from django.conf import settings
from django.db import transaction

from agencies.messages import absolute_url
from directory.models import Slip

# No letter or number that is mistaken for another in print or in handwriting (0 O, 1 I L, 2 Z, 5 S, 8 B, U V), and no
# vowel, so that no code is a word. 8 of 22 are 55 thousand million: with MAX_MISSES_PER_HOUR an hour nobody finds one.
CODE_LETTERS = "346789CDFGHJKMNPQRTVWX"
CODE_LENGTH = 8
MAX_MISSES_PER_HOUR = 30  # wrong codes an hour from one network
MAX_SLIPS_PER_HOUR = 100  # slips an hour from one network


@transaction.atomic
def create_slip(*, key: uuid.UUID, services: list[uuid.UUID]) -> Slip:
    """The slip of these activities. The code follows from the form's key: a second press makes no second slip."""
    for attempt in range(10):
        slip, _ = Slip.objects.get_or_create(code=_derive_code(key, attempt), defaults={"services": services})
        if slip.services == services:
            return slip
    raise RuntimeError("Ten codes in a row were taken.")


def find_slip(typed: str) -> Slip | None:
    """However it is typed: small letters, with spaces or hyphens."""
    code = "".join(sign for sign in typed.upper()[:50] if sign in CODE_LETTERS)
    return Slip.objects.filter(pk=code).first() if len(code) == CODE_LENGTH else None


def format_code(code: str) -> str:
    """In two groups, which are easier to copy: "CDFG-3467"."""
    return f"{code[:4]}-{code[4:]}"


def slip_address(slip: Slip) -> str:
    return absolute_url("directory:slip", slip.code)


def entry_address() -> str:
    """Where a code is typed, as one says it: "hereabouts.example.org/s"."""
    return absolute_url("directory:enter_slip").partition("://")[2].rstrip("/")


def _derive_code(key: uuid.UUID, attempt: int) -> str:
    digest = hmac.digest(settings.SECRET_KEY.encode(), f"slip {key} {attempt}".encode(), "sha256")
    number = int.from_bytes(digest)
    return "".join(
        CODE_LETTERS[number // len(CODE_LETTERS) ** place % len(CODE_LETTERS)] for place in range(CODE_LENGTH)
    )


@dataclass(frozen=True)
class QrCode:
    """A QR code: the path of its dark squares in a drawing `size` units wide, with the quiet margin it needs."""

    size: int
    path: str


def build_qr_code(text: str) -> QrCode:
    code = qrcode.QRCode(error_correction=qrcode.constants.ERROR_CORRECT_M, border=4)
    code.add_data(text)
    rows = code.get_matrix()
    dark = [f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, on in enumerate(row) if on]
    return QrCode(len(rows), "".join(dark))
