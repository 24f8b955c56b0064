"""Work on cases that no request may do, or that a clock asks for."""

import uuid

from django.utils import timezone
from procrastinate.contrib.django import app

from agencies.models import Draft
from cases.actions import hold
from cases.history import record
from config.row_security import job_context


@app.task(name="blank_entry")
def blank_entry(*, entry: str) -> None:
    """Take the words out of an entry: record.erase_entry has written that they go. May run twice."""
    with job_context():
        record.blank_entry(uuid.UUID(entry))


@app.periodic(cron="4 8 * * *")
@app.task(name="remind_of_holds", queueing_lock="remind_of_holds", lock="remind_of_holds")
def remind_of_holds(timestamp: int) -> None:
    """Each morning. May run twice: each hold is claimed in the transaction that also writes the message."""
    hold.remind_of_holds(timezone.localdate())


@app.task(name="forget_drafts")
def forget_drafts(*, agency: str, key: str) -> None:
    """What an agency's members had typed about a case that they may open no more. May run twice."""
    with job_context():
        Draft.objects.filter(member__agency=agency, key=key).delete()
