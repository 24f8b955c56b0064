"""Work on cases that no request may do: words taken out of an entry, and what the clock brings."""

import uuid

from procrastinate.contrib.django import app

from cases.actions.named_workers import report_unreviewed
from cases.history import record
from cases.models import EmergencyOpening
from config.batches import run_for_each
from config.row_security import job_context


@app.task(name="blank_entry")
def blank_entry(*, entry: str) -> None:
    """Take the words out of an entry: record.erase_entry has written that they go. May run twice."""
    with job_context():
        record.blank_entry(uuid.UUID(entry))


@app.periodic(cron="41 * * * *")
@app.task(name="report_unreviewed_openings", queueing_lock="report_unreviewed", lock="report_unreviewed")
def report_unreviewed_openings(timestamp: int) -> None:
    """An emergency opening that nobody has reviewed in time is told to the steward. May run twice: each is claimed by
    a conditional update in the transaction that writes the message."""
    with job_context():
        due = list(EmergencyOpening.unreviewed().order_by("at").values_list("pk", flat=True))
    run_for_each("Emergency opening", due, report_opening)


def report_opening(pk: uuid.UUID) -> None:
    with job_context():
        report_unreviewed(EmergencyOpening.objects.select_related("agency").get(pk=pk))
