"""What waits for the steward: each a count and the page where it is seen to."""

import datetime
from dataclasses import dataclass

from django.db.models import Sum
from django.utils import timezone

from agencies.models import Membership
from directory.exchange.actions import duplicates, sources
from directory.models import Claim, Decision, LostSearch, Proposal, Service
from directory.publishing.join_answers import answer_by
from directory.stewardship.stale import lists

LOST_DAYS = 30


@dataclass(frozen=True)
class Waiting:
    """One tile of the steward's first page. `late`: somebody waits longer than they were promised."""

    words: str
    count: int
    page: str
    query: str = ""
    late: bool = False


def waiting(member: Membership) -> list[Waiting]:
    """What this member may see of it: one statement for each."""
    today = timezone.localdate()
    proposals = Proposal.visible_to(member).filter(decision=Decision.OPEN)
    claims = list(Claim.visible_to(member).filter(decision=Decision.OPEN))
    late = any(answer_by(claim) < today for claim in claims)
    return [
        Waiting("Groups that ask to take part", len(claims), "directory:claims", late=late),
        Waiting("Edits to look at", proposals.filter(data__isnull=False).count(), "directory:proposals", "?show=edits"),
        Waiting(
            "Reports from readers", proposals.filter(data__isnull=True).count(), "directory:proposals", "?show=reports"
        ),
        Waiting("Listings that are hidden", hidden(member, today), "directory:stale", "?show=hidden"),
        Waiting("Likely doubles", duplicates.waiting(), "directory:likenesses"),
        Waiting("Imports that failed", sources.failing(), "directory:sources"),
        Waiting("Searches that found nothing", lost_searches(today), "directory:lost"),
    ]


def hidden(member: Membership, today: datetime.date) -> int:
    return Service.stewarded_by(member).filter(lists(today)["hidden"]).count()


def lost_searches(today: datetime.date) -> int:
    """How many searches of the last 30 days found nothing."""
    since = today - datetime.timedelta(days=LOST_DAYS)
    return LostSearch.objects.filter(on__gte=since).aggregate(n=Sum("times"))["n"] or 0
