"""Deeds on one session, and the laying out of all; who booked is told by whoever listens (`on_session_changed`).

They keep no version of the listing: a date is no part of what a listing says, its pattern is.
"""

import datetime
import logging
import uuid
from typing import Any

from django.db import DatabaseError, transaction
from django.utils import timezone

from directory.catalogue.doubts import forget_terms
from directory.catalogue.timetable import notify_session_changed, sync_sessions
from directory.models import Service, Session
from directory.search.index import index_services

logger = logging.getLogger(__name__)

SESSION_COLUMNS = ("starts_at", "ends_at", "at_location_id", "places", "note")


class ChangedMeanwhile(Exception):
    """Somebody changed or cancelled this session since the form was shown."""


class TooFewPlaces(Exception):
    """More people are booked than there would be places; `taken` says how many."""

    def __init__(self, taken: int) -> None:
        super().__init__(f"{taken} are booked")
        self.taken = taken


def fingerprint_session(session: Session) -> str:
    """What a form carries back: the session as it was shown."""
    return "|".join(str(getattr(session, name)) for name in (*SESSION_COLUMNS, "cancelled_at"))


@transaction.atomic
def change_session(*, session: Session, values: dict[str, Any], seen_before: str) -> Session:
    """Set some of SESSION_COLUMNS. Those booked are told when the time or the place is another, and who waits
    when there are more places. A second identical post changes nothing. Raises ChangedMeanwhile, TooFewPlaces."""
    row = Session.objects.select_for_update(of=("self",)).get(pk=session.pk)
    changed = {name for name, value in values.items() if getattr(row, name) != value}
    if not changed:
        return row
    if fingerprint_session(row) != seen_before or row.cancelled_at:
        raise ChangedMeanwhile
    if values.get("places") is not None and values["places"] < row.taken:
        raise TooFewPlaces(row.taken)
    for name, value in values.items():
        setattr(row, name, value)
    row.changed = row.changed or bool(changed - {"note"})
    row.save(update_fields=[*(name.removesuffix("_id") for name in SESSION_COLUMNS), "changed"])
    if changed & {"starts_at", "ends_at", "at_location_id"}:
        notify_session_changed(row, "moved")
    if "places" in changed:
        notify_session_changed(row, "places")
    index_services([row.service_id])
    return row


@transaction.atomic
def cancel_session(*, session: Session, why: str) -> Session:
    """It does not take place; those booked are told why. May be called twice."""
    row = Session.objects.select_for_update(of=("self",)).get(pk=session.pk)
    if row.cancelled_at is None:
        row.cancelled_at, row.cancelled_why = timezone.now(), why
        row.save(update_fields=["cancelled_at", "cancelled_why"])
        notify_session_changed(row, "cancelled")
        index_services([row.service_id])
    return row


@transaction.atomic
def cancel_sessions(*, sessions: list[Session], why: str) -> list[Session]:
    """Cancel these, those booked are told; the ones that stood until now. May be called twice."""
    standing = [row for row in sessions if row.cancelled_at is None]
    for row in sorted(standing, key=lambda row: row.pk):
        cancel_session(session=row, why=why)
    return standing


@transaction.atomic
def confirm_sessions(*, sessions: list[Session]) -> list[Session]:
    """Their group says that they are on, bank holiday or not; those that were in doubt. May be called twice."""
    ids = [row.pk for row in sessions]
    rows = [row for row in Session.objects.select_for_update().filter(pk__in=ids).order_by("pk") if row.is_in_doubt]
    Session.objects.filter(pk__in=[row.pk for row in rows]).update(confirmed_at=timezone.now())
    index_services({row.service_id for row in rows})
    return rows


@transaction.atomic
def add_session(*, service: Service, on: datetime.date, values: dict[str, Any], key: uuid.UUID) -> Session:
    """A date beside the pattern. The same `key` again gets the first one."""
    pk = uuid.uuid5(service.pk, f"session:{key}")
    row, new = Session.objects.get_or_create(pk=pk, defaults={"service": service, "on": on, "changed": True, **values})
    if new:
        index_services([service.pk])
    return row


def sync_all_sessions() -> list[uuid.UUID]:
    """The sessions of the next 12 weeks of all that is kept here; returns the listings that could not be laid out.

    Each in a transaction of its own: one that the database refuses keeps no other back, and is in the log.
    """
    forget_terms()
    failed = []
    kept = Service.objects.filter(source="", published_at__isnull=False, schedules__isnull=False).distinct()
    for service in kept.order_by("pk").iterator(chunk_size=200):
        try:
            sync_sessions(service)
        except DatabaseError:
            logger.exception("The sessions of %s could not be laid out", service.pk)
            failed.append(service.pk)
    return failed
