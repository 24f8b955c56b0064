"""Secret ways to one's own booking: a link in an e-mail, or a code to write down. Only hashes are kept."""

import copy
import re
import secrets
from typing import Any

from django.utils import timezone

from bookings.models import NAMES_SHOWN_FOR, Booking, BookingLink
from bookings.states import BookingStatus
from config.http import hash_token
from config.row_security import enter, set_context

TOKEN_BYTES = 32  # 256 bits: not to be guessed
CODE_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # none that are read for another
CODE_LENGTH = 10  # 50 bits, and few tries from one network (views/booking.py)


def create_link(booking: Booking, repeat: dict[str, Any] | None = None) -> str:
    """A token that opens the booking: for an e-mail, or the page after booking."""
    return _save_link(booking, secrets.token_urlsafe(TOKEN_BYTES), repeat)


def create_code(booking: Booking, repeat: dict[str, Any] | None = None) -> str:
    """A code that opens the booking, for who has no e-mail: to write down, and to read out on the phone."""
    return _save_link(booking, "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH)), repeat)


def _save_link(booking: Booking, token: str, repeat: dict[str, Any] | None) -> str:
    BookingLink.objects.create(booking=booking, token_hash=hash_token(token), repeat=repeat)
    return token


def build_repeat_page(link: BookingLink) -> Booking:
    """What the page of a second booking shows that was not made: as it would have been, and nothing of the first.
    Not to be saved."""
    shown, said, session = copy.copy(link.booking), link.repeat or {}, link.booking.session
    for name in ("name", "email", "phone", "status"):
        setattr(shown, name, said[name])
    if session.cancelled_at and shown.is_active:
        shown.status = BookingStatus.CALLED_OFF
    elif shown.status == BookingStatus.WAITING and session.starts_at <= timezone.now():
        shown.status = BookingStatus.FULL
    return shown


def find_link(token: str) -> BookingLink | None:
    """The link of that token or code, until some weeks after its session."""
    hashes = {hash_token(token), hash_token(normalise_code(token))}
    set_context(link=hashes)
    shown = BookingLink.objects.filter(token_hash__in=hashes).first()
    if shown is None:
        return None
    enter("booking", shown.booking_id)
    links = BookingLink.objects.select_related("booking__session__service__agency", "booking__team")
    link = links.filter(pk=shown.pk, booking__blanked_at=None).first()
    if link is None or link.booking.session.starts_at + NAMES_SHOWN_FOR < timezone.now():
        return None
    enter("session", link.booking.session_id)
    return link


def normalise_code(code: str) -> str:
    """A code as somebody typed it: "abcde fghjk" → "ABCDEFGHJK"."""
    return re.sub(r"[^A-Z0-9]", "", code.upper())


def is_code(token: str) -> bool:
    return len(normalise_code(token)) == CODE_LENGTH


def format_code(code: str) -> str:
    """As it is shown: "ABCDE-FGHJK"."""
    tidied = normalise_code(code)
    return f"{tidied[:5]}-{tidied[5:]}"
