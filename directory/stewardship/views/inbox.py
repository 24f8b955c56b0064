"""The steward's first page: what waits, each a count and the page where it is seen to, and the way to everything."""

import datetime
from dataclasses import dataclass

from django.db.models import Sum
from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from agencies.access import Permission, allow
from agencies.backups import count_safety_problems
from agencies.job_health import count_job_problems
from agencies.models import Membership
from agencies.registers import count_registers
from agencies.request import MemberRequest
from config.fragments import render_page
from directory.exchange.actions.duplicates import count_open_likenesses
from directory.exchange.actions.sources import count_failing_feeds
from directory.models import Claim, Decision, LostSearch, Proposal, Service
from directory.publishing.join_answers import claim_due_date
from directory.stewardship.stale import build_stale_filters

UNMET_DAYS = 30


@dataclass(frozen=True)
class InboxTile:
    """One tile of the page. `late`: somebody waits longer than they were promised. `wrong`: what else is not well."""

    words: str
    count: int
    page: str
    query: str = ""
    late: bool = False
    wrong: str = ""


@allow(Permission.STEWARD)
@require_safe
def steward_inbox(request: MemberRequest) -> HttpResponse:
    return render_page(request, "directory/steward.html", {"tiles": count_what_waits(request.member)})


def count_what_waits(member: Membership) -> list[InboxTile]:
    """What this member may see of it: one statement for each."""
    today = timezone.localdate()
    claims = list(Claim.visible_to(member).filter(decision=Decision.OPEN))
    late = any(claim_due_date(claim) < today for claim in claims)
    proposals = Proposal.visible_to(member).filter(decision=Decision.OPEN)
    edits, reports = proposals.filter(data__isnull=False).count(), proposals.filter(data__isnull=True).count()
    hidden = Service.stewarded_by(member).filter(build_stale_filters(today)["hidden"]).count()
    jobs, wrong = count_job_problems(member)
    unmet = LostSearch.visible_to(member).filter(on__gte=today - datetime.timedelta(days=UNMET_DAYS))
    return [
        InboxTile("Groups that ask to take part", len(claims), "directory:claims", late=late),
        InboxTile("Edits to look at", edits, "directory:proposals", "?show=edits"),
        InboxTile("Reports from readers", reports, "directory:proposals", "?show=reports"),
        InboxTile("Listings that are hidden", hidden, "directory:stale", "?show=hidden"),
        InboxTile("Likely doubles", count_open_likenesses(), "directory:likenesses"),
        InboxTile("Imports that failed or ask something", count_failing_feeds(), "directory:sources"),
        InboxTile("Searches that found nothing", unmet.aggregate(n=Sum("times"))["n"] or 0, "directory:lost"),
        InboxTile("Warnings about safe keeping", count_safety_problems(member), "agencies:backups"),
        InboxTile("Jobs that failed or are late", jobs, "agencies:jobs", wrong=wrong),
        *(InboxTile(one.words, one.count, one.page, late=one.late) for one in count_registers(member)),
    ]
