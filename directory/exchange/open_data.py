"""All that is listed as two files, made once a day: a table for people (CSV) and the whole for machines (JSON).

Both are written a few hundred services at a time and kept in the database in packed pieces, so that any web process
can serve them and neither is ever whole in memory.
"""

import csv
import datetime
import gzip
import hashlib
import io
import itertools
import json
import uuid
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from agencies.messages import absolute_url
from config.batches import begin_anew, only_run, run_in_batches
from config.spreadsheets import escape_formula
from directory.catalogue.hours import format_schedules
from directory.catalogue.wording import format_ages, format_costs, organisation_name
from directory.exchange.open_referral import FULL_SERVICE_PREFETCH, select_for_full, to_oruk
from directory.models import Location, OpenFile, OpenPart, Service, ServiceAtLocation
from directory.models.place import LocationType

KINDS = ("csv", "json")
SERVICES_PER_CHUNK = 500  # services at a time
KEEP_FILES_FOR = datetime.timedelta(days=2)  # a file that somebody is still reading


class ActivityRow(NamedTuple):
    """A service at one of its places, or without any."""

    service: Service
    at: ServiceAtLocation | None
    today: datetime.date

    @property
    def place(self) -> Location:
        return self.at.location if self.at else Location(country="")

    @property
    def hours_in_words(self) -> str:
        at = self.at.pk if self.at else None
        return "; ".join(
            format_schedules([s for s in self.service.schedules.all() if s.at_location_id in (None, at)], self.today)
        )


class CsvColumn(NamedTuple):
    name: str
    words: str
    value: Callable[[ActivityRow], Any]


def _format_yes(value: bool) -> str:
    return "yes" if value else ""


def _page_url(row: ActivityRow) -> str:
    return absolute_url("directory:service", row.service.pk)


def _join_names(rows: Any) -> str:
    return "; ".join(filter(None, map(str, rows.all())))


def _term_names(row: ActivityRow) -> list[str]:
    return [link.term.name for link in row.service.service_terms.all()]


CSV_COLUMNS = (
    CsvColumn(
        "id", "The activity's id, which stays the same. One with two places has two rows.", lambda r: r.service.pk
    ),
    CsvColumn("name", "What it is called.", lambda r: r.service.name),
    CsvColumn("organisation", "Who runs it.", lambda r: organisation_name(r.service)),
    CsvColumn("description", "What happens, in the group's own words.", lambda r: r.service.description),
    CsvColumn("status", "“active”, or “temporarily closed”.", lambda r: r.service.status),
    CsvColumn("when", "Days and times in words, London time.", lambda r: r.hours_in_words),
    CsvColumn("place", "The name of the place.", lambda r: r.place.name),
    CsvColumn("address", "Building and street.", lambda r: r.place.address.replace("\n", ", ")),
    CsvColumn("town", "Town or city.", lambda r: r.place.city),
    CsvColumn("postcode", "Postcode of the place.", lambda r: r.place.postcode),
    CsvColumn("latitude", "Degrees north, WGS84.", lambda r: r.place.latitude),
    CsvColumn("longitude", "Degrees east, WGS84; west of Greenwich is below zero.", lambda r: r.place.longitude),
    CsvColumn(
        "online",
        "“yes” when it is online or by phone.",
        lambda r: _format_yes(r.place.location_type == LocationType.VIRTUAL),
    ),
    CsvColumn("cost", "What it costs, in words.", lambda r: "; ".join(format_costs(r.service, r.today))),
    CsvColumn("free", "“yes” when every price named is nothing.", lambda r: _format_yes(r.service.is_free)),
    CsvColumn("ages", "Ages in words; empty when it is for any age or does not say.", lambda r: format_ages(r.service)),
    CsvColumn("minimum_age", "Years.", lambda r: r.service.minimum_age),
    CsvColumn("maximum_age", "Years.", lambda r: r.service.maximum_age),
    CsvColumn("who_for", "Who it is for, in the group's own words.", lambda r: r.service.eligibility),
    CsvColumn("how_to_join", "How to join.", lambda r: r.service.application),
    CsvColumn("first_time", "What to expect the first time.", lambda r: r.service.first_time),
    CsvColumn("meets_you", "“yes” when someone can meet a newcomer.", lambda r: _format_yes(r.service.meets_you)),
    CsvColumn("languages", "Languages other than English it is held in.", lambda r: _join_names(r.service.languages)),
    CsvColumn(
        "access",
        "What helps at the place: step-free, hearing loop.",
        lambda r: _join_names(r.at.location.accessibility) if r.at else "",
    ),
    CsvColumn("getting_there", "Buses, parking, the right door.", lambda r: r.place.transport),
    CsvColumn("sorted_under", "The terms it is sorted under.", lambda r: "; ".join(_term_names(r))),
    CsvColumn("phone", "Phone number to ask.", lambda r: r.service.phone),
    CsvColumn("email", "E-mail to ask.", lambda r: r.service.email),
    CsvColumn("website", "The activity's own page.", lambda r: r.service.url),
    CsvColumn("last_checked", "The day somebody last made sure that it is right.", lambda r: r.service.assured_date),
    CsvColumn("last_changed", "When the listing last changed, UTC.", lambda r: _format_utc(r.service.last_modified)),
    CsvColumn("page", "Its page here.", _page_url),
)


