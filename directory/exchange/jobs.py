"""What goes in and out by itself: feeds that are due, the daily files."""

import datetime

from django.conf import settings
from django.utils import timezone
from procrastinate.contrib.django import app

from directory.exchange import open_data
from directory.exchange.actions.sources import request_due_runs
from directory.exchange.actions.zero_cost import drop_stored_zero_costs
from directory.exchange.runs import run_import
from directory.models import Edition, Run, Source
from directory.models.source import ZeroCost


@app.periodic(cron="31 3 * * *")
@app.task(name="make_open_data", queue=settings.LONG_JOBS_QUEUE, queueing_lock="make_open_data", lock="make_open_data")
def make_open_data(timestamp: int) -> None:
    """The daily files; and the editions of older days are forgotten. May run twice."""
    open_data.write_open_files()
    Edition.delete_older(timezone.now() - datetime.timedelta(days=1))


@app.task(name="import_source", queue=settings.LONG_JOBS_QUEUE)
def import_source(*, run: str, part: bool = False) -> None:
    """Carry out one import that the steward or the clock asked for. May run twice: nothing changes the second time."""
    found = Run.objects.select_related("source").filter(pk=run, ended_at=None).first()
    if found:
        run_import(found, part=part)


@app.periodic(cron="13 * * * *")
@app.task(name="import_what_is_due", queueing_lock="import_what_is_due", lock="import_what_is_due")
def import_what_is_due(timestamp: int) -> None:
    """Every hour: feeds whose day or week is over since they were last read. May run twice."""
    request_due_runs()


@app.task(name="drop_zero_costs")
def drop_zero_costs(*, source: str) -> None:
    """After the steward's answer that 0 is no price. May run twice."""
    found = Source.objects.filter(pk=source, zero_cost=ZeroCost.UNKNOWN).first()
    if found:
        drop_stored_zero_costs(found)
