"""Work on case histories and records that no request may do: it reaches into other agencies, or takes words out."""

import datetime
import uuid

from django.utils import timezone
from procrastinate.contrib.django import app

from cases.actions import erasure, hold, rights, sharing
from cases.actions.named_workers import report_unreviewed
from cases.actions.roots import make_root, write_root_file
from cases.history import record
from cases.models import Agreement, EmergencyOpening, RightsRequest
from cases.states import OPEN_STATUSES
from config.batches import run_for_each
from config.row_security import job_context

REMIND_WITHIN = datetime.timedelta(days=7)  # before the day it is due


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


@app.periodic(cron="40 2 * * *")
@app.task(name="make_root", queueing_lock="make_root", lock="make_root")
def make_nightly_root(timestamp: int) -> None:
    """One line of all histories leaves the machine. A second run makes another, which harms nothing."""
    with job_context():
        make_root()
    with job_context():  # once that is committed
        write_root_file()


@app.periodic(cron="4 8 * * *")
@app.task(name="remind_of_holds", queueing_lock="remind_of_holds", lock="remind_of_holds")
def remind_of_holds(timestamp: int) -> None:
    """Each morning. May run twice: each hold is claimed in the transaction that also writes the message."""
    with job_context():
        hold.remind_of_holds(timezone.localdate())


@app.task(name="forget_withheld")
def forget_withheld(*, agreement: str) -> None:
    """What was under way to an agency whose agreement was taken back. May run twice."""
    with job_context():
        sharing.forget_withheld(Agreement.objects.get(pk=agreement))


@app.task(name="ask_others")
def ask_others(*, request: str) -> None:
    """Ask the other agencies that hold something of the same person. May run twice: each is asked once."""
    with job_context():
        rights.ask_others(RightsRequest.locked().get(pk=request))


@app.task(name="erase_record")
def erase_record(*, request: str) -> None:
    """Erase what a second member has approved. May run twice."""
    with job_context():
        erasure.erase_approved(RightsRequest.objects.get(pk=request))


@app.periodic(cron="10 7 * * *")
@app.task(name="remind_of_rights", queueing_lock="remind_of_rights", lock="remind_of_rights")
def remind_of_rights(timestamp: int) -> None:
    """Each morning. A request is told of once in its last week, and once when its day has passed."""
    remind_of_due_requests(timezone.localdate())


def remind_of_due_requests(today: datetime.date) -> int:
    """How many requests are due within a week, or late. While the person is waited for, the clock stands still."""
    due = {"status__in": sorted(OPEN_STATUSES), "paused_on": None, "due_on__lte": today + REMIND_WITHIN}
    with job_context():
        ids = list(RightsRequest.objects.filter(**due).order_by("pk").values_list("pk", flat=True))
    return run_for_each("What was asked in", ids, lambda pk: remind(pk, today))


def remind(pk: uuid.UUID, today: datetime.date) -> None:
    with job_context():
        request = RightsRequest.objects.select_related("agency").get(pk=pk)
        rights.remind_handlers(request, late=request.due_on < today)
