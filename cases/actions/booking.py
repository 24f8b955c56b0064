"""A connector books a session for the person of a case, and the case hears what becomes of it.

Only the name and one contact pass to the group, and only by the person's agreement.
"""

import uuid
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from agencies import messages
from agencies.models import Author, Hand
from agencies.models.message import Channel
from bookings import notifications
from bookings.actions import BookingRefused, Who, book, move_booking
from bookings.actions.places import hold
from bookings.models import Booking, BookingMove
from bookings.states import STANDS, Booked, Mover
from cases.actions.telling import reach, tell_person
from cases.history.record import record
from cases.models import Agreement, Audience, Case, CaseBooking, Kind, Person
from config.template_tags import date_words, time_words
from directory.models import Session
from referrals.models import ContactBy


@transaction.atomic
def book_for(*, case: Case, by: Author, key: uuid.UUID, session: Session, how_agreed: str) -> Booking:
    """A place for the person, or a number on the waiting list; with the agreement and an entry in the history.

    The same post again, and a second one while the first booking stands, get the booking there is. Raises
    BookingRefused for a case that is closed and for what `book` refuses.
    """
    hold(session.pk)
    if already := booked_for(case, session):
        return already
    if not case.is_open:
        raise BookingRefused("This case is closed, so nothing is booked from it.")
    booking = book(session=session, by=by, mover=Mover.PERSON, key=key, who=what_passes(case.person), team=case.agency)
    _link, new = CaseBooking.objects.get_or_create(booking=booking, defaults={"case": case})
    if new:
        Agreement.objects.get_or_create(
            case=case,
            agency=session.service.agency,
            scope=Agreement.Scope.SHARE,
            withdrawn_at=None,
            defaults={"how": how_agreed, **Agreement.signature(by)},
        )
        first = booking.moves.get(number=1)
        note(case, booking, first, agreed=how_agreed)
        tell(booking, notifications.news_of(first, Mover.PERSON), "", "1")
    return booking


@transaction.atomic
def move_for(*, case: Case, by: Author, booking: Booking, to: Booked, key: uuid.UUID | None = None) -> Booking:
    """Say yes to a place offered (BOOKED), or cancel (CANCELLED), for the person. Raises BookingRefused."""
    move_booking(booking, to, by=by, mover=Mover.PERSON, key=key)
    return booking


def what_passes(person: Person) -> Who:
    """The name, and the one contact the person is best reached by."""
    by_email = bool(person.email) and (person.contact_by == ContactBy.EMAIL or not person.phone)
    return Who(person.name, email=person.email if by_email else "", phone="" if by_email else person.phone)


def booked_for(case: Case, session: Session) -> Booking | None:
    """What stands in that session for the person of the case."""
    found = Booking.objects.filter(case_booking__case=case, session=session, status__in=sorted(STANDS))
    return found.order_by("number").first()


def coming_places(case: Case) -> QuerySet[Booking]:
    """What stands for the person of the case in sessions to come."""
    rows = Booking.objects.filter(
        case_booking__case=case,
        status__in=sorted(STANDS),
        session__starts_at__gt=timezone.now(),
        session__cancelled_at=None,
    )
    return rows.select_related("session__service__agency").order_by("session_id", "number")


def hold_places(case: Case) -> list[Booking]:
    """The same, with their sessions held: those are locked before referrals and cases."""
    for session in dict.fromkeys(coming_places(case).values_list("session_id", flat=True)):
        hold(session)
    return list(coming_places(case))


# --- What comes back --------------------------------------------------------------------------------


def hear(booking: Booking, move: BookingMove) -> None:
    """Write a move into the history of the case it was booked from (referrals.actions.hears_booking)."""
    case = case_of(booking)
    if case is None:
        return
    note(case, booking, move)
    if move.hand != Hand.MEMBER or move.written_for_id != case.agency_id:
        tell_lead(case, key=f"case booking {move.pk}")


def tell(booking: Booking, news: str, words: str, key: str) -> None:
    """Tell the person in their own channel (referrals.actions.tells_booking); a session moved stands in the history."""
    case = case_of(booking)
    if case is None:
        return
    if news == "moved":
        record(
            case=case,
            kind=Kind.BOOKED,
            by=Author.system(),
            audience=Audience.PERSON,
            key=uuid.uuid5(booking.pk, key),
            details=named(booking) | {"deed": "new time or place"},
        )
        tell_lead(case, key=f"case booking {booking.pk} {key}")
    by_email = reach(case.person)[0] == Channel.EMAIL
    tell_person(
        case,
        key=f"booking {booking.pk} {key}",
        subject=notifications.NEWS[news],
        template="person/booking.txt",
        context=notifications.context(booking, news, words, link=by_email),
    )


def note(case: Case, booking: Booking, move: BookingMove, agreed: str = "") -> None:
    """One entry for one move, once: the move's id is its key."""
    kind = {Booked.ATTENDED: Kind.ATTENDED, Booked.MISSED: Kind.MISSED}.get(Booked(move.after), Kind.BOOKED)
    details: dict[str, Any] = named(booking) | {"deed": move.deed, "status": move.after}
    if agreed:
        details["agreed"] = agreed
    if move.after == Booked.WAITING:
        details["position"] = booking.position
    if move.after == Booked.OFFERED:
        details["until"] = notifications.until(booking)
    if move.after == Booked.ATTENDED:
        details["time"] = times(case, booking)
    started = min(booking.session.starts_at, timezone.now())
    record(
        case=case,
        kind=kind,
        by=author_of(move),
        text=move.words,
        audience=Audience.PERSON,
        key=move.pk,
        details=details,
        happened_at=None if kind == Kind.BOOKED else started,
    )


def times(case: Case, booking: Booking) -> int:
    """Which time it is that they came to this activity, as far as the case knows."""
    came = Booking.objects.filter(case_booking__case=case, session__service=booking.session.service_id)
    return came.filter(status=Booked.ATTENDED, session__starts_at__lt=booking.session.starts_at).count() + 1


def named(booking: Booking) -> dict[str, Any]:
    session = booking.session
    return {
        "service": session.service.name,
        "agency": session.service.agency.name,
        "when": f"{date_words(session.starts_at)}, {time_words(session.starts_at)}",
    }


def author_of(move: BookingMove) -> Author:
    return Author(Hand(move.hand), move.author_name, move.written_by, move.written_for)


def case_of(booking: Booking) -> Case | None:
    """The case it was booked from; None for a booking that somebody made for themselves."""
    link = (
        CaseBooking.objects.select_related("case__lead__user", "case__person", "case__agency", "case__closing_reason")
        .filter(booking=booking)
        .first()
    )
    return link.case if link else None


def tell_lead(case: Case, *, key: str) -> None:
    if case.lead.ended_at is None:
        messages.send(
            key=key,
            to=case.lead.user.email,
            subject="News in one of your cases",
            template="email/case_news.txt",
            context={"link": f"{settings.PLACE['base_url']}{reverse('cases:case', args=[case.pk])}"},
        )
