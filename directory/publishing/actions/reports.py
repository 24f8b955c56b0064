"""A reader says that a listing is wrong, without saying who they are."""

import uuid

from django.db import transaction

from agencies.models import Author, Hand
from directory.models import Proposal, ReportReason, Service

ANONYMOUS_READER = Author(Hand.PERSON, "A reader")


@transaction.atomic
def submit_report(
    *, key: uuid.UUID, service: Service, reason: ReportReason, words: str, by: Author = ANONYMOUS_READER
) -> Proposal:
    """Put it in the review queue once, however often it is sent."""
    proposal, _ = Proposal.objects.get_or_create(
        key=key,
        defaults={
            "service": service,
            "reason": reason,
            "words": words,
            "based_on": service.version,
            **Proposal.signature(by),
        },
    )
    return proposal
