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
from django.urls import reverse
from django.utils import timezone

from config.spreadsheets import escape_formula
from directory.catalogue.hours import all_in_words
from directory.catalogue.wording import ages, costs
from directory.exchange.api.queries import after
from directory.exchange.open_referral import NESTED, full_form, to_oruk
from directory.models import Location, OpenFile, OpenPart, Service, ServiceAtLocation
from directory.models.place import LocationType

CHUNK = 500  # services at a time
KEPT = datetime.timedelta(days=2)  # a file that somebody is still reading


class Row(NamedTuple):
    """A service at one of its places, or without any."""

    service: Service
    at: ServiceAtLocation | None
    today: datetime.date

    @property
    def place(self) -> Location:
        return self.at.location if self.at else Location(country="")

    @property
    def when(self) -> str:
        at = self.at.pk if self.at else None
        return "; ".join(
            all_in_words([s for s in self.service.schedules.all() if s.at_location_id in (None, at)], self.today)
        )


class Column(NamedTuple):
    name: str
    words: str
    value: Callable[[Row], Any]


def _yes(value: bool) -> str:
    return "yes" if value else ""


def _page(row: Row) -> str:
    return str(settings.PLACE["base_url"] + reverse("directory:service", args=[row.service.pk]))


def _all(rows: Any) -> str:
    return "; ".join(filter(None, map(str, rows.all())))


def _terms(row: Row) -> list[str]:
    return [link.term.name for link in row.service.service_terms.all()]


COLUMNS = (
    Column("id", "The activity's id, which stays the same. One with two places has two rows.", lambda r: r.service.pk),
    Column("name", "What it is called.", lambda r: r.service.name),
    Column("organisation", "Who runs it.", lambda r: r.service.agency.name),
    Column("description", "What happens, in the group's own words.", lambda r: r.service.description),
    Column("status", "“active”, or “temporarily closed”.", lambda r: r.service.status),
    Column("when", "Days and times in words, London time.", lambda r: r.when),
    Column("place", "The name of the place.", lambda r: r.place.name),
    Column("address", "Building and street.", lambda r: r.place.address.replace("\n", ", ")),
    Column("town", "Town or city.", lambda r: r.place.city),
    Column("postcode", "Postcode of the place.", lambda r: r.place.postcode),
    Column("latitude", "Degrees north, WGS84.", lambda r: r.place.latitude),
    Column("longitude", "Degrees east, WGS84; west of Greenwich is below zero.", lambda r: r.place.longitude),
    Column(
        "online", "“yes” when it is online or by phone.", lambda r: _yes(r.place.location_type == LocationType.VIRTUAL)
    ),
    Column("cost", "What it costs, in words.", lambda r: "; ".join(costs(r.service, r.today))),
    Column("free", "“yes” when every price named is nothing.", lambda r: _yes(r.service.is_free)),
    Column("ages", "Ages in words; empty when it is for any age or does not say.", lambda r: ages(r.service)),
    Column("minimum_age", "Years.", lambda r: r.service.minimum_age),
    Column("maximum_age", "Years.", lambda r: r.service.maximum_age),
    Column("who_for", "Who it is for, in the group's own words.", lambda r: r.service.eligibility),
    Column("how_to_join", "How to join.", lambda r: r.service.application),
    Column("first_time", "What to expect the first time.", lambda r: r.service.first_time),
    Column("meets_you", "“yes” when someone can meet a newcomer.", lambda r: _yes(r.service.meets_you)),
    Column("languages", "Languages other than English it is held in.", lambda r: _all(r.service.languages)),
    Column(
        "access",
        "What helps at the place: step-free, hearing loop.",
        lambda r: _all(r.at.location.accessibility) if r.at else "",
    ),
    Column("getting_there", "Buses, parking, the right door.", lambda r: r.place.transport),
    Column("sorted_under", "The terms it is sorted under.", lambda r: "; ".join(_terms(r))),
    Column("phone", "Phone number to ask.", lambda r: r.service.phone),
    Column("email", "E-mail to ask.", lambda r: r.service.email),
    Column("website", "The activity's own page.", lambda r: r.service.url),
    Column("last_checked", "The day somebody last made sure that it is right.", lambda r: r.service.assured_date),
    Column("last_changed", "When the listing last changed, UTC.", lambda r: _utc(r.service.last_modified)),
    Column("page", "Its page here.", _page),
)


def _utc(at: datetime.datetime) -> str:
    return f"{at.astimezone(datetime.UTC):%Y-%m-%dT%H:%M:%SZ}"


# --- The files ----------------------------------------------------------------------------------------------


def make_all() -> list[OpenFile]:
    """Both files as of now. Those of the days before the last two are dropped."""
    made = [make("activities.csv", csv_pieces), make("activities.json", json_pieces)]
    OpenFile.objects.filter(made_at__lt=timezone.now() - KEPT).delete()
    return made


@transaction.atomic
def make(name: str, pieces: Callable[[], Iterator[tuple[str, int]]]) -> OpenFile:
    """Write one file piece by piece; nobody sees it before it is whole."""
    file = OpenFile.objects.create(name=name)
    digest = hashlib.sha256()
    for number, (text, services) in enumerate(pieces()):
        body = text.encode()
        packed = gzip.compress(body, mtime=0)
        digest.update(body)
        file.services += services
        file.size += len(body)
        file.packed_size += len(packed)
        OpenPart.objects.create(file=file, number=number, body=packed)
    file.digest = digest.hexdigest()
    file.save()
    return file


def csv_pieces() -> Iterator[tuple[str, int]]:
    """Text and how many services it holds. Begins with the mark by which Excel knows UTF-8."""
    today = timezone.localdate()
    yield "\ufeff" + _written([[column.name for column in COLUMNS]]), 0
    for services in chunks():
        rows = [Row(service, at, today) for service in services for at in _places(service)]
        yield _written([[escape_formula(column.value(row)) for column in COLUMNS] for row in rows]), len(services)


def _places(service: Service) -> list[ServiceAtLocation | None]:
    return [*service.at_locations.all()] or [None]  # type: ignore[list-item]


def _written(rows: list[list[Any]]) -> str:
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    return out.getvalue()


def json_pieces() -> Iterator[tuple[str, int]]:
    """A page of Open Referral UK without an end: `manage.py import_services` reads it as it is."""
    place = settings.PLACE
    about = {
        "version": "HSDS-UK-3.0",
        "made_on": str(timezone.localdate()),
        "publisher": {"name": f"{place['name']} for {place['area']}", "website": place["base_url"]},
        "licence": place["licence"] or "Not chosen yet: ask before you publish it again",
    }
    yield json.dumps(about, ensure_ascii=False)[:-1] + ', "contents": [\n', 0
    first = True
    for services in chunks():
        texts = [json.dumps(to_oruk(service), ensure_ascii=False, separators=(",", ":")) for service in services]
        yield ("" if first else ",\n") + ",\n".join(texts), len(services)
        first = False
    yield "\n]}\n", 0


def chunks() -> Iterator[list[Service]]:
    """All that is listed, in the order of the ids, with all that is written of it."""
    key: uuid.UUID | None = None
    whole = full_form(Service.visible_to()).prefetch_related(*NESTED[1:])
    while services := list(after(whole, key, CHUNK)):
        yield services
        key = services[-1].pk


def body(file: OpenFile, *, packed: bool) -> Iterator[bytes]:
    """The file piece by piece, as it is kept or unpacked."""
    for number in itertools.count():
        part = OpenPart.objects.filter(file=file, number=number).first()
        if part is None:
            return
        yield bytes(part.body) if packed else gzip.decompress(part.body)
