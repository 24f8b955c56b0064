"""The steward looks after where listings come from: feeds by address, and files."""

import uuid
from datetime import timedelta

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from procrastinate.contrib.django import app

from agencies.models import Membership
from directory.exchange.archive import build_document
from directory.models import Run, Source
from directory.models.source import ReadFrequency, ZeroCost

MAX_RUN_TIME = timedelta(hours=6)  # without an end: whatever was at work on it is no more
READ_INTERVALS = {ReadFrequency.DAY: timedelta(hours=23), ReadFrequency.WEEK: timedelta(days=7, hours=-1)}


@transaction.atomic
def add_feed(*, name: str, url: str, every: str, key: uuid.UUID, by: Membership) -> Run:
    """A feed by its address, and its first run. The second post with a key gets the first's run."""
    if before := Run.objects.filter(key=key).first():
        return before
    source = Source.objects.create(name=name, url=url, every=every, added_by=by)
    return request_run(source, key=key, by=by)


@transaction.atomic
def change_feed(source: Source, *, url: str, every: str, by: Membership) -> Source:
    source.url, source.every = url, every
    source.save(update_fields=["url", "every"])
    return source


@transaction.atomic
def stop_source(source: Source, *, by: Membership) -> None:
    """It is read no more until it is started again. What it brought stays as it is."""
    Source.objects.filter(pk=source.pk, stopped_at=None).update(stopped_at=timezone.now())


@transaction.atomic
def start_source(source: Source, *, by: Membership) -> None:
    Source.objects.filter(pk=source.pk).update(stopped_at=None)


@transaction.atomic
def request_run(source: Source, *, key: uuid.UUID | None = None, by: Membership | None = None) -> Run:
    """Have the feed read, by a job. While one is at work, that is the answer."""
    source = Source.objects.select_for_update().get(pk=source.pk)
    # A run that never ended must not keep the source from being read for ever.
    stale = Run.objects.filter(source=source, ended_at=None, begun_at__lt=timezone.now() - MAX_RUN_TIME)
    stale.update(ended_at=timezone.now(), error="It was broken off and did not end.")
    same = Run.objects.filter(key=key).first() if key else None
    if found := same or Run.objects.filter(source=source, ended_at=None).exclude(begun_at=None).first():
        return found
    run = Run.objects.create(source=source, key=key, started_by=by, begun_at=timezone.now())
    _queue_import(run)
    return run


@transaction.atomic
def save_upload(*, name: str, file: UploadedFile, key: uuid.UUID, by: Membership) -> Run:
    """A file, kept as it came; it waits until the steward has seen what it would bring.

    `name` is that of a source, new or known.
    """
    if before := Run.objects.filter(key=key).first():
        return before
    source, _ = Source.objects.get_or_create(name=name, defaults={"added_by": by})
    run = Run.objects.create(source=source, key=key, started_by=by)
    build_document(run, 1, (file.name or "upload")[:200], file.content_type or "", file.read()).save()
    return run


@transaction.atomic
def match_columns(run: Run, *, columns: dict[str, str], by: Membership) -> None:
    """Which column is which field, for this file and the next ones of its source; other columns stay as they were."""
    run.source.columns |= columns
    run.source.save(update_fields=["columns"])


@transaction.atomic
def begin_import(run: Run, *, part: bool = False, by: Membership) -> None:
    """Bring in an uploaded file, by a job. Once. Of a `part` of the list, what is not in it is not gone."""
    Source.objects.select_for_update().get(pk=run.source_id)  # an earlier run of it may just be taken back
    if Run.objects.filter(pk=run.pk, begun_at=None).update(begun_at=timezone.now(), started_by=by):
        _queue_import(run, part=part)


@transaction.atomic
def discard_upload(run: Run, *, by: Membership) -> None:
    """An uploaded file that nothing came in from goes, and its source too when it never brought anything."""
    run = Run.objects.select_for_update().get(pk=run.pk)
    if not run.is_waiting:
        return
    run.documents.all().delete()
    run.delete()
    if not run.source.runs.exists():
        run.source.delete()


def _queue_import(run: Run, *, part: bool = False) -> None:
    job = app.configure_task("import_source", lock=f"import {run.source_id}")  # jobs.py, which calls this room's deeds
    job.defer(run=str(run.pk), part=part)


# --- What is due, and what has failed ---------------------------------------------------------------------


def request_due_runs() -> int:
    """Queue each feed whose day or week is over since it was last read; how many."""
    latest = Run.objects.filter(source=OuterRef("pk")).order_by("-started_at").values("started_at")[:1]
    feeds = Source.objects.filter(stopped_at=None).exclude(every=ReadFrequency.NEVER).annotate(latest=Subquery(latest))
    now, count = timezone.now(), 0
    for source in feeds.order_by("name"):
        if source.latest is None or source.latest <= now - READ_INTERVALS[ReadFrequency(source.every)]:
            request_run(source)
            count += 1
    return count


def count_failing_feeds() -> int:
    """How many feeds in use ended early when they were last read, or wait for the steward's word about prices."""
    latest = Run.objects.filter(source=OuterRef("pk")).exclude(ended_at=None).order_by("-started_at")
    feeds = Source.objects.filter(stopped_at=None).annotate(error=Subquery(latest.values("error")[:1]))
    return feeds.filter(Q(error__gt="") | Q(zero_cost=ZeroCost.ASKED)).count()
