"""What the directory does by itself, each night."""

from django.utils import timezone
from procrastinate.contrib.django import app

from directory.index import index, refresh
from directory.models import LISTED, Service, Spot
from directory.postcodes import load_areas_around


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
    load_areas_around()
    refresh()
