"""How often a listing is found and opened, and what came of it, by month: numbers only, about nobody.

A page counts in one statement of its own, just before it is answered: what was answered is counted, whatever ends the
worker. Counting after the answer would lose up to one page a thread at each SIGTERM: the web server does not wait for
it. No page holds a row while it is drawn, and none waits for the disk, so that eight readers of one listing hardly
wait for each other (1 ms; with `synchronous_commit` 10 ms); a server that loses its power loses half a second of it.
"""

import datetime
import uuid
from collections.abc import Iterable
from typing import Any

from django.db import connection, transaction
from django.db.models import Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone

from directory.hooks import MonthlyCounts, statistics_sources
from directory.models import Figure

# In the order of the ids, so that no two pages wait for each other; of listings that are gone meanwhile, nothing.
COUNT_SQL = """
INSERT INTO directory_figure (service_id, "on", shown, views)
SELECT s.id, %(on)s, (%(what)s = 'shown')::int, (%(what)s = 'views')::int
FROM directory_service s, set_config('synchronous_commit', 'off', true)
WHERE s.id = ANY(%(services)s) ORDER BY s.id
ON CONFLICT (service_id, "on") DO UPDATE
SET shown = directory_figure.shown + excluded.shown, views = directory_figure.views + excluded.views
"""


def count_appearances(services: Iterable[uuid.UUID], what: str) -> None:
    """Count that these listings were "shown" in a page of results, or had their own page opened ("views").

    Once the page's own transaction is over, or at once without one. What goes wrong is logged and fails no page.
    """
    if what not in ("shown", "views"):
        raise ValueError(f"Only shown and views are counted, not {what!r}")
    counts: dict[str, Any] = {"services": list(services), "what": what, "on": timezone.localdate()}

    def add_counts() -> None:
        with connection.cursor() as cursor:
            cursor.execute(COUNT_SQL, counts)

    if counts["services"]:
        transaction.on_commit(add_counts, robust=True)


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
