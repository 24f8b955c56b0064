"""Reading bookings: what a session's lists and a booking's own page print, worked out once."""

import datetime
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.utils import timezone

from agencies.models import Membership, Message
from agencies.models.message import Channel
from bookings.models import Booking, BookingLink, BookingMove
from bookings.notifications import format_session_place, session_key_prefix
from bookings.states import ACTIVE_STATUSES, EXPECTED_STATUSES, BookingStatus
from config.http import parse_uuid
from config.row_security import enter
from config.template_tags import date_words, time_words
from directory.models import Session

STATUS_TONES = {
    BookingStatus.BOOKED: "green",
    BookingStatus.ATTENDED: "green",
    BookingStatus.OFFERED: "sky",
    BookingStatus.WAITING: "amber",
    BookingStatus.MISSED: "coral",
}


@dataclass(frozen=True)
class SessionSummary:
    """A session as every page of it says it."""

    session: Session
    day: str  # "Tuesday 24 November 2026"
    hours: str  # "10:30am to midday"
    where: str
    room: str  # "3 places left", "Full, 2 waiting"; "" when places are not counted and nobody waits

    @property
    def when(self) -> str:
        return f"{self.day}, {self.hours}"


def summarise_session(session: Session) -> SessionSummary:
    start = timezone.localtime(session.starts_at)
    ends = f" to {time_words(session.ends_at)}" if session.ends_at else ""
    return SessionSummary(
        session,
        f"{start:%A} {date_words(session.starts_at)}",
        f"{time_words(session.starts_at)}{ends}",
        format_session_place(session),
        format_places_left(session),
    )


def format_places_left(session: Session) -> str:
    left = session.places_shown
    if left:
        return f"{left} place{'' if left == 1 else 's'} left"
    waiting = Booking.objects.filter(session=session, status=BookingStatus.WAITING).count()
    waiting += BookingLink.count_waiting_repeats(session)
    if left is None:
        return f"{waiting} waiting" if waiting else ""
    return f"Full, {waiting} on the waiting list" if waiting else "Full"


def find_listed_session(pk: uuid.UUID) -> Session | None:
    """A session of a listing that anybody may see; None for any other."""
    rows = Session.objects.select_related("service__agency", "at_location__location")
    session = rows.filter(pk=pk).first()
    if session is None or not session.service.is_listed:
        return None
    enter("session", session.pk)  # who waits is counted, and this browser's own bookings are found
    return session


def sessions_run_by(member: Membership) -> QuerySet[Session]:
    """Sessions that the member's group runs, with what their lists need."""
    return Session.kept_by(member).select_related("service__agency", "at_location__location")


def find_browser_bookings(ids: Iterable[str], session: Session) -> list[Booking]:
    """Those that this browser asked for in the session, as it remembers them, and that stand; `asked_on` is the day
    on which it did ("2026-11-28")."""
    days = {pk: text.partition(" ")[2] for text in ids if (pk := parse_uuid(text.split(" ")[0]))}
    rows = Booking.objects.filter(pk__in=days, session=session, status__in=sorted(ACTIVE_STATUSES))
    found = list(rows.order_by("number"))
    for row in found:
        row.asked_on = datetime.date.fromisoformat(days[row.pk]) if days[row.pk] else timezone.localdate(row.made_at)
    return found


def find_booking_by_key(key: uuid.UUID) -> Booking | None:
    """What a form with that idempotency key has made."""
    return Booking.objects.filter(key=key).first()


# --- For the group ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BookingRow:
    """Somebody on a list of the group's."""

    booking: Booking
    status: str
    tone: str
    position: int  # on the waiting list; 0 for who is not on it
    by: str  # who booked: "themselves", "Community Connections"
    same: bool  # another booking of the session has the same e-mail address or phone number


def load_booking_rows(member: Membership, session: Session) -> list[BookingRow]:
    """All bookings of the session that the member may still read, in their order."""
    first = BookingMove.objects.filter(booking=OuterRef("pk"), number=1)
    rows = Booking.visible_to(member).filter(session=session).select_related("team")
    found = list(rows.annotate(author=Subquery(first.values("agency_name"))).order_by("number"))
    waiting = 0
    contacts = [row.contact.casefold() for row in found if row.contact and row.is_active]
    shown = []
    for row in found:
        waiting += row.status == BookingStatus.WAITING
        shown.append(
            BookingRow(
                row,
                row.get_status_display(),
                STATUS_TONES.get(BookingStatus(row.status), "grey"),
                waiting if row.status == BookingStatus.WAITING else 0,
                row.author or "themselves",
                row.is_active and contacts.count(row.contact.casefold()) > 1,
            )
        )
    return shown


