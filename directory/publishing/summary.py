"""A group's activities as it sees them: the state of each, its age, and what would mend it."""

import datetime
import uuid
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from agencies.models import Membership
from config.template_tags import date_words
from directory.catalogue.freshness import next_ask_date
from directory.catalogue.quality import Quality, prefetch_for_score, score_listing
from directory.models import Proposal, Service, Status
from directory.publishing.sections import SECTIONS

PAGE_SIZE = 50


@dataclass(frozen=True)
class ListingState:
    words: str
    tone: str
    detail: str = ""


@dataclass(frozen=True)
class ListingRow:
    """One activity in the list. `fixes`: (section's name or "", words)."""

    service: Service
    state: ListingState
    waits: bool
    quality: Quality
    fixes: list[tuple[str, str]]
    checked: str
    asked: bool

    @property
    def is_kept_here(self) -> bool:
        return self.service.source == ""


def annotate_open_edits(services: QuerySet[Service]) -> QuerySet[Service]:
    """With `waits`: whether a change by the group waits for the steward."""
    open_edits = Proposal.objects.filter(service=OuterRef("pk"), decision="", data__isnull=False)
    return services.select_related("agency").annotate(waits=Exists(open_edits))


def load_listings_page(member: Membership, after: uuid.UUID | None = None) -> tuple[list[ListingRow], uuid.UUID | None]:
    """A page of the agency's activities by name, and where the next page begins; None when there is none."""
    thrown_away = Q(published_at=None, status=Status.INACTIVE)
    mine = annotate_open_edits(Service.run_by(member)).filter(joined_to=None).exclude(thrown_away)
    mine = mine.order_by("name", "pk")
    if after and (last := Service.run_by(member).filter(pk=after).first()):
        mine = mine.filter(Q(name__gt=last.name) | Q(name=last.name, pk__gt=last.pk))
    found = list(prefetch_for_score(mine)[: PAGE_SIZE + 1])
    following = found[PAGE_SIZE - 1].pk if len(found) > PAGE_SIZE else None
    return [build_listing_row(service) for service in found[:PAGE_SIZE]], following


def build_listing_row(service: Service) -> ListingRow:
    quality = score_listing(service)
    fixes = [(fix.section if fix.section in SECTIONS else "", fix.words) for fix in quality.fixes]
    waits = service.waits  # type: ignore[attr-defined]
    return ListingRow(
        service,
        describe_state(service, waits),
        waits,
        quality,
        fixes,
        format_checked(service),
        is_confirmation_due(service),
    )


def describe_state(service: Service, waits: bool) -> ListingState:
    """Where it stands, in a word and what follows from it."""
    if service.status in (Status.DEFUNCT, Status.INACTIVE):
        if service.published_at:
            return ListingState("Ended", "grey", "Nobody finds it any more")
        return ListingState("Thrown away", "grey", "It is not in your list any more")
    if service.published_at is None:
        if waits:
            return ListingState("Waiting for review", "amber", "The steward looks at it before it is listed")
        return ListingState("Draft", "sky", "Nobody else sees it yet")
    if service.hidden_at:
        words = "Nobody answered when we asked whether it is still right. Say so, and it is found again"
        return ListingState("Hidden", "coral", words)
    if service.status == Status.CLOSED:
        until = f"Runs again on {date_words(service.paused_until)}" if service.paused_until else "No date is set"
        return ListingState("Closed for now", "amber", until)
    return ListingState("Listed", "green", "Your last changes wait for review" if waits else "")


def format_checked(service: Service) -> str:
    """ "Checked 3 months ago", for people."""
    if service.assured_date is None:
        return "Not checked yet"
    days = (timezone.localdate() - service.assured_date).days
    if days < 1:
        return "Checked today"
    if days < 60:
        return f"Checked {days} day{'s' if days > 1 else ''} ago"
    return f"Checked {round(days / 30.44)} months ago" if days < 700 else f"Checked {days // 365} years ago"


def is_confirmation_due(service: Service, today: datetime.date | None = None) -> bool:
    """Whether the group is to say that it is still right: it was asked, it is hidden, or its time is over."""
    if service.source or service.published_at is None or service.status in (Status.DEFUNCT, Status.INACTIVE):
        return False
    due = next_ask_date(service) <= (today or timezone.localdate())
    return bool(service.asks or service.hidden_at or due)
