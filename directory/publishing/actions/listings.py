"""What a group does with its listings. An unverified group's changes to what people see wait for the steward."""

import datetime
import uuid
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from agencies.models import Agency, Author
from directory.catalogue.quality import store
from directory.catalogue.timetable import lay_out, tell
from directory.models import Capacity, Proposal, Service, Session, Status, Version
from directory.publishing.sections import Section, missing
from directory.publishing.snapshot import Data
from directory.publishing.template_check import BEGUN, changed_words, checked_words, unchecked
from directory.publishing.versions import (
    as_data,
    differences,
    hold_waiting,
    keep,
    keep_before,
    kept_running,
    looked_at,
    plain,
    propose,
    put,
    restore,
    waiting,
)
from directory.search.index import index

__all__ = [
    "ChangedMeanwhile",
    "NotReady",
    "change",
    "close",
    "create",
    "publish",
    "put_back",
    "reopen",
    "say_room",
    "suggest",
    "throw_away",
    "working",
]

ROWS = ("schedules", "costs", "contacts", "languages", "areas")  # of the listing's own: a copy gets new ones
SAME_DRAFT = datetime.timedelta(hours=1)  # within it the same begun again is the browser's Back, not another
AS_NEW: Data = {"published": False, "status": Status.ACTIVE, "paused_until": None, "alert": ""}


class ChangedMeanwhile(Exception):
    """Somebody else changed this section since the form was shown."""


class NotReady(Exception):
    """Something is missing that a listing cannot be published without: `sections` says what."""

    def __init__(self, sections: list[Section]) -> None:
        super().__init__(", ".join(section.label for section in sections))
        self.sections = sections


def working(service: Service) -> Data:
    """The listing as its group last wrote it: what waits for the steward, if it does, or what stands."""
    proposal = None if service.agency.verified_at else waiting(service)
    return proposal.data if proposal else as_data(service)


@transaction.atomic
def create(
    *, agency: Agency, name: str, by: Author, key: uuid.UUID, like: Data | None = None, example: bool = False
) -> Service:
    """A draft, empty or like another listing's data (`like`). The same `key` again gets the first one, and so does
    the same name and beginning while nobody has written in it.

    What an `example` fills in is to be looked at before it is published.
    """
    pk = uuid.uuid5(agency.pk, f"listing:{key}")
    if first := Service.ever().filter(pk=pk).first() or _untouched(agency, name, like):
        return first
    service = Service(pk=pk, agency=agency, name=name, published_at=None)
    service.save()
    if like is None:
        keep(service, by=by, what="Begun")
        return service
    data = as_data(service) | like | AS_NEW | {"name": name}
    fresh = {key: [_without_id(row) for row in data.get(key, [])] for key in ROWS}
    service.version = 1  # there was nothing before
    service.save(update_fields=["version"])
    put(service, data | fresh, by=by, what=BEGUN if example else "Begun from another")
    return service


def _untouched(agency: Agency, name: str, like: Data | None) -> Service | None:
    """A draft begun so a moment ago in which nobody has written: Back in the browser, and sent once more."""
    begun = Service.ever().filter(agency=agency, name=name, published_at=None, source="", status=Status.ACTIVE)
    lately = begun.filter(created_at__gte=timezone.now() - SAME_DRAFT, description=(like or {}).get("description", ""))
    return lately.annotate(kept=Count("versions")).filter(kept=1).order_by("-created_at").first()


def _without_id(row: Data) -> Data:
    return {name: value for name, value in row.items() if name != "id"}


@transaction.atomic
def change(
    *, service: Service, section: Section, to: Callable[[Data], Data], seen: str, by: Author
) -> Version | Proposal | None:
    """Change one section: `to` gets the listing as it stands and gives it as it should be.

    `seen` is the section's fingerprint as the form showed it. None when nothing differs, as after a double click; but
    what an example filled in, and is saved as it is, keeps a version that says so. Raises ChangedMeanwhile.
    """
    row = hold(service)
    now = working(row)
    new = to(now)
    if not differences(now, new) and _same(section, now, new):
        return looked_at(row, what=checked_words(section), by=by) if section in unchecked(row) else None
    if section.seen(now) != seen:
        raise ChangedMeanwhile
    return _save(service, new, by, changed_words(section))


def _same(section: Section, now: Data, new: Data) -> bool:
    return section.part(now) == section.part(new)


def hold(service: Service) -> Service:
    """The listing as it is now, locked until the transaction ends, and before it what waits for the steward."""
    hold_waiting(service)
    locked = Service.objects.select_for_update(no_key=True, of=("self",)).select_related("agency")
    return locked.get(pk=service.pk)


def _save(service: Service, data: Data, by: Author, what: str) -> Version | Proposal:
    seen_by_others = service.published_at is not None or waiting(service) is not None
    if service.agency.verified_at is None and seen_by_others:
        return propose(service, data, by)
    return put(service, data, by=by, what=what)


