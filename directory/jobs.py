"""What the directory does by itself, each night."""

import datetime

from django.utils import timezone
from procrastinate.contrib.django import app

from directory import lost, open_data
from directory.actions import freshness, nightly
from directory.actions.sources import run_what_is_due
from directory.actions.stewards import tell_stewards
from directory.index import index, keep_up, refresh
from directory.models import LISTED, Edition, Run, Service, Spot
from directory.postcodes import load_areas_around
from directory.quality import judge_all
from directory.runs import carry_out


@app.periodic(cron="41 2 * * *")
@app.task(name="refresh_directory", queueing_lock="refresh_directory")
def refresh_directory(timestamp: int) -> None:
    """Take ended hours out of what is found, put in what has none yet, and count again. May run twice.

    The postcodes of all areas that places lie in are brought in too: an import leaves the rarer ones to the night.
    """
    over = Service.objects.filter(schedules__valid_to__lt=timezone.localdate())
    unwritten = Service.objects.filter(LISTED).exclude(pk__in=Spot.objects.values("service"))
    for services in (over, unwritten):
        index(set(services.values_list("pk", flat=True)))
    keep_up()
    load_areas_around()
    refresh()


@app.periodic(cron="11 3 * * *")
@app.task(name="judge_listings", queueing_lock="judge_listings")
def judge_listings(timestamp: int) -> None:
    """How much each listing tells, also what a feed has brought. May run twice."""
    judge_all()


@app.periodic(cron="20 8,13 * * *")
@app.task(name="ask_still_right", queueing_lock="ask_still_right", lock="ask_still_right")
def ask_still_right(timestamp: int) -> None:
    """Twice a day, in case a worker was down for one of them. Who has been silent is hidden before others are asked."""
    today = timezone.localdate()
    freshness.hide(today)
    freshness.ask(today)


@app.periodic(cron="9 2 * * *")
@app.task(name="lay_out_sessions", queueing_lock="lay_out_sessions")
def lay_out_sessions(timestamp: int) -> None:
    """What was closed until today runs again, and the sessions of the next 12 weeks are there. May run twice."""
    nightly.run_again(timezone.localdate())
    nightly.lay_out_all()


@app.periodic(cron="31 3 * * *")
@app.task(name="make_open_data", queueing_lock="make_open_data", lock="make_open_data")
def make_open_data(timestamp: int) -> None:
    """The daily files; and the editions of older days are forgotten. May run twice."""
    open_data.make_all()
    Edition.forget(timezone.now() - datetime.timedelta(days=1))


@app.periodic(cron="51 3 * * *")
@app.task(name="forget_lost_searches", queueing_lock="forget_lost_searches")
def forget_lost_searches(timestamp: int) -> None:
    """Searches that found nothing are kept for a year."""
    lost.old(timezone.localdate()).delete()


@app.task(name="import_source")
def import_source(*, run: str, part: bool = False) -> None:
    """Carry out one import that the steward or the clock asked for. May run twice: nothing changes the second time."""
    found = Run.objects.select_related("source").filter(pk=run, ended_at=None).first()
    if found:
        carry_out(found, part=part)


@app.periodic(cron="13 * * * *")
@app.task(name="import_what_is_due", queueing_lock="import_what_is_due", lock="import_what_is_due")
def import_what_is_due(timestamp: int) -> None:
    """Every hour: feeds whose day or week is over since they were last read. May run twice."""
    run_what_is_due()


@app.periodic(cron="40 8 * * *")
@app.task(name="tell_what_waits", queueing_lock="tell_what_waits", lock="tell_what_waits")
def tell_what_waits(timestamp: int) -> None:
    """The stewards hear each morning what waits for them. May run twice."""
    tell_stewards(timezone.localdate())
