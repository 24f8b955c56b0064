"""Keeps what was received, as it came: a file, or the pages of a feed. Packed, and limited for each source."""

import csv
import gzip
import hashlib
import io
import json
import threading
from pathlib import Path
from typing import Any

from config.spreadsheets import escape_formula
from directory.exchange.open_referral import Problem
from directory.exchange.open_referral.spreadsheet import REASON_COLUMN, UNMATCHED_PREFIX
from directory.exchange.tables import MAX_TABLE_COLUMNS
from directory.models import Document, Run, RunChange
from directory.text.cleaning import to_printable

MAX_ARCHIVED_RUNS = 3  # of a source, whose documents keep their bodies; of older ones name, size and digest stay
MAX_ARCHIVE_BYTES = 60_000_000  # bytes of one run's bodies, packed
MAX_BUNDLE_BYTES = 1_000_000  # bytes of services fetched one by one that go into one document
REFUSED_ROWS_NUMBER = 0  # the number of the document with the rows that were refused


class DocumentArchive:
    """Takes documents from any thread; `flush` writes them down in the caller's."""

    def __init__(self, run: Run, *, room: int = MAX_ARCHIVE_BYTES) -> None:
        self.run, self.room = run, room
        self.number = max(run.documents.values_list("number", flat=True), default=0)
        self.lock, self.waiting = threading.Lock(), list[Document]()
        self.bundle: list[bytes] = []

    def store_document(self, name: str, media_type: str, content: bytes) -> None:
        """One document. A service fetched by itself is bundled with others, one line each with its address."""
        with self.lock:
            is_page = b'"contents"' in content[:2000] or b'"content"' in content[:2000] or content[:1] == b"["
            if len(content) < 20_000 and not is_page:
                self.bundle.append(json.dumps(name).encode() + b": " + content.replace(b"\n", b" ") + b"\n")
                if sum(map(len, self.bundle)) > MAX_BUNDLE_BYTES:
                    self._close_bundle()
                return
            self._queue_document(name, media_type, content)

    def store_file(self, path: Path) -> None:
        """A file of any size, or a folder's tables; what is larger than is kept leaves only size and digest."""
        for file in sorted(path.glob("*.csv")) if path.is_dir() else [path]:
            if file.stat().st_size <= MAX_ARCHIVE_BYTES * 4:
                self._queue_document(file.name, "", file.read_bytes())
                continue
            digest = hashlib.sha256()
            with file.open("rb") as stream:
                while part := stream.read(1_000_000):
                    digest.update(part)
            self._queue_document(file.name, "", b"", size=file.stat().st_size, digest=digest.hexdigest())

    def flush(self, *, last: bool = False) -> None:
        with self.lock:
            if last and self.bundle:
                self._close_bundle()
            ready, self.waiting = self.waiting, []
        Document.objects.bulk_create(ready)

    def _close_bundle(self) -> None:
        content, count = b"".join(self.bundle), len(self.bundle)
        self.bundle = []
        self._queue_document(f"{count:,} services, fetched one by one", "text/plain", content)

    def _queue_document(self, name: str, media_type: str, content: bytes, **measured: Any) -> None:
        self.number += 1
        document = build_document(self.run, self.number, name, media_type, content, **measured)
        if len(document.body) > self.room:
            document.body = b""
        self.room -= len(document.body)
        self.waiting.append(document)


def build_document(run: Run, number: int, name: str, media_type: str, content: bytes, **measured: Any) -> Document:
    """What was received, packed, in a row that is not saved. `measured`: its size and digest, if not the content's."""
    about = {"size": len(content), "digest": hashlib.sha256(content).hexdigest()} | measured
    about |= {"name": to_printable(name)[:2000], "media_type": to_printable(media_type)[:100]}
    return Document(run=run, number=number, body=gzip.compress(content, 5, mtime=0) if content else b"", **about)


def unpack_document(document: Document) -> bytes | None:
    """What was received, unpacked; None when it is kept no longer."""
    return gzip.decompress(document.body) if document.body else None


def drop_old_bodies(run: Run) -> None:
    """Of the source's older runs, and of repeats of what an earlier run received, keep no bodies."""
    newest = Run.objects.filter(source=run.source).order_by("-started_at", "id").values_list("pk", flat=True)
    old = list(newest[MAX_ARCHIVED_RUNS:])
    RunChange.objects.filter(run__in=old).delete()
    Document.objects.filter(run__in=old).exclude(body=b"").exclude(run__begun_at=None).update(body=b"")
    digests = run.documents.exclude(body=b"").values("digest")
    repeats = Document.objects.filter(run__source=run.source, digest__in=digests).exclude(run=run)
    # kept once, with the newest run
    repeats.exclude(run__begun_at=None).exclude(number=REFUSED_ROWS_NUMBER).update(body=b"")


# --- The rows that were refused ---------------------------------------------------------------------------


def save_refused_rows(run: Run, refusals: list[tuple[Problem, Any]]) -> None:
    """A CSV file: the rows as they came, in their own columns when they had any, and why each was refused.

    Put right, it can be uploaded as the next file of the same source.
    """
    Document.objects.filter(run=run, number=REFUSED_ROWS_NUMBER).delete()
    if not refusals:
        return
    content = render_refused_csv(refusals).encode("utf-8-sig")
    build_document(run, REFUSED_ROWS_NUMBER, f"refused rows of {run.source.name}.csv", "text/csv", content).save()


def render_refused_csv(refusals: list[tuple[Problem, Any]]) -> str:
    rows = [raw if isinstance(raw, dict) else {"as sent": raw} for _, raw in refusals]
    names = list(dict.fromkeys(name for row in rows for name in row if name != REASON_COLUMN))[:MAX_TABLE_COLUMNS]
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*(escape_formula(name.removeprefix(UNMATCHED_PREFIX)) for name in names), REASON_COLUMN])
    for (problem, _), row in zip(refusals, rows, strict=True):
        reason = f"{problem.id}: {problem.said}"
        writer.writerow(map(escape_formula, [*(_format_cell(row.get(name)) for name in names), reason]))
    return out.getvalue()


def _format_cell(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)
