"""What happens to listings by itself each night."""

import datetime
import logging
import uuid

from django.db import DatabaseError

from agencies.models import Author
from directory.catalogue.timetable import lay_out
from directory.models import Service, Status
from directory.publishing.actions.listings import reopen

log = logging.getLogger(__name__)


def run_again(today: datetime.date) -> int:
    """What was closed until today runs again; how many did. May run twice."""
    over = Service.objects.filter(status=Status.CLOSED, paused_until__lte=today, source="").order_by("pk")
    for service in over:
        reopen(service=service, by=Author.system(), what="Runs again, as planned")
    return len(over)


def lay_out_all() -> list[uuid.UUID]:
    """The sessions of the next 12 weeks of all that is kept here; returns the listings that could not be laid out.

    Each in a transaction of its own: one that the database refuses keeps no other back, and is in the log.
    """
    failed = []
    kept = Service.objects.filter(source="", published_at__isnull=False, schedules__isnull=False).distinct()
    for service in kept.order_by("pk").iterator(chunk_size=200):
        try:
            lay_out(service)
        except DatabaseError:
            log.exception("The sessions of %s could not be laid out", service.pk)
            failed.append(service.pk)
    return failed
