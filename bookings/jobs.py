"""Bookings looked after by the clock: offers run out, waiting lists end, people are reminded, names are forgotten.

Each may run twice, or two at once: whoever holds the session's row finds what the other has left to do.
"""

import datetime
import uuid

from django.db.models import Q, QuerySet
from django.utils import timezone
from procrastinate.contrib.django import app

from agencies import messages
from agencies.messages import absolute_url, format_subject
from agencies.models import Author, Message
from agencies.retention import period_length
from bookings import notifications
from bookings.actions.blank import blank_bookings
from bookings.actions.places import has_begun, lock_session
from bookings.actions.transition import apply_move, lock_bookings, offer_free_places
from bookings.models import Booking
from bookings.retention import BOOKING
from bookings.states import Actor, BookingStatus
from config.batches import run_for_each
from config.row_security import job_context
from directory.models import Session

SESSION = "The bookings of session"

ONE_DAY = datetime.timedelta(days=1)
REMINDER_HOURS = (datetime.time(9), datetime.time(20))  # London: between them people are reminded, the day before


@app.periodic(cron="*/5 * * * *")
@app.task(name="look_after_bookings", queueing_lock="look_after_bookings", lock="look_after_bookings")
def look_after_bookings(timestamp: int) -> None:
    """Every five minutes: offers that ran out go to the next, and lists of what has begun are closed."""
    expire_offers_and_lists(timezone.now())
    send_reminders(timezone.now())


@app.periodic(cron="23 3 * * *")
@app.task(name="forget_bookings", queueing_lock="forget_bookings", lock="forget_bookings")
def forget_bookings(timestamp: int) -> None:
    """Each night: who came to what ended long ago is only counted from now on."""
    blank_old_bookings(timezone.now())


def expire_offers_and_lists(now: datetime.datetime) -> int:
    """Sessions with something that ran out: an offer that nobody took, or a list whose session has begun."""
    lapsed = Q(status=BookingStatus.OFFERED, offered_until__lte=now)
    begun = Q(status__in=[BookingStatus.WAITING, BookingStatus.OFFERED], session__starts_at__lte=now)
    due = Booking.objects.filter(lapsed | begun)
    return run_for_each(SESSION, find_session_ids(due), lambda pk: expire_in_session(pk, now))


def expire_in_session(pk: uuid.UUID, now: datetime.datetime) -> None:
    session = lock_session(pk)
    for booking in lock_bookings(session):
        over = has_begun(session)
        if booking.status == BookingStatus.OFFERED and (over or (booking.offered_until or now) <= now):
            apply_move(booking, BookingStatus.LAPSED, by=Author.system(), mover=Actor.SYSTEM)
        elif booking.status == BookingStatus.WAITING and over:
            apply_move(booking, BookingStatus.FULL, by=Author.system(), mover=Actor.SYSTEM)
    offer_free_places(session)


def send_reminders(now: datetime.datetime) -> int:
    """The day before, by daylight: who has a place, who still waits, and the group. Once each."""
    local = timezone.localtime(now)
    if not REMINDER_HOURS[0] <= local.time() < REMINDER_HOURS[1]:
        return 0
    tomorrow = local.date() + datetime.timedelta(days=1)
    begins = [datetime.datetime.combine(day, datetime.time(), local.tzinfo) for day in (tomorrow, tomorrow + ONE_DAY)]
    due = Booking.objects.filter(
        session__starts_at__gte=begins[0],
        session__starts_at__lt=begins[1],
        session__cancelled_at=None,
        status__in=[BookingStatus.BOOKED, BookingStatus.WAITING],
        reminded_at=None,
    )
    return run_for_each(SESSION, find_session_ids(due), lambda pk: remind_session(pk, now))


def remind_session(pk: uuid.UUID, now: datetime.datetime) -> None:
    session = lock_session(pk)
    there = lock_bookings(session)
    for booking in there:
        if booking.reminded_at or booking.status == BookingStatus.OFFERED or session.cancelled_at:
            continue
        Booking.objects.filter(pk=booking.pk).update(reminded_at=now)
        if timezone.localdate(booking.made_at) < timezone.localdate(now):  # who booked today needs no reminder
            news = "reminder" if booking.status == BookingStatus.BOOKED else "still_waiting"
            notifications.notify_booker(booking, news, key=f"{news} {session.starts_at.isoformat()}")
    notify_group(session, there)


def notify_group(session: Session, there: list[Booking]) -> None:
    """How many come tomorrow, and where the register is. No names: e-mail is not private."""
    if to := session.service.reply_to_email():
        statuses = [booking.status for booking in there]
        messages.queue_message(
            key=f"register {session.pk} {session.starts_at.isoformat()}",
            to=to,
            subject=format_subject(f"Tomorrow: {session.service.name}"),
            template="email/booking_tomorrow.txt",
            context={
                "session": session,
                "when": notifications.format_day_and_time(session.starts_at),
                "booked": statuses.count(BookingStatus.BOOKED),
                "waiting": len(statuses) - statuses.count(BookingStatus.BOOKED),
                "register": absolute_url("bookings:register", session.pk),
                "bookings": absolute_url("bookings:session_bookings", session.pk),
            },
        )


def blank_old_bookings(now: datetime.datetime) -> int:
    """Blank name, contact and words of bookings whose session is as long ago as the place keeps them. That there was
    one, and whether they came, stays; so does what a case history says."""
    kept_for = datetime.timedelta(days=period_length(BOOKING.code))
    old = Booking.objects.filter(session__starts_at__lt=now - kept_for, blanked_at=None)
    return run_for_each(SESSION, find_session_ids(old), lambda pk: blank_session_bookings(pk, now))


def blank_session_bookings(pk: uuid.UUID, now: datetime.datetime) -> None:
    session = lock_session(pk)
    Message.with_key_prefix(notifications.session_key_prefix(pk)).delete()
    blank_bookings(Booking.objects.filter(session=session), now)


def find_session_ids(bookings: QuerySet[Booking]) -> list[uuid.UUID]:
    """Their sessions, each once, in one order for all workers."""
    with job_context():
        return list(bookings.order_by("session_id").values_list("session_id", flat=True).distinct())
