"""How often a listing is found and opened, and what came of it, by month: numbers only, about nobody.

Counting costs a page no query and holds no row that others wait for. A web worker adds up in memory
(`count_appearances`), and a thread of its own writes the sums in one statement `FLUSH_SECONDS` after the first of
them, in the order of the ids, so
that two workers never wait for each other in a circle. A worker that is killed loses what it counted in those seconds,
never more; one that is stopped in order writes it first. While the database cannot be reached the sums are kept, up to
`MAX_PENDING_KEYS` listings.
"""

import atexit
import datetime
import logging
import threading
import uuid
from collections import Counter
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone

from directory.hooks import MonthlyCounts, statistics_sources
from directory.models import Figure

FLUSH_SECONDS = 5.0  # seconds
MAX_PENDING_KEYS = 50_000
COUNTED_NAMES = ("shown", "views")
CountKey = tuple[uuid.UUID, datetime.date, str]

log = logging.getLogger(__name__)

ADD_COUNTS_SQL = """
INSERT INTO directory_figure (service_id, "on", shown, views)
SELECT s.id, t.day, sum(t.shown), sum(t.views)
FROM unnest(%s::uuid[], %s::date[], %s::int[], %s::int[]) t(service, day, shown, views)
JOIN directory_service s ON s.id = t.service GROUP BY s.id, t.day ORDER BY s.id, t.day
ON CONFLICT (service_id, "on") DO UPDATE
SET shown = directory_figure.shown + excluded.shown, views = directory_figure.views + excluded.views
"""


# --- Counting ---------------------------------------------------------------------------------------------


class PendingCounts:
    """The sums of one process that are not written yet."""

    def __init__(self) -> None:
        self.lock, self.sums = threading.Lock(), Counter()  # type: tuple[threading.Lock, Counter[CountKey]]
        self.timer: threading.Timer | None = None

    def add(self, keys: Iterable[CountKey]) -> None:
        with self.lock:
            for key in keys:
                if key in self.sums or len(self.sums) < MAX_PENDING_KEYS:
                    self.sums[key] += 1
            if self.timer is None and settings.COUNT_FIGURES:
                self._start_timer()

    def take_all(self) -> "Counter[CountKey]":
        with self.lock:
            taken, self.sums = self.sums, Counter()
        return taken

    def give_back(self, sums: "Counter[CountKey]") -> None:
        with self.lock:
            self.sums.update(dict(sums.most_common(max(MAX_PENDING_KEYS - len(self.sums), 0))))

    def _start_timer(self) -> None:
        self.timer = threading.Timer(FLUSH_SECONDS, self._flush_and_restart)
        self.timer.daemon = True
        self.timer.start()

    def _flush_and_restart(self) -> None:
        with self.lock:
            self.timer = None
        try:
            flush_counts()
        finally:
            connection.close()  # the thread's own
            with self.lock:
                if self.sums and self.timer is None:
                    self._start_timer()


pending_counts = PendingCounts()


def count_appearances(services: Iterable[uuid.UUID], what: str) -> None:
    """Count that these listings were "shown" in a page of results, or had their own page opened ("views")."""
    if what not in COUNTED_NAMES:
        raise ValueError(f"Only {' and '.join(COUNTED_NAMES)} are counted, not {what!r}")
    today = timezone.localdate()
    pending_counts.add((pk, today, what) for pk in services)


def flush_counts() -> None:
    """Write what this process has counted. Listings that are gone meanwhile count no more."""
    sums = pending_counts.take_all()
    if not sums:
        return
    pairs = sorted({(pk, day) for pk, day, _ in sums})
    columns: Any = [[pk for pk, _ in pairs], [day for _, day in pairs]]
    columns += [[sums[pk, day, name] for pk, day in pairs] for name in COUNTED_NAMES]
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(ADD_COUNTS_SQL, columns)
    except DatabaseError:
        pending_counts.give_back(sums)
        log.warning("Figures are kept in memory: the database does not take them", exc_info=True)


@atexit.register
def _flush_at_exit() -> None:
    if pending_counts.sums and settings.COUNT_FIGURES:
        flush_counts()


# --- Reading ----------------------------------------------------------------------------------------------


def list_months(today: datetime.date, how_many: int = 12) -> list[datetime.date]:
    """The first days of the last months, this month last."""
    whole = today.year * 12 + today.month - 1
    return [datetime.date(n // 12, n % 12 + 1, 1) for n in range(whole - how_many + 1, whole + 1)]


def load_monthly_counts(services: list[uuid.UUID], since: datetime.date) -> MonthlyCounts:
    """All that is counted about these listings, by month, from the month of `since` on."""
    found: MonthlyCounts = {}
    for reader in (_load_own_counts, *statistics_sources):
        for key, counts in reader(services, since).items():
            found.setdefault(key, {}).update(counts)
    return found


def _load_own_counts(services: list[uuid.UUID], since: datetime.date) -> MonthlyCounts:
    rows = Figure.objects.filter(service__in=services, on__gte=since.replace(day=1))
    by_month = rows.annotate(month=TruncMonth("on")).values("service_id", "month").order_by("service_id", "month")
    return {
        (row["service_id"], row["month"]): {"shown": row["shown__sum"], "views": row["views__sum"]}
        for row in by_month.annotate(Sum("shown"), Sum("views"))
    }
