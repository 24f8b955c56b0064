"""A group's activities as it sees them: the state of each, its age, and what would mend it."""

import datetime
import uuid
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from agencies.models import Membership
from config.template_tags import date_words
from directory.catalogue.freshness import next_ask
from directory.catalogue.quality import Quality, judge, with_all
from directory.models import Proposal, Service, Status
from directory.publishing.sections import SECTIONS

PAGE = 50


@dataclass(frozen=True)
class State:
    words: str
    tone: str
    detail: str = ""


@dataclass(frozen=True)
class Row:
    """One activity in the list. `fixes`: (section's name or "", words)."""

    service: Service
    state: State
    waits: bool
    quality: Quality
    fixes: list[tuple[str, str]]
    checked: str
    asked: bool

    @property
    def kept_here(self) -> bool:
        return self.service.source == ""


def own(services: QuerySet[Service]) -> QuerySet[Service]:
    """With `waits`: whether a change by the group waits for the steward."""
    open_edits = Proposal.objects.filter(service=OuterRef("pk"), decision="", data__isnull=False)
    return services.select_related("agency").annotate(waits=Exists(open_edits))


def rows(member: Membership, after: uuid.UUID | None = None) -> tuple[list[Row], uuid.UUID | None]:
    """A page of the agency's activities by name, and where the next page begins; None when there is none."""
    thrown_away = Q(published_at=None, status=Status.INACTIVE)
    mine = own(Service.run_by(member)).filter(joined_to=None).exclude(thrown_away).order_by("name", "pk")
    if after and (last := Service.run_by(member).filter(pk=after).first()):
        mine = mine.filter(Q(name__gt=last.name) | Q(name=last.name, pk__gt=last.pk))
    found = list(with_all(mine)[: PAGE + 1])
    return [row(service) for service in found[:PAGE]], found[PAGE - 1].pk if len(found) > PAGE else None


def row(service: Service) -> Row:
    quality = judge(service)
    fixes = [(fix.section if fix.section in SECTIONS else "", fix.words) for fix in quality.fixes]
    waits = service.waits  # type: ignore[attr-defined]
    return Row(service, state_of(service, waits), waits, quality, fixes, checked(service), is_asked(service))


def state_of(service: Service, waits: bool) -> State:
    """Where it stands, in a word and what follows from it."""
    if service.status in (Status.DEFUNCT, Status.INACTIVE):
        return (
            State("Ended", "grey", "Nobody finds it any more")
            if service.published_at
            else State("Thrown away", "grey", "It is not in your list any more")
        )
    if service.published_at is None:
        return (
            State("Waiting for review", "amber", "The steward looks at it before it is listed")
            if waits
            else State("Draft", "sky", "Nobody else sees it yet")
        )
    if service.hidden_at:
        words = "Nobody answered when we asked whether it is still right. Say so, and it is found again"
        return State("Hidden", "coral", words)
    if service.status == Status.CLOSED:
        until = f"Runs again on {date_words(service.paused_until)}" if service.paused_until else "No date is set"
        return State("Closed for now", "amber", until)
    return State("Listed", "green", "Your last changes wait for review" if waits else "")


def checked(service: Service) -> str:
    """ "Checked 3 months ago", for people."""
    if service.assured_date is None:
        return "Not checked yet"
    days = (timezone.localdate() - service.assured_date).days
    if days < 1:
        return "Checked today"
    if days < 60:
        return f"Checked {days} day{'s' if days > 1 else ''} ago"
    return f"Checked {round(days / 30.44)} months ago" if days < 700 else f"Checked {days // 365} years ago"


def is_asked(service: Service, today: datetime.date | None = None) -> bool:
    """Whether the group is to say that it is still right: it was asked, it is hidden, or its time is over."""
    if service.source or service.published_at is None or service.status in (Status.DEFUNCT, Status.INACTIVE):
        return False
    due = next_ask(service) <= (today or timezone.localdate())
    return bool(service.asks or service.hidden_at or due)
