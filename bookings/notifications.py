"""What those who booked hear: by e-mail, or as a script for a call that their group makes.

Where a connector team booked, the team tells the person in their own channel (tells_booking).
"""

from typing import Any

from django.utils import timezone

from agencies import messages
from agencies.messages import absolute_url, format_subject
from agencies.models import Message
from agencies.models.message import Channel
from bookings.actions.links import new_link
from bookings.hooks import tells_booking
from bookings.models import Booking, BookingMove
from bookings.states import STANDS, Booked, Mover
from config.template_tags import time_words, when
from directory.models import Session

# Each kind of news, and the subject of its e-mail. The words are in templates/email/booking_words.txt.
NEWS = {
    "booked": "You have a place",
    "waiting": "You are on the waiting list",
    "offered": "A place has come free for you",
    "given": "There is a place for you",
    "cancelled": "Your booking is cancelled",
    "taken_off": "You are off the list",
    "lapsed": "The place went to the next person",
    "full": "No place came free",
    "called_off": "Cancelled",
    "moved": "New time or place",
    "reminder": "Tomorrow",
    "still_waiting": "Still on the waiting list",
}
NO_CONTACT = "no phone or e-mail"
SEEN = {"booked", "waiting", "cancelled"}  # who has no e-mail saw it on the page, or said it on the phone
AT_THE_DOOR = {"offered"}  # said by the group to who left neither e-mail nor phone, if they see them
TOO_LATE = {"full"}  # nobody rings about a session that has begun


def moved(booking: Booking, made: BookingMove, mover: Mover) -> None:
    """Tell of a move whoever could not know of it, or wants it in writing. A call about older news is not made."""
    Message.keyed(prefix(booking)).filter(channel=Channel.CALL, sent_at=None).delete()
    if news := news_of(made, mover):
        tell(booking, news, key=str(made.number), words=made.words)


def news_of(made: BookingMove, mover: Mover) -> str:
    """Which of NEWS a move is; "" for a line on the register."""
    if made.after == Booked.BOOKED:
        return {"": "booked", Booked.OFFERED: "booked", Booked.ATTENDED: "", Booked.MISSED: ""}.get(
            made.before, "given"
        )
    if made.after == Booked.CANCELLED:
        return "cancelled" if mover == Mover.PERSON else "taken_off"
    return {
        Booked.WAITING: "waiting",
        Booked.OFFERED: "offered",
        Booked.LAPSED: "lapsed",
        Booked.FULL: "full",
        Booked.CALLED_OFF: "called_off",
    }.get(Booked(made.after), "")


def tell(booking: Booking, news: str, *, key: str, words: str = "") -> None:
    """Tell once under `key`, which need be unique only within the booking."""
    if booking.team_id:
        for deliver in tells_booking:
            deliver(booking, news, words, key)
    elif booking.email:
        messages.send(
            key=f"{prefix(booking)}{key}",
            to=booking.email,
            subject=format_subject(f"{NEWS[news]}: {booking.session.service.name}"),
            template="email/booking.txt",
            context=context(booking, news, words) | {"double": is_double(booking)},
        )
    elif news in AT_THE_DOOR if booking.unreachable else news not in SEEN | TOO_LATE:
        to_ring(booking, news, key=key, words=words)


def is_double(booking: Booking) -> bool:
    """Whether the same e-mail address stands in the session once more. Said to that address alone: on a page it
    would tell anybody who types it that somebody has booked."""
    others = Booking.objects.filter(session=booking.session_id, email__iexact=booking.email, status__in=sorted(STANDS))
    return booking.stands and others.exclude(pk=booking.pk).exists()


def to_ring(booking: Booking, news: str, *, key: str, words: str) -> Message:
    """A script for the call, on the session's page; the group hears by e-mail that there is somebody to ring, or
    somebody who left nothing to ring."""
    group, session = booking.session.service.reply_to_email(), booking.session
    whom = "Somebody to tell" if booking.unreachable else "Somebody to ring"
    if group:
        messages.send(
            key=f"ring {prefix(booking)}{key}",
            to=group,
            subject=format_subject(f"{whom}: {session.service.name}"),
            template="email/booking_ring.txt",
            context={
                "link": absolute_url("bookings:session_bookings", session.pk),
                "session": session,
                "when": day_and_time(session),
                "until": until(booking),
                "unreachable": booking.unreachable,
            },
        )
    return messages.send(
        key=f"{prefix(booking)}{key}",
        channel=Channel.CALL,
        to=f"{booking.name}, {booking.phone or NO_CONTACT}"[:254],
        subject=format_subject(NEWS[news]),
        template="email/booking_call.txt",
        context=context(booking, news, words, link=False),
    )


def context(booking: Booking, news: str, words: str, *, link: bool = True) -> dict[str, Any]:
    """What templates/email/booking_words.txt prints."""
    session = booking.session
    return {
        "news": news,
        "session": session,
        "service": session.service,
        "agency": session.service.agency,
        "words": words,
        "when": day_and_time(session),
        "where": place_of(session),
        "until": until(booking),
        "position": booking.position,
        "booking": booking,
        "link": absolute_url("bookings:booking", new_link(booking)) if link else "",
        "activity": absolute_url("directory:service", session.service_id),
        "group_phone": session.service.phone or session.service.agency.phone,
    }


def until(booking: Booking) -> str:
    """How long a place offered is held, in words; "" for none."""
    return day_and_time_of(booking.offered_until) if booking.offered_until else ""


def day_and_time(session: Session) -> str:
    """ "Tuesday 24 November 2026, 10:30am"."""
    return day_and_time_of(session.starts_at)


def day_and_time_of(moment: Any) -> str:
    return f"{timezone.localtime(moment):%A} {when(moment)}"


def hours(session: Session) -> str:
    """ "10:30am to midday"."""
    ends = f" to {time_words(session.ends_at)}" if session.ends_at else ""
    return f"{time_words(session.starts_at)}{ends}"


def place_of(session: Session) -> str:
    """Where it meets, on one line; "" when the listing gives no place, or several and this session none."""
    at = session.at_location or only(list(session.service.at_locations.select_related("location")[:2]))
    if at is None:
        return ""
    return ", ".join(at.location.lines) if at.location.lines else at.location.short


def only(found: list[Any]) -> Any:
    return found[0] if len(found) == 1 else None


def prefix(booking: Booking) -> str:
    """Keys of all that was written about a booking begin so."""
    return f"{session_prefix(booking.session_id)}{booking.pk} "


def session_prefix(session: Any) -> str:
    return f"booking {session} "
