"""A connector books a session for the person of a case, and the case hears what becomes of it.

Only the name and one contact pass to the group, and only by the person's agreement.
"""

import uuid
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from agencies.models import Author, Hand
from agencies.models.message import Channel
from bookings import notifications
from bookings.actions import Attendee, MoveRefused, create_booking
from bookings.actions.places import lock_session
from bookings.hooks import on_booking_moved, on_booking_news
from bookings.models import Booking, BookingMove
from bookings.states import ACTIVE_STATUSES, Actor, BookingStatus
from cases.case_context import case_of_booking
from cases.history.record import record_entry
from cases.models import Agreement, Audience, Case, CaseBooking, Kind
from cases.notifications import choose_channel, notify_lead, notify_person
from config.template_tags import date_words, time_words
from directory.models import Session
from referrals.models import ContactBy


@transaction.atomic
def book_for_case(*, case: Case, by: Author, key: uuid.UUID, session: Session, how_agreed: str) -> Booking:
    """A place for the person, or a number on the waiting list; with the agreement and an entry in the history.

    The same post again, and a second one while the first booking stands, get the booking there is. Raises
    MoveRefused for a case that is closed and for what `create_booking` refuses.
    """
    lock_session(session.pk)
    if already := find_standing_booking(case, session):
        return already
    if not case.is_open:
        raise MoveRefused("This case is closed, so nothing is booked from it.")
    booking = create_booking(
        session=session, by=by, mover=Actor.PERSON, key=key, who=shared_contact(case, session), team=case.agency
    )
    _link, new = CaseBooking.objects.get_or_create(booking=booking, defaults={"case": case})
    if new:
        Agreement.give(case, session.service.agency, Agreement.Scope.SHARE, by=by, how=how_agreed)
        first = booking.moves.get(number=1)
        record_booking_entry(case, booking, first, agreed=how_agreed)
        notify_person_of_booking(booking, notifications.classify_news(first, Actor.PERSON), "", "1")
    return booking


def shared_contact(case: Case, session: Session) -> Attendee:
    """The name, and the one contact the person is best reached by unless they keep that back from the group."""
    person = case.person
    if Agreement.Part.CONTACT in Agreement.parts_kept_back(case, session.service.agency):
        return Attendee(person.name)
    by_email = bool(person.email) and (person.contact_by == ContactBy.EMAIL or not person.phone)
    return Attendee(person.name, email=person.email if by_email else "", phone="" if by_email else person.phone)


def find_standing_booking(case: Case, session: Session) -> Booking | None:
    """What stands in that session for the person of the case."""
    found = Booking.objects.filter(case_booking__case=case, session=session, status__in=sorted(ACTIVE_STATUSES))
    return found.order_by("number").first()


def coming_bookings(case: Case) -> QuerySet[Booking]:
    """What stands for the person of the case in sessions to come."""
    rows = Booking.objects.filter(
        case_booking__case=case,
        status__in=sorted(ACTIVE_STATUSES),
        session__starts_at__gt=timezone.now(),
        session__cancelled_at=None,
    )
    return rows.select_related("session__service__agency").order_by("session_id", "number")


def lock_coming_bookings(case: Case) -> list[Booking]:
    """The same, with their sessions held: those are locked before referrals and cases."""
    for session in dict.fromkeys(coming_bookings(case).values_list("session_id", flat=True)):
        lock_session(session)
    return list(coming_bookings(case))


# --- What comes back --------------------------------------------------------------------------------


@on_booking_moved.register
def enter_booking_move(booking: Booking, move: BookingMove) -> None:
    """A move of a booking into the history of the case it was booked from, whoever makes it."""
    with case_of_booking(booking):
        record_booking_move(booking, move)


def record_booking_move(booking: Booking, move: BookingMove) -> None:
    case = find_case_of_booking(booking)
    if case is None:
        return
    record_booking_entry(case, booking, move)
    if move.hand != Hand.MEMBER or move.written_for_id != case.agency_id:
        notify_lead(case, key=f"case booking {move.pk}")


@on_booking_news.register
def enter_booking_news(booking: Booking, news: str, words: str, key: str) -> None:
    """Tell the person in their own channel; a session moved stands in the history."""
    with case_of_booking(booking):
        notify_person_of_booking(booking, news, words, key)


def notify_person_of_booking(booking: Booking, news: str, words: str, key: str) -> None:
    case = find_case_of_booking(booking)
    if case is None:
        return
    if news == "moved":
        record_entry(
            case=case,
            kind=Kind.BOOKED,
            by=Author.system(),
            audience=Audience.PERSON,
            key=uuid.uuid5(booking.pk, key),
            details=session_details(booking) | {"deed": "new time or place"},
        )
        notify_lead(case, key=f"case booking {booking.pk} {key}")
    by_email = choose_channel(case.person)[0] == Channel.EMAIL
    notify_person(
        case,
        key=f"booking {booking.pk} {key}",
        subject=notifications.NEWS_SUBJECTS[news],
        template="person/booking.txt",
        context=notifications.build_news_context(booking, news, words, link=by_email),
    )


def record_booking_entry(case: Case, booking: Booking, move: BookingMove, agreed: str = "") -> None:
    """One entry for one move, once: the move's id is its key."""
    kind = {BookingStatus.ATTENDED: Kind.ATTENDED, BookingStatus.MISSED: Kind.MISSED}.get(
        BookingStatus(move.after), Kind.BOOKED
    )
    details: dict[str, Any] = session_details(booking) | {"deed": move.deed, "status": move.after}
    if agreed:
        details["agreed"] = agreed
    if move.after == BookingStatus.WAITING:
        details["position"] = booking.position
    if move.after == BookingStatus.OFFERED:
        details["until"] = notifications.format_offer_end(booking)
    if move.after == BookingStatus.ATTENDED:
        details["time"] = count_attendances(case, booking)
    started = min(booking.session.starts_at, timezone.now())
    record_entry(
        case=case,
        kind=kind,
        by=move.author,
        text=move.words,
        audience=Audience.PERSON,
        key=move.pk,
        details=details,
        happened_at=None if kind == Kind.BOOKED else started,
    )


def count_attendances(case: Case, booking: Booking) -> int:
    """Which time it is that they came to this activity, as far as the case knows."""
    came = Booking.objects.filter(case_booking__case=case, session__service=booking.session.service_id)
    return came.filter(status=BookingStatus.ATTENDED, session__starts_at__lt=booking.session.starts_at).count() + 1


def session_details(booking: Booking) -> dict[str, Any]:
    session = booking.session
    return {
        "service": session.service.name,
        "agency": session.service.agency.name,
        "when": f"{date_words(session.starts_at)}, {time_words(session.starts_at)}",
    }


def find_case_of_booking(booking: Booking) -> Case | None:
    """The case it was booked from; None for a booking that somebody made for themselves."""
    return Case.with_people().filter(case_bookings__booking=booking).first()
