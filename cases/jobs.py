"""The clock of what people ask about their records: whoever answers hears before the month is over, and when it is."""

import datetime
import uuid

from django.utils import timezone
from procrastinate.contrib.django import app

from cases.actions.rights import remind_handlers
from cases.models import RightsRequest
from cases.states import OPEN_STATUSES
from config.batches import run_for_each

REMIND_WITHIN = datetime.timedelta(days=7)  # before the day it is due


@app.periodic(cron="10 7 * * *")
@app.task(name="remind_of_rights", queueing_lock="remind_of_rights", lock="remind_of_rights")
def remind_of_rights(timestamp: int) -> None:
    """Each morning. A request is told of once in its last week, and once when its day has passed."""
    remind_of_due_requests(timezone.localdate())


def remind_of_due_requests(today: datetime.date) -> int:
    """How many requests are due within a week, or late. While the person is waited for, the clock stands still."""
    rows = RightsRequest.objects.filter(
        status__in=sorted(OPEN_STATUSES), paused_on=None, due_on__lte=today + REMIND_WITHIN
    )
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    return run_for_each("What was asked in", ids, lambda pk: remind(pk, today))


def remind(pk: uuid.UUID, today: datetime.date) -> None:
    request = RightsRequest.objects.select_related("agency").get(pk=pk)
    remind_handlers(request, late=request.due_on < today)
