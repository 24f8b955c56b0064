"""Seats in the circle of a case: one for the whole team, or one for each worker who is named in a restricted case."""

from collections.abc import Iterable

from django.utils import timezone

from agencies.access import Permission, Purpose
from agencies.models import Agency, Membership
from cases.models import Case, Circle, Restriction
from config.transitions import save_columns

WORKS_WITH_PERSON = {"purpose": Purpose.WORKS_WITH.label, "purpose_kind": Purpose.WORKS_WITH}  # the team's own seat


def seat_workers(case: Case, level: str, workers: Iterable[Membership]) -> None:
    """Seats for those alone, or for the whole team again. Those who are named already keep theirs."""
    now, team = timezone.now(), case.circle.filter(ended_at=None, agency=case.agency_id)
    save_columns(case, restriction=level)
    stay = [worker.pk for worker in workers]
    kept = set(team.filter(member__in=stay, until=None).values_list("member", flat=True)) if level else set()
    team.exclude(member__in=kept, until=None).update(ended_at=now) if kept else team.update(ended_at=now)
    if level == Restriction.PROTECTED:
        case.circle.filter(ended_at=None).exclude(agency=case.agency_id).update(ended_at=now)
    for worker in workers if level else [None]:
        if worker is None or worker.pk not in kept:
            Circle.objects.create(case=case, agency_id=case.agency_id, member=worker, **WORKS_WITH_PERSON)


def name_worker(case: Case, worker: Membership) -> None:
    """Whoever is given a restricted case sees it from then on; nothing for one that the whole team sees."""
    if case.restriction and worker not in list_named(case):
        case.circle.filter(ended_at=None, member=worker).update(ended_at=timezone.now())
        Circle.objects.create(case=case, agency_id=case.agency_id, member=worker, **WORKS_WITH_PERSON)


def list_named(case: Case) -> list[Membership]:
    """Who of the team is named and still at work, by name; nobody for a case that is not restricted."""
    seated = {"case": case, "agency": case.agency_id, "ended_at": None, "until": None}
    named = Membership.objects.filter(**{f"seats__{column}": value for column, value in seated.items()}, ended_at=None)
    return list(named.select_related("user").order_by("user__name", "pk"))


def list_leads(agency: Agency) -> list[Membership]:
    """Who reviews what was opened in an emergency, and names workers."""
    at_work = Membership.at_work_for(agency).select_related("user").order_by("pk")
    return [member for member in at_work if member.has_permission(Permission.RESTRICT)]
