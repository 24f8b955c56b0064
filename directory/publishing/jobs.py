"""What listings do by themselves: groups are asked whether they are still right, sessions are laid out."""

from django.utils import timezone
from procrastinate.contrib.django import app

from directory.publishing.actions import freshness
from directory.publishing.actions.listings import reopen_due_listings
from directory.publishing.actions.sessions import sync_all_sessions


@app.periodic(cron="20 8,13 * * *")
@app.task(name="ask_still_right", queueing_lock="ask_still_right", lock="ask_still_right")
def ask_still_right(timestamp: int) -> None:
    """Twice a day, in case a worker was down for one of them. Who has been silent is hidden before others are asked."""
    today = timezone.localdate()
    freshness.hide_unanswered_listings(today)
    freshness.ask_due_groups(today)


@app.periodic(cron="9 2 * * *")
@app.task(name="lay_out_sessions", queueing_lock="lay_out_sessions")
def lay_out_sessions(timestamp: int) -> None:
    """What was closed until today runs again, and the sessions of the next 12 weeks are there. May run twice."""
    reopen_due_listings(timezone.localdate())
    sync_all_sessions()
