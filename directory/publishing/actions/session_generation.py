"""What happens to listings by itself each night."""

import datetime
import logging
import uuid

from django.db import DatabaseError

from agencies.models import Author
from directory.catalogue.timetable import sync_sessions
from directory.models import Service, Status
from directory.publishing.actions.listings import reopen_listing

logger = logging.getLogger(__name__)


def reopen_due_listings(today: datetime.date) -> int:
    """What was closed until today runs again; how many did. May run twice."""
    over = Service.objects.filter(status=Status.CLOSED, paused_until__lte=today, source="").order_by("pk")
    for service in over:
        reopen_listing(service=service, by=Author.system(), what="Runs again, as planned")
    return len(over)


def sync_all_sessions() -> list[uuid.UUID]:
    """The sessions of the next 12 weeks of all that is kept here; returns the listings that could not be laid out.

    Each in a transaction of its own: one that the database refuses keeps no other back, and is in the log.
    """
    failed = []
    kept = Service.objects.filter(source="", published_at__isnull=False, schedules__isnull=False).distinct()
    for service in kept.order_by("pk").iterator(chunk_size=200):
        try:
            sync_sessions(service)
        except DatabaseError:
            logger.exception("The sessions of %s could not be laid out", service.pk)
            failed.append(service.pk)
    return failed
