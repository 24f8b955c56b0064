"""Work over many rows: one by one, or batch by batch, to be stopped at any moment and gone on with where it was.

run_in_batches("score-listings", Service.objects.all(), score_listings)
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from django.core.cache import cache
from django.db import connection
from django.db.models import QuerySet

from config.row_security import job_context

logger = logging.getLogger(__name__)
Key = TypeVar("Key")
BATCH_SIZE = 500  # rows: a second's work at most, so that few locks are held and little is done twice
# Seconds. What was stopped longer ago begins anew: the next night never goes on with what this one began.
KEEP_PLACE_FOR = 12 * 60 * 60


def run_in_batches(
    name: str,
    rows: QuerySet[Any],
    work: Callable[[list[Any]], int],
    *,
    begin: Callable[[], object] = lambda: None,
    size: int = BATCH_SIZE,
) -> int:
    """Call `work` with the primary keys of `rows`, some at a time and in their order; the sum of what it returns.

    Each batch is a transaction, which also keeps the place. A run that was stopped is continued by the next one of
    the same name; `begin` is called by one that begins at the first row.
    """
    key, total = f"batches:{name}", 0
    if (after := cache.get(key)) is None:
        begin()
    while batch := list(_rows_after(rows, after).values_list("pk", flat=True)[:size]):
        after = batch[-1]
        with job_context():
            total += work(batch)
            cache.set(key, after, KEEP_PLACE_FOR)
    cache.delete(key)
    return total


def run_for_each(what: str, keys: Iterable[Key], deed: Callable[[Key], int | None]) -> int:
    """Do it for each in a transaction of its own; the sum of what that returned, None being 1.

    One that fails is logged as `what` with its number, and keeps nobody else waiting.
    """
    done = 0
    for key in keys:
        try:
            with job_context():
                made = deed(key)
                done += 1 if made is None else made
        except Exception:
            logger.exception("%s %s could not be looked after", what, getattr(key, "pk", key))
    return done


def begin_anew(name: str) -> None:
    """Forget where a run of this name was stopped."""
    cache.delete(f"batches:{name}")


@contextmanager
def only_run(name: str) -> Iterator[bool]:
    """Whether no other run of this name goes on. A job whose worker was taken for dead is begun a second time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(hashtext(%s))", [name])
        alone = bool(cursor.fetchone()[0])
    try:
        yield alone
    finally:
        if alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(hashtext(%s))", [name])


def _rows_after(rows: QuerySet[Any], after: Any) -> QuerySet[Any]:
    return (rows if after is None else rows.filter(pk__gt=after)).order_by("pk")
