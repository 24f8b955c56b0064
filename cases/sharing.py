"""Reading who may see a case, by whose agreement, and who has opened it."""

import uuid

from django.db.models import Q, QuerySet, Subquery

from cases.models import Agreement, Case, Circle, Reading

PAGE_SIZE = 30  # openings shown at once


def current_circle(case: Case) -> QuerySet[Circle]:
    """The agencies that may see the case now, the owning team among them."""
    return case.circle.filter(ended_at=None).select_related("agency")


def list_agreements(case: Case) -> QuerySet[Agreement]:
    """All agreements, those in force first."""
    return case.agreements.select_related("agency").order_by("-withdrawn_at", "-given_at", "id")


def load_access_log(case: Case, after: uuid.UUID | None = None) -> tuple[list[Reading], uuid.UUID | None]:
    """Who opened the case, newest first, a page at a time; and the id to go on after, or None at the end."""
    found = case.readings.order_by("-at", "id")
    if after:
        last = Subquery(case.readings.filter(pk=after).order_by().values("at"))
        found = found.filter(Q(at__lt=last) | Q(at=last, pk__gt=after))
    page = list(found[: PAGE_SIZE + 1])
    return page[:PAGE_SIZE], page[PAGE_SIZE - 1].pk if len(page) > PAGE_SIZE else None
