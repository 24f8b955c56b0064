"""The stewards hear by e-mail when backups, or the proofs of the histories, are not as promised."""

import datetime
import hashlib

from django.db import transaction

from agencies.access import Role
from agencies.backups import find_safety_problems, read_backup_state
from agencies.messages import absolute_url, queue_messages
from agencies.models import Membership
from directory.publishing.recipients import find_steward_emails


@transaction.atomic
def send_safety_warnings(today: datetime.date) -> int:
    """One e-mail to each for the same warnings in a week, and at once for others; to how many it went or had gone."""
    stewards = Membership.objects.filter(role=Role.STEWARD, ended_at=None, user__is_active=True, agency__left_at=None)
    member = stewards.order_by("pk").first()
    problems = list(find_safety_problems(member, read_backup_state(member))) if member else []
    if not problems:
        return 0
    year, week, _ = today.isocalendar()
    return queue_messages(
        find_steward_emails(),
        key=f"safety {year}-{week} {hashlib.sha256(repr(problems).encode()).hexdigest()[:16]}",
        subject="Not everything would come back",
        template="email/safety.txt",
        context={"problems": problems, "link": absolute_url("agencies:backups")},
    )
