"""Every change of a listing keeps the whole of it as a version; any version can be put back.

Whoever changes a listing kept here calls `put` with the whole of it, or `keep` after changing its rows. What a feed
brings keeps no versions: what was received is kept as it came (Document), and the feed's next run would overwrite
whatever were restored.
"""

import uuid

from django.db import transaction
from django.utils import timezone

from agencies.models import Author
from directory.catalogue.quality import judge
from directory.catalogue.timetable import lay_out
from directory.models import Location, Proposal, Service, Version
from directory.publishing.diff import Difference, differences, in_full
from directory.publishing.snapshot import WHOLE, Data, as_data, place_data, plain, write
from directory.search.index import index

__all__ = [
    "Difference",
    "as_data",
    "differences",
    "hold_waiting",
    "in_full",
    "keep",
    "keep_before",
    "kept_running",
    "looked_at",
    "place_data",
    "plain",
    "propose",
    "put",
    "restore",
    "waiting",
]

STATE = ("status", "paused_until", "published")  # what a version restored does not bring back


@transaction.atomic
def put(service: Service, data: Data, *, by: Author, what: str) -> Version:
    """Make the listing say what `data` does (snapshot.py), lay out its sessions and keep a version.

    Other listings of the agency at a place that changed keep a version too. `service` holds the new values after.
    """
    keep_before(service)
    row = _locked(service)
    changed = write(row, data)
    lay_out(row)
    version = keep(row, by=by, what=what)
    here = Service.objects.filter(at_locations__location__in=changed, source="").exclude(pk=row.pk)
    names = ", ".join(place.short for place in Location.objects.filter(pk__in=changed))
    for other in here.distinct().order_by("pk"):
        keep(other, by=by, what=f"Changed with another activity: {names}"[:200])
    service.refresh_from_db()
    return version


def keep_before(service: Service) -> None:
    """Called before rows are changed otherwise than by `put`: what never had a version gets one of how it stands."""
    if service.version == 0:
        keep(service, by=Author.system(), what="As it was before")


@transaction.atomic
def keep(service: Service, *, by: Author, what: str) -> Version:
    """Keep the rows as they stand as the next version, judge its quality and index it; nothing new keeps none.

    Returns the latest version. `service` gets the version's number and its quality.
    """
    row = _locked(service)
    data = as_data(row)
    latest = Version.objects.filter(service=row, number=row.version).first()
    if latest is None or latest.data != data:
        row.version, row.last_modified = row.version + 1, timezone.now()
        latest = Version(service=row, number=row.version, what=what[:200], data=data, **Version.signature(by))
        latest.save()
    row.quality = judge(row).score
    row.save(update_fields=["version", "last_modified", "quality"])
    index([row.pk])
    for name in ("version", "last_modified", "quality"):
        setattr(service, name, getattr(row, name))
    return latest


@transaction.atomic
def looked_at(service: Service, *, by: Author, what: str) -> Version:
    """Keep a version that says the same as the latest: somebody has read it, and it is right."""
    row = _locked(service)
    row.version = service.version = row.version + 1
    made = Version(service=row, number=row.version, what=what[:200], data=as_data(row), **Version.signature(by))
    made.save()
    row.save(update_fields=["version"])
    return made


def _locked(service: Service) -> Service:
    """The row as it is now, held to the end of the transaction, with all that hangs on it."""
    Service.objects.select_for_update(no_key=True).get(pk=service.pk)
    return Service.objects.select_related("agency").prefetch_related(*WHOLE).get(pk=service.pk)


@transaction.atomic
def restore(version: Version, *, by: Author) -> Version:
    """Make the listing say again what it said then, as a new version. Whether it runs stays as it is now."""
    data = kept_running(version, as_data(_locked(version.service)))
    return put(version.service, data, by=by, what=f"Version {version.number} put back")


def kept_running(version: Version, now: Data) -> Data:
    """What the version says, with whether it runs and is published as it is now."""
    return version.data | {name: now[name] for name in STATE}


def waiting(service: Service) -> Proposal | None:
    """The group's own edit that waits for the steward, if there is one."""
    return Proposal.objects.filter(service=service, decision="", data__isnull=False).order_by("-made_at").first()


def hold_waiting(service: Service) -> None:
    """Lock what waits for the steward, before the service: accepting it locks in the same order."""
    open_edits = Proposal.objects.filter(service=service, decision="", data__isnull=False).order_by("pk")
    list(open_edits.select_for_update().values_list("pk"))


@transaction.atomic
def propose(service: Service, data: Data, by: Author, key: uuid.UUID | None = None, words: str = "") -> Proposal:
    """An unverified group would have its listing say `data`: one proposal waits for the steward, and the group's
    further edits go into it. `data` is the whole listing, what waits already included."""
    hold_waiting(service)
    row = _locked(service)
    changes = {found.field: [found.old, found.new] for found in differences(as_data(row), data)}
    proposal = waiting(service) or Proposal(service=service, key=key or uuid.uuid4(), based_on=row.version)
    for name, value in Proposal.signature(by).items():
        setattr(proposal, name, value)
    proposal.data, proposal.changes = data, changes  # what it was first based on stays: others' changes are not undone
    proposal.words, proposal.made_at = words or proposal.words, timezone.now()
    proposal.save()
    return proposal
