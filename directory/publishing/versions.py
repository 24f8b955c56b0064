"""Every change of a listing keeps the whole of it as a version; any version can be put back.

Whoever changes a listing kept here calls `update_listing` with the whole of it, or `record_version` after changing its
rows. What a feed brings keeps no versions: what was received is kept as it came (Document), and the feed's next run
would overwrite whatever were restored.
"""

import uuid

from django.db import transaction
from django.utils import timezone

from agencies.models import Author
from directory.catalogue.quality import score_listing
from directory.catalogue.timetable import sync_sessions
from directory.models import Location, Proposal, Service, Version
from directory.publishing.diff import compare_listings
from directory.publishing.snapshot import (
    SNAPSHOT_PREFETCH,
    ListingData,
    apply_snapshot,
    build_snapshot,
)
from directory.search.index import index_services

RUNNING_STATE_FIELDS = ("status", "paused_until", "published")  # what a version restored does not bring back


@transaction.atomic
def update_listing(service: Service, data: ListingData, *, by: Author, what: str) -> Version:
    """Make the listing say what `data` does (snapshot.py), lay out its sessions and keep a version.

    Other listings of the agency at a place that changed keep a version too. `service` holds the new values after.
    """
    ensure_first_version(service)
    row = _lock_service(service)
    changed = apply_snapshot(row, data)
    sync_sessions(row)
    version = record_version(row, by=by, what=what)
    here = Service.objects.filter(at_locations__location__in=changed, source="").exclude(pk=row.pk)
    names = ", ".join(place.short_address for place in Location.objects.filter(pk__in=changed))
    for other in here.distinct().order_by("pk"):
        record_version(other, by=by, what=f"Changed with another activity: {names}"[:200])
    service.refresh_from_db()
    return version


def ensure_first_version(service: Service) -> None:
    """Before rows are changed otherwise than by `update_listing`: what never had a version gets one as it stands."""
    if service.version == 0:
        record_version(service, by=Author.system(), what="As it was before")


@transaction.atomic
def record_version(service: Service, *, by: Author, what: str) -> Version:
    """Keep the rows as they stand as the next version, judge its quality and index it; nothing new keeps none.

    Returns the latest version. `service` gets the version's number and its quality.
    """
    row = _lock_service(service)
    data = build_snapshot(row)
    latest = Version.objects.filter(service=row, number=row.version).first()
    if latest is None or latest.data != data:
        row.version, row.last_modified = row.version + 1, timezone.now()
        latest = Version(service=row, number=row.version, what=what[:200], data=data, **Version.signature(by))
        latest.save()
    row.quality = score_listing(row).score
    row.save(update_fields=["version", "last_modified", "quality"])
    index_services([row.pk])
    for name in ("version", "last_modified", "quality"):
        setattr(service, name, getattr(row, name))
    return latest


@transaction.atomic
def record_unchanged_version(service: Service, *, by: Author, what: str) -> Version:
    """Keep a version that says the same as the latest: somebody has read it, and it is right."""
    row = _lock_service(service)
    row.version = service.version = row.version + 1
    made = Version(service=row, number=row.version, what=what[:200], data=build_snapshot(row), **Version.signature(by))
    made.save()
    row.save(update_fields=["version"])
    return made


def _lock_service(service: Service) -> Service:
    """The row as it is now, held to the end of the transaction, with all that hangs on it."""
    Service.objects.select_for_update(no_key=True).get(pk=service.pk)
    return Service.objects.select_related("agency").prefetch_related(*SNAPSHOT_PREFETCH).get(pk=service.pk)


@transaction.atomic
def restore_version(version: Version, *, by: Author) -> Version:
    """Make the listing say again what it said then, as a new version. Whether it runs stays as it is now."""
    data = merge_running_state(version, build_snapshot(_lock_service(version.service)))
    return update_listing(version.service, data, by=by, what=f"Version {version.number} put back")


def merge_running_state(version: Version, now: ListingData) -> ListingData:
    """What the version says, with whether it runs and is published as it is now."""
    kept: ListingData = version.data
    return kept | {name: now[name] for name in RUNNING_STATE_FIELDS}


def find_open_edit(service: Service) -> Proposal | None:
    """The group's own edit that waits for the steward, if there is one."""
    return Proposal.objects.filter(service=service, decision="", data__isnull=False).order_by("-made_at").first()


def lock_open_edits(service: Service) -> None:
    """Lock what waits for the steward, before the service: accepting it locks in the same order."""
    open_edits = Proposal.objects.filter(service=service, decision="", data__isnull=False).order_by("pk")
    list(open_edits.select_for_update().values_list("pk"))


@transaction.atomic
def propose_edit(
    service: Service, data: ListingData, by: Author, key: uuid.UUID | None = None, words: str = ""
) -> Proposal:
    """An unverified group would have its listing say `data`: one proposal waits for the steward, and the group's
    further edits go into it. `data` is the whole listing, what waits already included."""
    lock_open_edits(service)
    row = _lock_service(service)
    changes = {found.field: [found.old, found.new] for found in compare_listings(build_snapshot(row), data)}
    proposal = find_open_edit(service) or Proposal(service=service, key=key or uuid.uuid4(), based_on=row.version)
    for name, value in Proposal.signature(by).items():
        setattr(proposal, name, value)
    proposal.data, proposal.changes = data, changes  # what it was first based on stays: others' changes are not undone
    proposal.words, proposal.made_at = words or proposal.words, timezone.now()
    proposal.save()
    return proposal
