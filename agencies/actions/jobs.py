"""Jobs that failed are put into the queue again, by the steward."""

import logging

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.exceptions import ConnectorException

logger = logging.getLogger(__name__)
MAX_AT_ONCE = 1000  # one transaction: the next press takes the next


@transaction.atomic
def retry_failed_jobs(jobs: "QuerySet[ProcrastinateJob]") -> int:
    """Put each into the queue once more; how many. Each job may run twice without harm, so this asks nothing.

    One that is not failed any more (somebody else pressed too), or of which a new one waits already, is left as it is.
    """
    retried = 0
    for number in jobs.values_list("pk", flat=True)[:MAX_AT_ONCE]:
        try:
            with transaction.atomic():
                app.job_manager.retry_job_by_id(number, retry_at=timezone.now())
        except ConnectorException:
            continue
        retried += 1
    logger.info("%s failed jobs were put into the queue again", retried)
    return retried
