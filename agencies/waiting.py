"""What waits for a member, from all parts, in one list: people to ring, answers due, reports, drafts, news."""

import datetime

from agencies.hooks import WaitingItem, waiting_sources
from agencies.models import Membership

MAX_ITEMS_OF_A_KIND = 50  # named; who has more does not read them either


def list_waiting(member: Membership) -> list[WaitingItem]:
    """What is due first comes first, then what has no date."""
    found = [item for source in waiting_sources for item in source(member)]
    return sorted(found, key=lambda item: item.due or datetime.date.max)
