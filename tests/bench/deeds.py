"""Sending, verifying, importing and printing, timed."""

import io
import time
import uuid
from collections.abc import Iterator
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from agencies.models import Author, Membership
from cases.history.verify import verify_histories
from config.batches import run_in_batches
from directory.catalogue.quality import _score_batch
from directory.exchange.importer import Importer
from directory.exchange.open_data import _begin_files, _write_parts
from directory.models import Service, Spot
from directory.search.index import MARK_NEEDS_SQL, REFRESH_WORTH_SQL, refresh_counts, update_in_batches
from referrals.actions import send_referral
from referrals.models import Referral
from tests.bench.casework import Casework
from tests.bench.pages import Visit, Visitor, sql
from tests.bench.table import Row, p50

PAGES = 20  # pages that the target is about
NIGHTLY = 10_000


def sending(sender: Membership, times: int) -> Row:
    """One referral, committed, beside one row that is: milliseconds of SQL in turn."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_durable (id bigserial PRIMARY KEY, words text)")
    sent, inserted = [], []
    for nth in range(times):
        with sql() as found:
            send(sender, nth)
        sent.append(found.ms)
        with sql() as found, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO bench_durable (words) VALUES (%s)", ["a few words " * 20])
        inserted.append(found.ms)
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_durable")
    note = f"{p50(sent):.1f} ms beside {p50(inserted):.1f} ms"
    return Row("Sending a referral ÷ one durable insert, in SQL", p50(sent) / p50(inserted), "×", 4, note)


def send(sender: Membership, nth: int) -> None:
    details = {
        "person_name": f"Joan Whitfield {nth}",
        "phone": "07700 900123",
        "postcode": "BN11 2AA",
        "no_known_risks": True,
        "agreed_to_share": True,
        "agreed_to_tell": True,
    }
    team = sender.agency.refers_to
    send_referral(
        by=Author.of(sender), key=uuid.uuid4(), to_agency=team, started_at=timezone.now(), details=details, needs=[]
    )


def verifying(work: Casework, entries: int) -> Row:
    """The proof over all histories, as seconds for 100,000 entries."""
    for _ in range(max(1, entries // 5000)):
        work.case_with(min(entries, 5000))
    began, worked = time.perf_counter(), time.process_time()
    *faults, checked = verify_histories()
    took, worked = time.perf_counter() - began, time.process_time() - worked
    if faults:
        raise ValueError(f"The histories do not verify: {faults[:3]}")
    return Row(
        "Verifying 100,000 entries",
        took * 100_000 / checked,
        "s",
        1,
        f"from {checked:,} in {took:.2f} s, Python {worked:.2f} s",
    )


def printing(work: Casework, entries: int) -> Iterator[Row]:
    """A letter and a history of that many entries as PDF, the whole request; the first, which loads fonts, is not
    counted."""
    visit = letter()
    took, worked, _ = timed_pdf(visit.by, visit.paths[0])
    yield Row("Letter as PDF", took, "s", 0.3, f"Python {worked:.2f} s")
    case = work.case_with(entries)
    took, worked, pages = timed_pdf(Visitor(work.connector), reverse("cases:history_pdf", args=[case.pk]))
    note = f"from {pages} pages in {took:.2f} s, Python {worked:.2f} s"
    yield Row(f"History of {PAGES} pages as PDF", took * PAGES / pages, "s", 1.5, note)


def letter() -> Visit:
    """The answer to a referral, as the one who sent it prints it."""
    referral = Referral.objects.filter(answer__isnull=False, to_agency__kind="connectors").order_by("pk")[0]
    return Visit(Visitor(referral.sent_by), [reverse("referrals:letter", args=[referral.pk])])


def timed_pdf(visitor: Visitor, path: str) -> tuple[float, float, int]:
    """The best of three in seconds, what Python worked of it, and the pages."""
    visitor.get(path)
    runs = [visitor.get(path) for _ in range(3)]
    best = min(took for took, _ in runs)
    return best / 1000, best.cpu / 1000, len(PdfReader(io.BytesIO(runs[0][1].content)).pages)


def importing(many: int) -> Iterator[Row]:
    """A feed that is new, and the same again."""
    worked = time.process_time()
    first = import_feed(many)
    note = f"from {many:,} in {first:.1f} s, Python {time.process_time() - worked:.1f} s"
    second = import_feed(many)
    yield Row("Importing 10,000 services", first * 10_000 / many, "s", 60, note)
    yield Row("Importing them again, nothing changed ÷ the first time", second / first, "×", 0.25)


def import_feed(many: int) -> float:
    began = time.perf_counter()
    work = Importer("bench feed")
    for _ in work.import_services(feed(many)):
        pass
    report = work.finish_report(whole=True)
    if report.refused:
        raise ValueError(f"The made-up feed is wrong: {report.problems[:3]}")
    if report.new or report.changed:
        refresh_counts()
    return time.perf_counter() - began


def night(many: int) -> Iterator[Row]:
    """Minutes of each night's work when nothing has changed, worked out from NIGHTLY rows of so many."""
    for name, rows, work in (
        ("needs in the index", Spot.objects.all(), partial(update_in_batches, statement=MARK_NEEDS_SQL)),
        ("freshness in the index", Spot.objects.all(), partial(update_in_batches, statement=REFRESH_WORTH_SQL)),
        ("scores", Service.objects.filter(joined_to=None), partial(run_in_batches, work=_score_batch)),
        ("open data", Service.visible_to(), partial(run_in_batches, work=_write_parts, begin=_begin_files)),
    ):
        keys = rows.order_by("pk").values_list("pk", flat=True)[:NIGHTLY]
        part, took = rows.filter(pk__lte=max(keys)), 0.0
        for _ in range(2):  # the first may find something to change
            began = time.perf_counter()
            work("bench", part)
            took = time.perf_counter() - began
        note = f"{took:.1f} s for {len(keys):,}"
        yield Row(f"Night, {many:,} services: {name}", took * rows.count() / len(keys) / 60, "min", note=note)


def feed(many: int) -> Iterator[dict[str, Any]]:
    for nth in range(many):
        place = {
            "id": stable("location", nth // 3),
            "name": f"Hall {nth // 3}",
            "location_type": "physical",
            "latitude": 50.8 + nth % 97 / 500,
            "longitude": -0.4 + nth % 89 / 400,
            "addresses": [
                {
                    "id": stable("address", nth // 3),
                    "address_1": f"{nth} High Street",
                    "city": "Worthing",
                    "country": "GB",
                    "address_type": "physical",
                }
            ],
        }
        yield {
            "id": stable("service", nth),
            "name": f"Walking group {nth}",
            "status": "active",
            "description": "A walk on the flat for people who have not walked for a while, with tea at the end. " * 3,
            "organization": {"id": stable("group", nth // 10), "name": f"Group {nth // 10}", "description": "A group"},
            "phones": [{"id": stable("phone", nth), "number": "01632 960100"}],
            "schedules": [
                {
                    "id": stable("schedule", nth),
                    "freq": "WEEKLY",
                    "byday": "TU",
                    "opens_at": "10:00",
                    "closes_at": "11:30",
                }
            ],
            "cost_options": [{"id": stable("cost", nth), "amount": nth % 5, "amount_description": "A time"}],
            "service_at_locations": [{"id": stable("at", nth), "location": place}],
        }


def stable(what: str, nth: int) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{what}/{nth}"))
