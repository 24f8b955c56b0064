"""What the stewards are told by itself, each morning."""

from django.utils import timezone
from procrastinate.contrib.django import app

from config.row_security import job_context
from directory.stewardship.actions.digest import send_steward_digest
from directory.stewardship.actions.safety import send_safety_warnings


@app.periodic(cron="40 8 * * *")
@app.task(name="tell_what_waits", queueing_lock="tell_what_waits", lock="tell_what_waits")
def tell_what_waits(timestamp: int) -> None:
    """The stewards hear each morning what waits for them. May run twice."""
    with job_context():
        send_steward_digest(timezone.localdate())


@app.periodic(cron="50 8 * * *")
@app.task(name="warn_of_safety", queueing_lock="warn_of_safety", lock="warn_of_safety")
def warn_of_safety(timestamp: int) -> None:
    """The stewards hear each morning of what would not come back. May run twice."""
    with job_context():
        send_safety_warnings(timezone.localdate())
