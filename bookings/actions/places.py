"""Counting places: who holds the session's row counts, and nobody else meanwhile."""

import datetime
import uuid

from django.db import connection
from django.utils import timezone

from directory.models import Session
from directory.search.index import index

DAY_BEGINS, DAY_ENDS = datetime.time(8), datetime.time(20)  # London: an offer runs out only between them


class NoPlace(Exception):
    """All places are taken."""


def hold(session: uuid.UUID) -> Session:
    """The session's row, held until the transaction ends: every deed on its bookings begins with it."""
    rows = Session.objects.select_related("service__agency", "at_location__location")
    return rows.select_for_update(of=("self",)).get(pk=session)


def has_begun(session: Session) -> bool:
    return session.starts_at <= timezone.now()


def count(session: Session, change: int, *, more: bool = False) -> None:
    """Count places taken, or free again, in a session that is held.

    With `more` the session gets one place more when all are taken: somebody came, or the group lets them in. Raises
    NoPlace otherwise; the database would refuse it too (places_are_not_overbooked).
    """
    if not change:
        return
    had_room, session.taken = session.has_room, max(session.taken + change, 0)
    if session.places is not None and session.taken > session.places:
        if not more:
            raise NoPlace
        session.places = session.taken
    session.save(update_fields=["taken", "places"])
    if had_room != session.has_room and not has_begun(session):
        find_anew(session.service_id)


def find_anew(service: uuid.UUID) -> None:
    """Write what the listing is found by: one at a time, as two sessions of it that fill up at once would write it
    twice. Nobody who holds this waits for a session."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"find {service}"])
    index([service])


def offer_ends(now: datetime.datetime, hours: int, starts_at: datetime.datetime) -> datetime.datetime:
    """Until when a place offered now is held: `hours` from now, and never when people sleep.

    An offer made at night counts from the morning on. What would run past 8 in the evening goes on from 8 in the
    morning with the time that was left. Never after the session begins.
    """
    begins = _out_of_night(timezone.localtime(now))
    ends = timezone.localtime(begins + datetime.timedelta(hours=hours))
    evening = _at(ends.date() - datetime.timedelta(days=ends.time() < DAY_BEGINS), DAY_ENDS)
    left = ends - evening
    if left > datetime.timedelta(0):
        ends = _at(evening.date() + datetime.timedelta(days=1), DAY_BEGINS) + left
    return min(ends, starts_at)


def noon_after(now: datetime.datetime) -> datetime.datetime:
    """Noon of the next day: no longer is a place held for somebody whom nobody can reach."""
    return _at(timezone.localdate(now) + datetime.timedelta(days=1), datetime.time(12))


def _out_of_night(moment: datetime.datetime) -> datetime.datetime:
    if moment.time() < DAY_BEGINS:
        return _at(moment.date(), DAY_BEGINS)
    if moment.time() >= DAY_ENDS:
        return _at(moment.date() + datetime.timedelta(days=1), DAY_BEGINS)
    return moment


def _at(day: datetime.date, time: datetime.time) -> datetime.datetime:
    return datetime.datetime.combine(day, time, timezone.get_default_timezone())
