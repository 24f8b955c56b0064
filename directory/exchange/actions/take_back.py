"""A mistaken import is taken back whole: what was new goes, what was changed stands again as it did.

What people have done since stays: a listing that somebody uses is kept and set to not running, and what the place
keeps about a listing (needs put right, joined doubles, how often it is asked about) is not touched.
"""

import uuid
from collections.abc import Iterable, Mapping

from django.db import transaction
from django.utils import timezone

from agencies.models import Agency, Membership
from directory.exchange.actions.retire import set_to_not_running
from directory.exchange.actions.sources import MAX_RUN_TIME
from directory.exchange.stored import OWN_MODELS, find_used, unpack_service
from directory.exchange.writer import save_services
from directory.models import Accessibility, Location, Run, RunChange, Service, ServiceAlias, Source, Spot
from directory.models.source import ZeroCost
from directory.search.index import refresh_counts

BATCH_SIZE = 200
REMOVED, STOPPED, RESTORED, LEFT = "removed", "stopped", "restored", "left"  # what became of a listing
Names = list[tuple[str, str]]  # id and name


class TakeBackRefused(ValueError):
    """The run cannot be taken back; says why in plain English."""


@transaction.atomic
def take_back_run(run: Run, *, by: Membership | None) -> dict[str, Names]:
    """Undo all that a run did: what became of each listing, by what was done. The second time does nothing.

    A feed that is read by itself is stopped, or the next night would bring it again. Raises TakeBackRefused.
    """
    Source.objects.select_for_update().get(pk=run.source_id)  # no run of it begins meanwhile (sources.py)
    run = Run.objects.select_for_update(of=("self",)).select_related("source").get(pk=run.pk)
    if run.taken_back_at:
        return {deed: [(key, name) for key, name in names] for deed, names in run.taken_back.items()}
    if said := explain_why_kept(run):
        raise TakeBackRefused(said)
    done: dict[str, Names] = {REMOVED: [], STOPPED: [], RESTORED: [], LEFT: []}
    ServiceAlias.objects.filter(run=run).delete()
    changes = RunChange.objects.filter(run=run).order_by("service")
    _remove_new(run, changes.filter(before=b"").values_list("service", flat=True), done)
    _restore_changed(run, changes.exclude(before=b""), done)
    _remove_orphans(run.source)
    run.taken_back_at, run.taken_back_by, run.taken_back = timezone.now(), by, done
    run.save(update_fields=["taken_back_at", "taken_back_by", "taken_back"])
    Source.objects.filter(pk=run.source_id, zero_cost=ZeroCost.ASKED).update(zero_cost=ZeroCost.NOT_ASKED)
    if run.source.every:
        Source.objects.filter(pk=run.source_id, stopped_at=None).update(stopped_at=timezone.now())
    refresh_counts()
    return done


def explain_why_kept(run: Run) -> str:
    """Why a run cannot be taken back; "" when it can."""
    if not run.ended_at:
        return "It has not ended yet."
    if run.taken_back_at:
        return "It is taken back already."
    at_work = Run.objects.filter(source=run.source_id, ended_at=None, begun_at__gte=timezone.now() - MAX_RUN_TIME)
    if at_work.exists():
        return "This source is being read at this moment. Wait until that has ended."
    later = Run.objects.filter(source=run.source_id, started_at__gt=run.started_at, taken_back_at=None)
    if later.filter(kept_changes__isnull=False).exists():
        return "A later import of this source changed things too. Take that one back first."
    kept = run.kept_changes.count()
    if not kept:
        return (
            "It changed nothing, or what it changed is kept no longer."
            if run.new + run.changed
            else "It changed nothing."
        )
    return ""


def format_taken_back(done: Mapping[str, Names]) -> str:
    """In words: "12 listings removed, 3 stand again as they were"."""
    words = (
        (REMOVED, "removed"),
        (RESTORED, "as before again"),
        (STOPPED, "in use, so kept and set to not running"),
        (LEFT, "taken over by a group, so left as they are"),
    )
    return (
        ", ".join(f"{len(done[deed]):,} {said}" for deed, said in words if done.get(deed)) or "nothing was left to undo"
    )


def _remove_new(run: Run, ids: Iterable[uuid.UUID], done: dict[str, Names]) -> None:
    """What came new goes; what somebody uses since stays as a listing that does not run, what a group took over
    stays as it is."""
    rows = {
        pk: (source, name)
        for pk, source, name in Service.objects.filter(pk__in=list(ids)).values_list("pk", "source", "name")
    }
    ours = [pk for pk, (source, _) in rows.items() if source == run.source.name]
    used = find_used(Service, ours, OWN_MODELS)
    for pk, (source, name) in sorted(rows.items(), key=lambda row: row[1]):
        deed = LEFT if source != run.source.name else STOPPED if pk in used else REMOVED
        done[deed].append((str(pk), name))
    set_to_not_running([*used])
    Service.objects.filter(pk__in=[pk for pk in ours if pk not in used]).delete()


def _restore_changed(run: Run, changes: Iterable[RunChange], done: dict[str, Names]) -> None:
    stood = {change.service: bytes(change.before) for change in changes}
    ours = set(Service.objects.filter(pk__in=stood, source=run.source.name).values_list("pk", flat=True))
    left = Service.objects.filter(pk__in=stood.keys() - ours)
    done[LEFT] += [(str(pk), name) for pk, name in left.values_list("pk", "name")]
    keys = sorted(ours)
    for start in range(0, len(keys), BATCH_SIZE):
        batch = [unpack_service(stood[key]) for key in keys[start : start + BATCH_SIZE]]
        for one in batch:
            one.service.last_modified = timezone.now()  # whoever reads our own feed hears of it
        save_services(batch, run.source.name)
        done[RESTORED] += [(str(one.service.pk), one.service.name) for one in batch]


def _remove_orphans(source: Source) -> None:
    """Organisations and places of the source that nothing leads to any more."""
    places = Location.objects.filter(source=source.name, at_services=None).values_list("pk", flat=True)
    unused = set(places) - find_used(Location, places, (Accessibility, Spot))
    Location.objects.filter(pk__in=unused).delete()
    agencies = Agency.objects.filter(source=source.name, services=None).values_list("pk", flat=True)
    Agency.objects.filter(pk__in=set(agencies) - find_used(Agency, agencies, ())).delete()