def _format_utc(at: datetime.datetime) -> str:
    return f"{at.astimezone(datetime.UTC):%Y-%m-%dT%H:%M:%SZ}"


# --- The files ----------------------------------------------------------------------------------------------


def write_open_files() -> list[OpenFile]:
    """Both files as of now. Those of the days before the last two are dropped. May be stopped: the next goes on.

    None, if another run is at work on them.
    """
    with only_run("open-data") as alone:
        if not alone:
            return []
        if OpenFile.objects.filter(digest="").count() != len(KINDS):
            begin_anew("open-data")
        run_in_batches("open-data", Service.visible_to(), _write_parts, begin=_begin_files, size=SERVICES_PER_CHUNK)
        made = _finish_files()
        OpenFile.objects.filter(made_at__lt=timezone.now() - KEEP_FILES_FOR).delete()
        return made


def _unfinished_files() -> tuple[OpenFile, OpenFile]:
    """The table and the whole that are being written. Nobody else sees them before they have a digest."""
    found = OpenFile.objects.filter(digest="")
    return found.get(name="activities.csv"), found.get(name="activities.json")


@transaction.atomic
def _begin_files() -> None:
    """The table begins with the mark by which Excel knows UTF-8. The whole is a page of Open Referral UK without an
    end: `manage.py import_services` reads it as it is."""
    OpenFile.objects.filter(digest="").delete()
    place = settings.PLACE
    about = {
        "version": "HSDS-UK-3.0",
        "made_on": str(timezone.localdate()),
        "publisher": {"name": f"{place['name']} for {place['area']}", "website": place["base_url"]},
        "licence": place["licence"] or "Not chosen yet: ask before you publish it again",
    }
    table, whole = (OpenFile.objects.create(name=f"activities.{kind}") for kind in KINDS)
    _add_part(table, "\ufeff" + _render_csv([[column.name for column in CSV_COLUMNS]]))
    _add_part(whole, json.dumps(about, ensure_ascii=False)[:-1] + ', "contents": [\n')


def _write_parts(pks: list[uuid.UUID]) -> int:
    """These services at the end of both files."""
    (table, whole), today = _unfinished_files(), timezone.localdate()
    listed = select_for_full(Service.objects.filter(pk__in=pks)).prefetch_related(*FULL_SERVICE_PREFETCH[1:])
    services = list(listed.order_by("pk"))
    rows = [ActivityRow(service, at, today) for service in services for at in _at_locations_or_none(service)]
    texts = [json.dumps(to_oruk(service), ensure_ascii=False, separators=(",", ":")) for service in services]
    separator = ",\n" if whole.services else ""
    _add_part(
        table, _render_csv([[escape_formula(column.value(row)) for column in CSV_COLUMNS] for row in rows]), len(pks)
    )
    _add_part(whole, separator + ",\n".join(texts), len(pks))
    return len(pks)


def _add_part(file: OpenFile, text: str, services: int = 0) -> None:
    body = text.encode()
    packed = gzip.compress(body, mtime=0)
    OpenPart.objects.create(file=file, number=file.parts.count(), body=packed)
    file.services += services
    file.size += len(body)
    file.packed_size += len(packed)
    file.save()


@transaction.atomic
def _finish_files() -> list[OpenFile]:
    files = _unfinished_files()
    _add_part(files[1], "\n]}\n")
    for file in files:
        digest = hashlib.sha256()
        for body in stream_file(file, packed=False):
            digest.update(body)
        file.digest = digest.hexdigest()
        file.save()
    return [*files]


def _at_locations_or_none(service: Service) -> list[ServiceAtLocation | None]:
    return [*service.at_locations.all()] or [None]


def _render_csv(rows: list[list[Any]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def stream_file(file: OpenFile, *, packed: bool) -> Iterator[bytes]:
    """The file piece by piece, as it is kept or unpacked."""
    for number in itertools.count():
        part = OpenPart.objects.using(file._state.db).filter(file=file, number=number).first()
        if part is None:
            return
        yield bytes(part.body) if packed else gzip.decompress(part.body)
