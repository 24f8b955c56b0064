"""What waits for the steward: each a count and the page where it is seen to."""

import datetime
from dataclasses import dataclass

from django.db.models import Sum
from django.utils import timezone

from agencies.models import Membership
from directory.exchange.actions import duplicates, sources
from directory.models import Claim, Decision, LostSearch, Proposal, Service
from directory.publishing.join_answers import claim_due_date
from directory.stewardship.stale import build_stale_filters

UNMET_DAYS = 30


@dataclass(frozen=True)
class InboxTile:
    """One tile of the steward's first page. `late`: somebody waits longer than they were promised."""

    words: str
    count: int
    page: str
    query: str = ""
    late: bool = False


def build_inbox(member: Membership) -> list[InboxTile]:
    """What this member may see of it: one statement for each."""
    today = timezone.localdate()
    proposals = Proposal.visible_to(member).filter(decision=Decision.OPEN)
    claims = list(Claim.visible_to(member).filter(decision=Decision.OPEN))
    late = any(claim_due_date(claim) < today for claim in claims)
    return [
        InboxTile("Groups that ask to take part", len(claims), "directory:claims", late=late),
        InboxTile(
            "Edits to look at", proposals.filter(data__isnull=False).count(), "directory:proposals", "?show=edits"
        ),
        InboxTile(
            "Reports from readers", proposals.filter(data__isnull=True).count(), "directory:proposals", "?show=reports"
        ),
        InboxTile("Listings that are hidden", count_hidden(member, today), "directory:stale", "?show=hidden"),
        InboxTile("Likely doubles", duplicates.count_open_likenesses(), "directory:likenesses"),
        InboxTile("Imports that failed", sources.count_failing_feeds(), "directory:sources"),
        InboxTile("Searches that found nothing", count_unmet_searches(today), "directory:lost"),
    ]


def count_hidden(member: Membership, today: datetime.date) -> int:
    return Service.stewarded_by(member).filter(build_stale_filters(today)["hidden"]).count()


def count_unmet_searches(today: datetime.date) -> int:
    """How many searches of the last 30 days found nothing."""
    since = today - datetime.timedelta(days=UNMET_DAYS)
    return LostSearch.objects.filter(on__gte=since).aggregate(n=Sum("times"))["n"] or 0