@dataclass(frozen=True)
class BookingCounts:
    """How many stand where in a session. Counted also when the names are gone."""

    booked: int
    came: int
    missed: int
    waiting: int
    offered: int

    @property
    def words(self) -> str:
        """ "7 came, 1 did not, 4 to mark"."""
        said = [f"{self.came} came", f"{self.missed} did not"]
        return ", ".join([*said, f"{self.booked} to mark"])


def count_bookings(session: Session) -> BookingCounts:
    rows = Booking.objects.filter(session=session).values_list("status").annotate(n=Count("pk")).order_by()
    n: Counter[str] = Counter(dict(rows))
    status = BookingStatus
    return BookingCounts(n[status.BOOKED], n[status.ATTENDED], n[status.MISSED], n[status.WAITING], n[status.OFFERED])


def split_register(shown: list[BookingRow]) -> tuple[list[BookingRow], list[BookingRow]]:
    """Those who are expected, by name as people look for it; and those who may come though they have no place."""
    expected = [line for line in shown if line.booking.status in EXPECTED_STATUSES]
    others = [line for line in shown if line.booking.status not in EXPECTED_STATUSES | {BookingStatus.CALLED_OFF}]
    return sorted(expected, key=lambda line: line.booking.name.casefold()), others


@dataclass(frozen=True)
class PendingCall:
    """Somebody whom the group has still to tell: the script, and whose booking it is about (None when it is gone)."""

    message: Message
    booking: Booking | None

    @property
    def phone(self) -> str:
        return self.booking.phone if self.booking else ""


@dataclass(frozen=True)
class ToldRow:
    """Somebody who had booked a session that is cancelled, and how they hear of it."""

    row: BookingRow
    how: str
    tone: str


def load_pending_calls(session: Session, rows: list[BookingRow]) -> tuple[list[PendingCall], list[PendingCall]]:
    """Whom to ring, and who left nothing to be reached by."""
    known = {str(row.booking.pk): row.booking for row in rows}
    calls = [PendingCall(call, known.get(call.key.split()[2])) for call in pending_calls(session)]
    return [call for call in calls if call.phone], [call for call in calls if not call.phone]


def load_told(session: Session, rows: list[BookingRow]) -> list[ToldRow]:
    """Of a session that is cancelled: how each who had booked it hears of that, the unreached first."""
    keys = dict.fromkeys(f"{session_key_prefix(session.pk)}{row.booking.pk} {row.booking.moves_made}" for row in rows)
    sent = {message.key.split()[2]: message for message in Message.objects.filter(key__in=list(keys)).order_by("pk")}
    off = [row for row in rows if row.booking.status == BookingStatus.CALLED_OFF]
    told = [ToldRow(row, *describe_telling(row.booking, sent.get(str(row.booking.pk)))) for row in off]
    return sorted(told, key=lambda one: (one.tone != "coral", one.tone != "amber"))


def describe_telling(booking: Booking, message: Message | None) -> tuple[str, str]:
    """How somebody hears that a session is cancelled, and the colour of it."""
    if booking.team:
        return f"{booking.team.name} tell them", "sky"
    if booking.email:
        if message and message.given_up_at:
            return "The e-mail did not arrive", "coral"
        return ("Told by e-mail", "green") if message and message.sent_at else ("E-mail on its way", "green")
    told = message is not None and message.sent_at is not None
    if booking.phone:
        return ("Rung", "green") if told else ("To ring", "amber")
    return ("Told", "green") if told else ("Cannot be reached", "coral")


def pending_calls(session: Session) -> QuerySet[Message]:
    """Calls that the group has still to make about a session to come."""
    if session.starts_at <= timezone.now():
        return Message.with_key_prefix("").none()
    found = Message.with_key_prefix(session_key_prefix(session.pk)).filter(channel=Channel.CALL, sent_at=None)
    return found.order_by("created_at", "pk")


def mark_call_made(session: Session, message: uuid.UUID) -> bool:
    """Note that a call was made; False when it was noted before or is not this session's."""
    return bool(pending_calls(session).order_by().filter(pk=message).update(sent_at=timezone.now()))
