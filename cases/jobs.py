"""What is looked after by the clock in cases: legal holds that somebody is to look at again."""

from django.utils import timezone
from procrastinate.contrib.django import app

from cases.actions import hold


@app.periodic(cron="4 8 * * *")
@app.task(name="remind_of_holds", queueing_lock="remind_of_holds", lock="remind_of_holds")
def remind_of_holds(timestamp: int) -> None:
    """Each morning. May run twice: each hold is claimed in the transaction that also writes the message."""
    hold.remind_of_holds(timezone.localdate())
