"""What the stewards hear of by e-mail: that reports and edits have come in, or that somebody waits too long."""

import datetime

from django.db import transaction

from agencies import messages
from agencies.messages import absolute_url
from config.working_days import is_working_day
from directory.models import Claim, Decision, Proposal
from directory.publishing.join_answers import claim_due_date
from directory.publishing.recipients import find_steward_emails


@transaction.atomic
def send_steward_digest(today: datetime.date) -> int:
    """One e-mail to each on a working day on which something new waits, or somebody longer than promised; how many.

    New is what came since the last working day. Groups that ask to take part have had an e-mail of their own. May run
    twice: a day has one e-mail.
    """
    if not is_working_day(today):
        return 0
    waiting = Proposal.objects.filter(decision=Decision.OPEN)
    late = [claim for claim in Claim.objects.filter(decision=Decision.OPEN) if claim_due_date(claim) < today]
    if not late and not waiting.filter(made_at__date__gte=previous_working_day(today)).exists():
        return 0
    edits = waiting.filter(data__isnull=False).count()
    about = {
        "reports": waiting.count() - edits,
        "edits": edits,
        "late": late,
        "link": absolute_url("directory:steward"),
    }
    to = find_steward_emails()
    for number, email in enumerate(to):
        messages.queue_message(
            key=f"what waits {today} {number}",
            to=email,
            subject="What waits for you",
            template="email/what_waits.txt",
            context=about,
        )
    return len(to)


def previous_working_day(today: datetime.date) -> datetime.date:
    """The one before today."""
    day = today - datetime.timedelta(days=1)
    while not is_working_day(day):
        day -= datetime.timedelta(days=1)
    return day
