"""What those who booked hear: by e-mail, or as a script for a call that their group makes.

Where a connector team booked, the team tells the person in their own channel (tells_booking).
"""

import datetime
from typing import Any

from django.utils import timezone

from agencies import messages
from agencies.messages import absolute_url, format_subject
from agencies.models import Message
from agencies.models.message import Channel
from bookings.actions.links import create_link
from bookings.hooks import on_booking_news
from bookings.models import Booking, BookingMove
from bookings.states import ACTIVE_STATUSES, Actor, BookingStatus
from config.template_tags import when
from directory.models import Session

# Each kind of news, and the subject of its e-mail. The words are in templates/email/booking_words.txt.
NEWS_SUBJECTS = {
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
    "asked_again": "You have a place already",
    "asked_again_waiting": "You are on the waiting list already",
    "cancelled_again": "Your booking stands",
}
NO_CONTACT = "no phone or e-mail"
NEWS_ALREADY_SEEN = {"booked", "waiting", "cancelled"}  # who has no e-mail saw it on the page, or said it on the phone
NEWS_AT_THE_DOOR = {"offered"}  # said by the group to who left neither e-mail nor phone, if they see them
NEWS_TOO_LATE_TO_RING = {"full"}  # nobody rings about a session that has begun


def notify_of_move(booking: Booking, made: BookingMove, mover: Actor) -> None:
    """Tell of a move whoever could not know of it, or wants it in writing. A call about older news is not made."""
    Message.with_key_prefix(booking_key_prefix(booking)).filter(channel=Channel.CALL, sent_at=None).delete()
    if news := classify_news(made, mover):
        notify_booker(booking, news, key=str(made.number), words=made.words)


def notify_of_repeat(booking: Booking, did: str) -> None:
    """Somebody, likely the same person, has `did` "asked" for a place again, or "cancelled" what they then saw. Once
    a day."""
    news = f"{did}_again"
    if did == "asked" and booking.status == BookingStatus.WAITING:
        news = "asked_again_waiting"
    notify_booker(booking, news, key=f"{news} {timezone.localdate()}")


def classify_news(made: BookingMove, mover: Actor) -> str:
    """Which of NEWS a move is; "" for a line on the register."""
    if made.after == BookingStatus.BOOKED:
        return {
            "": "booked",
            BookingStatus.OFFERED: "booked",
            BookingStatus.ATTENDED: "",
            BookingStatus.MISSED: "",
        }.get(made.before, "given")
    if made.after == BookingStatus.CANCELLED:
        return "cancelled" if mover == Actor.PERSON else "taken_off"
    return {
        BookingStatus.WAITING: "waiting",
        BookingStatus.OFFERED: "offered",
        BookingStatus.LAPSED: "lapsed",
        BookingStatus.FULL: "full",
        BookingStatus.CALLED_OFF: "called_off",
    }.get(BookingStatus(made.after), "")


def notify_booker(booking: Booking, news: str, *, key: str, words: str = "") -> None:
    """Tell once under `key`, which need be unique only within the booking."""
    if booking.team_id:
        for deliver in on_booking_news:
            deliver(booking, news, words, key)
    elif booking.email:
        messages.queue_message(
            key=f"{booking_key_prefix(booking)}{key}",
            agency=booking.session.service.agency_id,
            to=booking.email,
            subject=format_subject(f"{NEWS_SUBJECTS[news]}: {booking.session.service.name}"),
            template="email/booking.txt",
            context=build_news_context(booking, news, words) | {"double": has_duplicate_email(booking)},
        )
    elif news in NEWS_AT_THE_DOOR if booking.is_unreachable else news not in NEWS_ALREADY_SEEN | NEWS_TOO_LATE_TO_RING:
        queue_phone_call(booking, news, key=key, words=words)


def has_duplicate_email(booking: Booking) -> bool:
    """Whether the same e-mail address stands in the session once more. Said to that address alone: on a page it
    would tell anybody who types it that somebody has booked."""
    others = Booking.objects.filter(
        session=booking.session_id, email__iexact=booking.email, status__in=sorted(ACTIVE_STATUSES)
    )
    return booking.is_active and others.exclude(pk=booking.pk).exists()


def queue_phone_call(booking: Booking, news: str, *, key: str, words: str) -> Message:
    """A script for the call, on the session's page; the group hears by e-mail that there is somebody to ring, or
    somebody who left nothing to ring."""
    group, session = booking.session.service.reply_to_email(), booking.session
    whom = "Somebody to tell" if booking.is_unreachable else "Somebody to ring"
    if group:
        messages.queue_message(
            key=f"ring {booking_key_prefix(booking)}{key}",
            to=group,
            subject=format_subject(f"{whom}: {session.service.name}"),
            template="email/booking_ring.txt",
            context={
                "link": absolute_url("bookings:session_bookings", session.pk),
                "session": session,
                "when": format_day_and_time(session.starts_at),
                "until": format_offer_end(booking),
                "unreachable": booking.is_unreachable,
            },
        )
    return messages.queue_message(
        key=f"{booking_key_prefix(booking)}{key}",
        agency=session.service.agency_id,
        channel=Channel.CALL,
        to=f"{booking.name}, {booking.phone or NO_CONTACT}"[:254],
        subject=format_subject(NEWS_SUBJECTS[news]),
        template="email/booking_call.txt",
        context=build_news_context(booking, news, words, link=False),
    )


def build_news_context(booking: Booking, news: str, words: str, *, link: bool = True) -> dict[str, Any]:
    """What templates/email/booking_words.txt prints."""
    session = booking.session
    return {
        "hello": "Hello",  # no name: an address can be mistyped
        "news": news,
        "session": session,
        "service": session.service,
        "agency": session.service.agency,
        "words": words,
        "when": format_day_and_time(session.starts_at),
        "where": format_session_place(session),
        "until": format_offer_end(booking),
        "position": booking.position_shown,
        "booking": booking,
        "link": absolute_url("bookings:booking", create_link(booking)) if link else "",
        "activity": absolute_url("directory:service", session.service_id),
        "group_phone": session.service.phone or session.service.agency.phone,
    }


def format_offer_end(booking: Booking) -> str:
    """How long a place offered is held, in words; "" for none."""
    return format_day_and_time(booking.offered_until) if booking.offered_until else ""


def format_day_and_time(moment: datetime.datetime) -> str:
    """ "Tuesday 24 November 2026, 10:30am"."""
    return f"{timezone.localtime(moment):%A} {when(moment)}"


def format_session_place(session: Session) -> str:
    """Where it meets, on one line; "" when the listing gives no place, or several and this session none."""
    at = session.at_location
    if at is None:
        places = session.service.at_locations.select_related("location")[:2]
        if len(places) != 1:
            return ""
        at = places[0]
    return ", ".join(at.location.address_lines) if at.location.address_lines else at.location.short_address


def booking_key_prefix(booking: Booking) -> str:
    """Keys of all that was written about a booking begin so."""
    return f"{session_key_prefix(booking.session_id)}{booking.pk} "


def session_key_prefix(session: Any) -> str:
    return f"booking {session} "
