"""The SQL of a page as a reviewed snapshot: `with assert_queries("search"): client.get(...)`.

The snapshot is tests/snapshots/<name>.sql. After a change that is meant, write it anew with
`UPDATE_SNAPSHOTS=1 pytest …` and read the difference in the commit.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db import connection

SNAPSHOTS = Path(__file__).parent / "snapshots"
BREAK = re.compile(r" (FROM|LEFT OUTER JOIN|INNER JOIN|WHERE|ORDER BY|GROUP BY|LIMIT|FOR UPDATE|VALUES|RETURNING) ")
NOT_OURS = re.compile(r"SAVEPOINT|RELEASE|django_session|\"cache\"", re.IGNORECASE)


@contextmanager
def assert_queries(name: str, most: int | None = None) -> Iterator[list[str]]:
    """Fails when the statements differ from the snapshot, or when there are more than `most`.

    Savepoints and the session's own rows are left out. Yields the list of statements, filled as they run.
    """
    seen: list[str] = []

    def note(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        if not NOT_OURS.search(str(sql)):
            seen.append(tidy(str(sql)))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield seen
    text = "\n\n".join(f"-- {n}\n{statement}" for n, statement in enumerate(seen, 1)) + "\n"
    path = SNAPSHOTS / f"{name}.sql"
    if os.environ.get("UPDATE_SNAPSHOTS"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert path.exists(), f"No snapshot {path}: write it with UPDATE_SNAPSHOTS=1"
    assert text == path.read_text(), f"The SQL differs from {path.name}: if that is meant, UPDATE_SNAPSHOTS=1"
    assert most is None or len(seen) <= most, f"{len(seen)} statements, {most} are allowed"


def tidy(sql: str) -> str:
    """One clause a line; lists of any length alike; the random order the suite adds left out."""
    sql = re.sub(r" ORDER BY RANDOM\(\)( ASC)?", "", sql)
    sql = re.sub(r"\(%s(, %s)+\)|\(\(%s\)(, \(%s\))+\)", "(%s, …)", " ".join(sql.split()))
    return BREAK.sub(r"\n\1 ", sql)