@transaction.atomic
def put_back(*, version: Version, service: Service, by: Author) -> Version | Proposal:
    """Make the listing say again what it said then; an unverified group's waits for the steward. May run twice."""
    row = hold(service)
    if row.agency.verified_at is None and (row.published_at is not None or waiting(row)):
        return propose(row, kept_running(version, working(row)), by)
    return restore(version, by=by)


@transaction.atomic
def publish(*, service: Service, by: Author) -> Version | Proposal | None:
    """Let everybody find it; an unverified group's waits for the steward. None when it is listed already.

    Raises NotReady.
    """
    row = hold(service)
    data = working(row)
    lacking = missing(data)
    if lacking := lacking + [section for section in unchecked(row) if section not in lacking]:
        raise NotReady(lacking)
    if row.published_at is not None:
        return None
    if service.agency.verified_at is None:
        return waiting(row) or propose(service, data | {"published": True}, by)
    runs = {"published": True, "status": Status.ACTIVE.value}  # a draft that was thrown away comes back by it
    version = put(service, data | runs, by=by, what="Published")
    Service.ever().filter(pk=service.pk).update(assured_date=timezone.localdate())  # they have just read it
    return version


# --- Whether it runs ------------------------------------------------------------------------------------


def booked_until(service: Service, until: datetime.date | None) -> list[Session]:
    """Sessions to come with people booked, before the day it runs again; all of them when none is given."""
    rows = Session.coming().filter(service=service, cancelled_at=None, taken__gt=0)
    return list(rows.filter(on__lt=until) if until else rows)


@transaction.atomic
def close(
    *, service: Service, status: Status, by: Author, until: datetime.date | None = None, alert: str = ""
) -> Version:
    """Closed for now (`until` the day it runs again, if it is known), or ended. Applies at once, for any group.

    Sessions in that time are cancelled where somebody is booked, who is told, and taken out where nobody is.
    """
    row = _set_state(service, status, until, alert)
    why = alert[:300] or _closed_words(status, until)
    own = Session.coming().filter(service=service, cancelled_at=None)
    for session in (own.filter(on__lt=until) if until else own).select_for_update(of=("self",)):
        if session.taken or session.schedule_id is None or session.changed:
            session.cancelled_at, session.cancelled_why = timezone.now(), why
            session.save(update_fields=["cancelled_at", "cancelled_why"])
            tell(session, "cancelled")
    lay_out(row)
    version = keep(row, by=by, what=_closed_words(status, until))
    service.refresh_from_db()
    return version


def _set_state(service: Service, status: Status, until: datetime.date | None, alert: str) -> Service:
    """On the row, and in what waits for the steward: accepting that later must not open it again."""
    row = hold(service)
    keep_before(row)
    row.status, row.paused_until, row.alert = status, until, alert
    row.save(update_fields=["status", "paused_until", "alert"])
    if proposal := waiting(row):
        proposal.data |= {"status": status.value, "paused_until": plain(until), "alert": alert}
        proposal.save(update_fields=["data"])
    return row


def _closed_words(status: Status, until: datetime.date | None) -> str:
    if status == Status.DEFUNCT:
        return "Ended"
    return f"Closed until {until.day} {until:%B %Y}" if until else "Closed for now"


@transaction.atomic
def reopen(*, service: Service, by: Author, what: str = "Runs again") -> Version:
    """It runs again, with its sessions; the notice goes. May run twice."""
    row = _set_state(service, Status.ACTIVE, None, "")
    lay_out(row)
    version = keep(row, by=by, what=what)
    service.refresh_from_db()
    return version


@transaction.atomic
def throw_away(*, service: Service, by: Author, back: bool = False) -> None:
    """Take a draft out of the group's list, or bring it `back`. Its versions stay. Nothing for what was published."""
    row = hold(service)
    if row.published_at is None:
        _set_state(row, Status.ACTIVE if back else Status.INACTIVE, None, "")
        keep(row, by=by, what="Brought back" if back else "Thrown away")


# --- Room, and what a group says about a listing that is a feed's ------------------------------------------


@transaction.atomic
def say_room(*, service: Service, available: int) -> Capacity:
    """How much room there is now, in a listing without counted sessions (HSDS 3.1 `service_capacity`).

    It is a figure of the moment, not what the listing says: no version is kept.
    """
    row = hold(service)
    capacity = Capacity.objects.filter(service=row, unit="places").first() or Capacity(service=row, unit="places")
    capacity.available, capacity.updated = available, timezone.now()
    capacity.save()
    store(row)
    index([row.pk])
    return capacity


@transaction.atomic
def suggest(*, service: Service, words: str, by: Author, key: uuid.UUID) -> Proposal:
    """What the group says about a listing that a feed brings: for the steward, who knows whom to write to."""
    if first := Proposal.objects.filter(key=key).first():
        return first
    values: dict[str, Any] = Proposal.signature(by)
    return Proposal.objects.create(service=service, key=key, words=words, based_on=service.version, **values)
