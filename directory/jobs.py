"""What the directory does by itself, each night."""

from django.utils import timezone
from procrastinate.contrib.django import app

from directory.actions import freshness
from directory.index import index, keep_up, refresh
from directory.models import LISTED, Service, Spot
from directory.postcodes import load_areas_around
from directory.quality import judge_all


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
