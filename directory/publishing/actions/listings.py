"""What a group does with its listings. An unverified group's changes to what people see wait for the steward."""

import datetime
import uuid
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import Count
from django.utils import timezone

from agencies.models import Agency, Author
from directory.catalogue.quality import save_score
from directory.catalogue.timetable import notify_session_changed, sync_sessions
from directory.models import Capacity, Proposal, Service, Session, Status, Version
from directory.publishing.diff import compare_listings
from directory.publishing.sections import (
    BEGUN_FROM_EXAMPLE,
    Section,
    find_missing_sections,
    find_unchecked_sections,
)
from directory.publishing.snapshot import ListingData, build_snapshot, to_json_value
from directory.publishing.versions import (
    ensure_first_version,
    find_open_edit,
    lock_open_edits,
    merge_running_state,
    propose_edit,
    record_unchanged_version,
    record_version,
    restore_version,
    update_listing,
)
from directory.search.index import index_services

COPIED_ROWS = ("schedules", "costs", "contacts", "languages", "areas")  # of the listing's own: a copy gets new ones
SAME_DRAFT_WITHIN = datetime.timedelta(hours=1)  # within it the same begun again is the browser's Back, not another
NEW_DRAFT_STATE: ListingData = {"published": False, "status": Status.ACTIVE, "paused_until": None, "alert": ""}


class ChangedMeanwhile(Exception):
    """Somebody else changed this section since the form was shown."""


class NotReady(Exception):
    """Something is missing that a listing cannot be published without: `sections` says what."""

    def __init__(self, sections: list[Section]) -> None:
        super().__init__(", ".join(section.label for section in sections))
        self.sections = sections


def load_working_copy(service: Service) -> ListingData:
    """The listing as its group last wrote it: what waits for the steward, if it does, or what stands."""
    proposal = None if service.agency.verified_at else find_open_edit(service)
    return proposal.data if proposal else build_snapshot(service)


@transaction.atomic
def create_listing(
    *, agency: Agency, name: str, by: Author, key: uuid.UUID, like: ListingData | None = None, example: bool = False
) -> Service:
    """A draft, empty or like another listing's data (`like`). The same `key` again gets the first one, and so does
    the same name and beginning while nobody has written in it.

    What an `example` fills in is to be looked at before it is published.
    """
    pk = uuid.uuid5(agency.pk, f"listing:{key}")
    if first := Service.ever().filter(pk=pk).first() or _find_untouched_draft(agency, name, like):
        return first
    service = Service(pk=pk, agency=agency, name=name, published_at=None)
    service.save()
    if like is None:
        record_version(service, by=by, what="Begun")
        return service
    data = build_snapshot(service) | like | NEW_DRAFT_STATE | {"name": name}
    fresh = {key: [row | {"id": ""} for row in data.get(key, [])] for key in COPIED_ROWS}
    service.version = 1  # there was nothing before
    service.save(update_fields=["version"])
    update_listing(service, data | fresh, by=by, what=BEGUN_FROM_EXAMPLE if example else "Begun from another")
    return service


def _find_untouched_draft(agency: Agency, name: str, like: ListingData | None) -> Service | None:
    """A draft begun so a moment ago in which nobody has written: Back in the browser, and sent once more."""
    begun = Service.ever().filter(agency=agency, name=name, published_at=None, source="", status=Status.ACTIVE)
    lately = begun.filter(
        created_at__gte=timezone.now() - SAME_DRAFT_WITHIN, description=(like or {}).get("description", "")
    )
    return lately.annotate(kept=Count("versions")).filter(kept=1).order_by("-created_at").first()


@transaction.atomic
def change_section(
    *, service: Service, section: Section, to: Callable[[ListingData], ListingData], seen: str, by: Author
) -> Version | Proposal | None:
    """Change one section: `to` gets the listing as it stands and gives it as it should be.

    `seen` is the section's fingerprint as the form showed it. None when nothing differs, as after a double click; but
    what an example filled in, and is saved as it is, keeps a version that says so. Raises ChangedMeanwhile.
    """
    row = lock_listing(service)
    now = load_working_copy(row)
    new = to(now)
    if not compare_listings(now, new) and section.extract_fields(now) == section.extract_fields(new):
        unchecked = section in find_unchecked_sections(row)
        return record_unchanged_version(row, what=section.checked_words, by=by) if unchecked else None
    if section.fingerprint(now) != seen:
        raise ChangedMeanwhile
    return _update_or_propose(service, new, by, section.changed_words)


def lock_listing(service: Service) -> Service:
    """The listing as it is now, locked until the transaction ends, and before it what waits for the steward."""
    lock_open_edits(service)
    Service.objects.select_for_update(no_key=True).values_list("pk").get(pk=service.pk)
    return Service.objects.select_related("agency").get(pk=service.pk)


def _update_or_propose(service: Service, data: ListingData, by: Author, what: str) -> Version | Proposal:
    seen_by_others = service.published_at is not None or find_open_edit(service) is not None
    if service.agency.verified_at is None and seen_by_others:
        return propose_edit(service, data, by)
    return update_listing(service, data, by=by, what=what)


@transaction.atomic
def restore_listing(*, version: Version, service: Service, by: Author) -> Version | Proposal:
    """Make the listing say again what it said then; an unverified group's waits for the steward. May run twice."""
    row = lock_listing(service)
    if row.agency.verified_at is None and (row.published_at is not None or find_open_edit(row)):
        return propose_edit(row, merge_running_state(version, load_working_copy(row)), by)
    return restore_version(version, by=by)


