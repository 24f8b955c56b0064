"""What the stewards are told by itself, each morning."""

from django.utils import timezone
from procrastinate.contrib.django import app

from directory.stewardship.actions.digest import send_steward_digest


@app.periodic(cron="40 8 * * *")
@app.task(name="tell_what_waits", queueing_lock="tell_what_waits", lock="tell_what_waits")
def tell_what_waits(timestamp: int) -> None:
    """The stewards hear each morning what waits for them. May run twice."""
    send_steward_digest(timezone.localdate())
