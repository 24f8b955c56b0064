"""How many statements a page may take: `with assert_max_queries(4): client.get(...)`."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

NOT_OURS = re.compile(r"SAVEPOINT|RELEASE|django_session|\"cache\"", re.IGNORECASE)


@contextmanager
def assert_max_queries(most: int) -> Iterator[list[str]]:
    """Fails when more than `most` statements run; savepoints and the session's own rows are not counted.

    Yields the list of statements, filled as they run.
    """
    seen: list[str] = []

    def note(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        if not NOT_OURS.search(str(sql)):
            seen.append(" ".join(str(sql).split()))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield seen
    listed = "\n".join(f"{number}. {statement[:200]}" for number, statement in enumerate(seen, 1))
    assert len(seen) <= most, f"{len(seen)} statements, {most} are allowed:\n{listed}"