@transaction.atomic
def publish_draft(*, service: Service, by: Author) -> Version | Proposal | None:
    """Let everybody find it; an unverified group's waits for the steward. None when it is listed already.

    Raises NotReady.
    """
    row = lock_listing(service)
    data = load_working_copy(row)
    lacking = find_missing_sections(data)
    if lacking := lacking + [section for section in find_unchecked_sections(row) if section not in lacking]:
        raise NotReady(lacking)
    if row.published_at is not None:
        return None
    if service.agency.verified_at is None:
        return find_open_edit(row) or propose_edit(service, data | {"published": True}, by)
    runs = {"published": True, "status": Status.ACTIVE.value}  # a draft that was thrown away comes back by it
    version = update_listing(service, data | runs, by=by, what="Published")
    Service.ever().filter(pk=service.pk).update(assured_date=timezone.localdate())  # they have just read it
    return version


# --- Whether it runs ------------------------------------------------------------------------------------


def list_booked_sessions(service: Service, until: datetime.date | None) -> list[Session]:
    """Sessions to come with people booked, before the day it runs again; all of them when none is given."""
    rows = Session.coming().filter(service=service, cancelled_at=None, taken__gt=0)
    return list(rows.filter(on__lt=until) if until else rows)


@transaction.atomic
def close_listing(
    *, service: Service, status: Status, by: Author, until: datetime.date | None = None, alert: str = ""
) -> Version:
    """Closed for now (`until` the day it runs again, if it is known), or ended. Applies at once, for any group.

    Sessions in that time are cancelled where somebody is booked, who is told, and taken out where nobody is.
    """
    row = _set_state(service, status, until, alert)
    why = alert[:300] or _format_closure(status, until)
    own = Session.coming().filter(service=service, cancelled_at=None)
    for session in (own.filter(on__lt=until) if until else own).select_for_update(of=("self",)):
        if session.taken or session.schedule_id is None or session.changed:
            session.cancelled_at, session.cancelled_why = timezone.now(), why
            session.save(update_fields=["cancelled_at", "cancelled_why"])
            notify_session_changed(session, "cancelled")
    sync_sessions(row)
    version = record_version(row, by=by, what=_format_closure(status, until))
    service.refresh_from_db()
    return version


def _set_state(service: Service, status: Status, until: datetime.date | None, alert: str) -> Service:
    """On the row, and in what waits for the steward: accepting that later must not open it again."""
    row = lock_listing(service)
    ensure_first_version(row)
    row.status, row.paused_until, row.alert = status, until, alert
    row.save(update_fields=["status", "paused_until", "alert"])
    if proposal := find_open_edit(row):
        proposal.data |= {"status": status.value, "paused_until": to_json_value(until), "alert": alert}
        proposal.save(update_fields=["data"])
    return row


def _format_closure(status: Status, until: datetime.date | None) -> str:
    if status == Status.DEFUNCT:
        return "Ended"
    return f"Closed until {until.day} {until:%B %Y}" if until else "Closed for now"


@transaction.atomic
def reopen_listing(*, service: Service, by: Author, what: str = "Runs again") -> Version:
    """It runs again, with its sessions; the notice goes. May run twice."""
    row = _set_state(service, Status.ACTIVE, None, "")
    sync_sessions(row)
    version = record_version(row, by=by, what=what)
    service.refresh_from_db()
    return version


def reopen_due_listings(today: datetime.date) -> int:
    """What was closed until today runs again; how many did. May run twice."""
    over = Service.objects.filter(status=Status.CLOSED, paused_until__lte=today, source="").order_by("pk")
    for service in over:
        reopen_listing(service=service, by=Author.system(), what="Runs again, as planned")
    return len(over)


@transaction.atomic
def discard_listing_draft(*, service: Service, by: Author, back: bool = False) -> None:
    """Take a draft out of the group's list, or bring it `back`. Its versions stay. Nothing for what was published."""
    row = lock_listing(service)
    if row.published_at is None:
        _set_state(row, Status.ACTIVE if back else Status.INACTIVE, None, "")
        record_version(row, by=by, what="Brought back" if back else "Thrown away")


# --- Room, and what a group says about a listing that is a feed's ------------------------------------------


@transaction.atomic
def save_capacity(*, service: Service, available: int) -> Capacity:
    """How much room there is now, in a listing without counted sessions (HSDS 3.1 `service_capacity`).

    It is a figure of the moment, not what the listing says: no version is kept.
    """
    row = lock_listing(service)
    capacity = Capacity.objects.filter(service=row, unit="places").first() or Capacity(service=row, unit="places")
    capacity.available, capacity.updated = available, timezone.now()
    capacity.save()
    save_score(row)
    index_services([row.pk])
    return capacity


@transaction.atomic
def submit_suggestion(*, service: Service, words: str, by: Author, key: uuid.UUID) -> Proposal:
    """What the group says about a listing that a feed brings: for the steward, who knows whom to write to."""
    if first := Proposal.objects.filter(key=key).first():
        return first
    values: dict[str, Any] = Proposal.signature(by)
    return Proposal.objects.create(service=service, key=key, words=words, based_on=service.version, **values)
