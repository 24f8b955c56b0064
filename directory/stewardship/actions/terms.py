"""The term dates of the place."""

import datetime
import uuid

from django.conf import settings
from django.db import transaction
from procrastinate.contrib.django import app

from agencies.models import Membership
from config.database import lock_name
from directory.catalogue.doubts import forget_terms
from directory.models import SchoolTerm


@transaction.atomic
def save_terms(*, terms: list[tuple[datetime.date, datetime.date]], by: Membership) -> None:
    """These, and no others. The sessions that are laid out are gone through by a job. Two who save at once, or one who
    presses twice, do it one after the other."""
    lock_name("school terms")
    SchoolTerm.visible_to(by).delete()
    SchoolTerm.objects.bulk_create(SchoolTerm(first=first, last=last) for first, last in terms)
    transaction.on_commit(forget_terms)
    lock = f"terms {uuid.uuid4()}"  # not that of the night: a job that runs already may have read the old ones
    app.configure_task("lay_out_sessions", queue=settings.LONG_JOBS_QUEUE, queueing_lock=lock).defer(timestamp=0)
