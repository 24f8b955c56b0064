"""What the search does by itself, each night."""

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone
from procrastinate.contrib.django import app

from directory.geography.base_map import draw_base_map
from directory.geography.postcodes import load_areas_around
from directory.models import LISTED, Service, Spot
from directory.search import unmet
from directory.search.index import index_services, refresh_ageing_rows, refresh_counts


@app.periodic(cron="41 2 * * *")
@app.task(name="refresh_directory", queue=settings.LONG_JOBS_QUEUE, queueing_lock="refresh_directory")
def refresh_directory(timestamp: int) -> None:
    """Take ended hours out of what is found, put in what has none yet, and count again. May run twice.

    The postcodes of all areas that places lie in are brought in too: an import leaves the rarer ones to the night.
    The map beneath the pins is drawn again, with its new names.
    """
    over = Service.objects.filter(schedules__valid_to__lt=timezone.localdate())
    unwritten = Service.objects.filter(LISTED).filter(~Exists(Spot.objects.filter(service=OuterRef("pk"))))
    for services in (over, unwritten):
        index_services(set(services.values_list("pk", flat=True)))
    refresh_ageing_rows()
    load_areas_around()
    refresh_counts()
    draw_base_map()


@app.periodic(cron="51 3 * * *")
@app.task(name="forget_lost_searches", queueing_lock="forget_lost_searches")
def forget_lost_searches(timestamp: int) -> None:
    """Searches that found nothing are kept for a year."""
    unmet.list_expired_searches(timezone.localdate()).delete()
