"""Counting places: who holds the session's row counts, and nobody else meanwhile."""

import datetime
import uuid

from django.utils import timezone

from config.database import lock_name
from config.row_security import enter
from config.transitions import MoveRefused, lock_row
from directory.models import Session
from directory.search.index import index_services

SESSION_FULL_MESSAGE = "All places are taken. Somebody may have been quicker."
DAY_BEGINS, DAY_ENDS = datetime.time(8), datetime.time(20)  # London: an offer runs out only between them


def lock_session(session: uuid.UUID) -> Session:
    """The session's row, held until the transaction ends: every deed on its bookings begins with it."""
    enter("session", session)
    lock_row(Session(pk=session))
    return Session.objects.select_related("service__agency", "at_location__location").get(pk=session)


def has_begun(session: Session) -> bool:
    return session.starts_at <= timezone.now()


def adjust_places_taken(session: Session, change: int, *, more: bool = False) -> None:
    """Count places taken, or free again, in a session that is held.

    With `more` the session gets one place more when all are taken: somebody came, or the group lets them in. Raises
    MoveRefused otherwise; the database would refuse it too (places_are_not_overbooked).
    """
    if not change:
        return
    had_room, taken = session.has_room, max(session.taken + change, 0)
    if session.places is not None and taken > session.places:
        if not more:
            raise MoveRefused(SESSION_FULL_MESSAGE)
        session.places = taken
    session.taken = taken
    session.save(update_fields=["taken", "places"])
    if had_room != session.has_room and not has_begun(session):
        reindex_service(session.service_id)


def reindex_service(service: uuid.UUID) -> None:
    """Write what the listing is found by: one at a time, as two sessions of it that fill up at once would write it
    twice. Nobody who holds this waits for a session."""
    lock_name(f"find {service}")
    index_services([service])


def calculate_offer_end(now: datetime.datetime, hours: int, starts_at: datetime.datetime) -> datetime.datetime:
    """Until when a place offered now is held: `hours` from now, and never when people sleep.

    An offer made at night counts from the morning on. What would run past 8 in the evening goes on from 8 in the
    morning with the time that was left. Never after the session begins.
    """
    begins = _skip_night(timezone.localtime(now))
    ends = timezone.localtime(begins + datetime.timedelta(hours=hours))
    evening = _local_datetime(ends.date() - datetime.timedelta(days=ends.time() < DAY_BEGINS), DAY_ENDS)
    left = ends - evening
    if left > datetime.timedelta(0):
        ends = _local_datetime(evening.date() + datetime.timedelta(days=1), DAY_BEGINS) + left
    return min(ends, starts_at)


def next_noon(now: datetime.datetime) -> datetime.datetime:
    """Noon of the next day: no longer is a place held for somebody whom nobody can reach."""
    return _local_datetime(timezone.localdate(now) + datetime.timedelta(days=1), datetime.time(12))


def _skip_night(moment: datetime.datetime) -> datetime.datetime:
    if moment.time() < DAY_BEGINS:
        return _local_datetime(moment.date(), DAY_BEGINS)
    if moment.time() >= DAY_ENDS:
        return _local_datetime(moment.date() + datetime.timedelta(days=1), DAY_BEGINS)
    return moment


def _local_datetime(day: datetime.date, time: datetime.time) -> datetime.datetime:
    return datetime.datetime.combine(day, time, timezone.get_default_timezone())
