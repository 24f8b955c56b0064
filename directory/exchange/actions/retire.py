"""What a feed no longer holds is set to not running: by the steward, or after it was away from two whole runs.

Never deleted. Its digest is emptied, so that it runs again as soon as the feed has it again.
"""

import uuid

from django.db import transaction
from django.utils import timezone

from agencies.models import Membership
from directory.exchange.stored import load_stored_services, pack_service
from directory.models import Run, RunChange, Service, Status
from directory.search.index import index_services

MAX_RETIRED_SHARE = (
    0.5  # of a source's listings: when more are gone, something is wrong with the feed and a person decides
)


@transaction.atomic
def retire_gone_listings(run: Run, *, by: Membership | None) -> int:
    """Set to not running what was gone from this run and is not back since; how many. The second time does nothing.

    `by` is None when two whole runs agreed.
    """
    run = Run.objects.select_for_update().select_related("source").get(pk=run.pk)
    if run.retired_at or not run.gone or not run.is_whole:
        return 0
    count = _set_inactive(run, [pk for pk, _ in run.gone])
    run.retired_at, run.retired_by = timezone.now(), by
    run.save(update_fields=["retired_at", "retired_by"])
    return count


def retire_twice_gone(run: Run) -> int:
    """Of a scheduled feed: what the last two whole runs both had not. How many were set to not running."""
    if not run.is_whole or not run.gone or not run.source.every:
        return 0
    before = (
        Run.objects.filter(source=run.source, error="", started_at__lt=run.started_at).exclude(ended_at=None).first()
    )
    twice = [pk for pk, _ in run.gone if before and pk in {key for key, _ in before.gone}]
    listed = Service.objects.filter(source=run.source.name).exclude(status=Status.INACTIVE).count()
    if not twice or len(twice) > listed * MAX_RETIRED_SHARE:
        return 0
    count = _set_inactive(run, twice)
    if len(twice) == len(run.gone):
        run.retired_at = timezone.now()
        run.save(update_fields=["retired_at"])
    return count


def _set_inactive(run: Run, ids: list[str]) -> int:
    """Only what has not come back in a later run, which would have given it a new state."""
    later = Run.objects.filter(source=run.source, started_at__gt=run.started_at, error="").exclude(ended_at=None)
    newest = later.first()
    away = {pk for pk, _ in newest.gone} if newest else set(ids)
    rows = Service.objects.filter(pk__in=[pk for pk in ids if pk in away], source=run.source.name)
    keys = list(rows.values_list("pk", flat=True))
    kept = [RunChange(run=run, service=pk, before=pack_service(one)) for pk, one in load_stored_services(keys).items()]
    RunChange.objects.bulk_create(kept, ignore_conflicts=True)
    set_to_not_running(keys)
    return len(keys)


def set_to_not_running(keys: list[uuid.UUID]) -> None:
    """Nobody finds them; their digest is emptied, so that they run again when their source has them again."""
    Service.objects.filter(pk__in=keys).update(status=Status.INACTIVE, digest="", last_modified=timezone.now())
    index_services(keys)
