"""What is worked out about listings by itself, each night."""

from django.conf import settings
from procrastinate.contrib.django import app

from directory.catalogue.quality import score_all_listings


@app.periodic(cron="11 3 * * *")
@app.task(name="judge_listings", queue=settings.LONG_JOBS_QUEUE, queueing_lock="judge_listings")
def judge_listings(timestamp: int) -> None:
    """How much each listing tells, also what a feed has brought. May run twice."""
    score_all_listings()
