"""What the clock does in cases: an emergency opening that nobody has reviewed in time is told to the steward.

May run twice, or two at once: each is claimed by a conditional update in the transaction that writes the message."""

from procrastinate.contrib.django import app

from cases.actions.restriction import report_unreviewed
from cases.models import EmergencyOpening
from config.batches import run_for_each


@app.periodic(cron="41 * * * *")
@app.task(name="report_unreviewed_openings", queueing_lock="report_unreviewed", lock="report_unreviewed")
def report_unreviewed_openings(timestamp: int) -> None:
    due = list(EmergencyOpening.unreviewed().order_by("at").values_list("pk", flat=True))
    run_for_each(
        "Emergency opening",
        due,
        lambda pk: report_unreviewed(EmergencyOpening.objects.select_related("agency").get(pk=pk)),
    )
