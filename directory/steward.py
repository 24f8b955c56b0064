"""What waits for the steward: each a count and the page where it is seen to."""

import datetime
from dataclasses import dataclass

from django.db.models import OuterRef, Subquery, Sum
from django.utils import timezone

from agencies.models import Membership
from directory.models import Claim, Decision, Likeness, LostSearch, Proposal, Run, Service, Source
from directory.stale import lists

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
    return [
        Waiting("Groups that ask to take part", open_claims(member), "directory:claims"),
        Waiting("Edits to look at", proposals.filter(data__isnull=False).count(), "directory:proposals", "?show=edits"),
        Waiting("Reports from readers", proposals.filter(data__isnull=True).count(), "directory:proposals"),
        Waiting("Listings that are hidden", hidden(member, today), "directory:stale", "?show=hidden"),
        Waiting("Likely doubles", Likeness.objects.filter(decision=Decision.OPEN).count(), "directory:likenesses"),
        Waiting("Imports that failed", failed_imports(), "directory:sources"),
        Waiting("Searches that found nothing", lost_searches(today), "directory:lost"),
    ]


def open_claims(member: Membership) -> int:
    return Claim.visible_to(member).filter(decision=Decision.OPEN).count()


def hidden(member: Membership, today: datetime.date) -> int:
    return Service.stewarded_by(member).filter(lists(today)["hidden"]).count()


def failed_imports() -> int:
    """Sources in use whose latest run ended early."""
    latest = Run.objects.filter(source=OuterRef("pk")).order_by("-started_at").values("error")[:1]
    return Source.objects.filter(stopped_at=None).annotate(error=Subquery(latest)).exclude(error="").exclude(
        error=None).count()  # fmt: skip


def lost_searches(today: datetime.date) -> int:
    """How many searches of the last 30 days found nothing."""
    since = today - datetime.timedelta(days=LOST_DAYS)
    return LostSearch.objects.filter(on__gte=since).aggregate(n=Sum("times"))["n"] or 0
