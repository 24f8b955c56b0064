"""How anything moves from state to state: lock → key → done already? → table → row → head → hooks.

The head is the row that says where something stands now; each move leaves a row of its own that says how it came there.
What is allowed stands as data in a `Table` beside the states. In one transaction an action locks the head, then calls
`find_by_key`, `check_move` and `save_move`; what it checks besides, it checks before `save_move`.
"""

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Manager, Model
from django.db.models.constants import OnConflict
from django.db.models.sql import InsertQuery

HeadT = TypeVar("HeadT", bound=Model)
RowT = TypeVar("RowT", bound=Model)


@dataclass(frozen=True)
class Transition:
    """Who may make a move, and how it is said: "accepted", and after a name "accepted this".

    `needs` are the columns of the move's row that may not be empty, each with what is said when it is.
    """

    actors: Collection[str]
    deed: str
    did: str = ""
    needs: Mapping[str, str] = field(default_factory=dict)


Table = Mapping[tuple[str, str], Transition]  # (before, after) → the move; `before` is "" where something begins


class MoveRefused(Exception):
    """The table does not allow it, it is too late, or somebody was quicker. `str()` says so in plain English."""


class DeedForbidden(PermissionDenied):
    """What it would be done with is not to be touched now; the page of the refusal (403) shows `str()`."""


def find_by_key(rows: Manager[RowT], key: uuid.UUID | None) -> RowT | None:
    """The row that a post with this key has made already: the second post gets the first one's answer."""
    return rows.filter(key=key).first() if key else None


def check_move(
    table: Table, before: str, after: str, *, actor: str, refusal: Callable[[], str], row: Model | None = None
) -> None:
    """Raises MoveRefused: with `refusal()` for what the table does not let this actor do, or with what `row` lacks."""
    allowed = table.get((before, after))
    if allowed is None or actor not in allowed.actors:
        raise MoveRefused(refusal())
    for column, request in allowed.needs.items():
        if not getattr(row, column):
            raise MoveRefused(request)


def save_move(head: HeadT, row: RowT, hooks: Iterable[Callable[[HeadT, RowT], None]], **changed: Any) -> RowT:
    """Bring the head to where the row leads, with what else has `changed`, save the row, and tell who hears of it."""
    made: Any = row
    save_columns(head, status=made.after, moved_at=made.at, moves_made=made.number, **changed)
    made.save()
    for hear in hooks:
        hear(head, row)
    return row


def lock_row(row: Model) -> None:
    """Hold the row until the transaction ends, before it is read together with others.

    A statement that joins and locks at once finds no row at all where, while it waited for the lock, a column that it
    joins by was changed: another lead, another team.
    """
    type(row)._default_manager.select_for_update().values_list("pk").get(pk=row.pk)


def save_columns(row: Model, **changed: Any) -> None:
    """Set and save these columns; a row that is new is saved whole."""
    for column, value in changed.items():
        setattr(row, column, value)
    row.save(update_fields=None if row._state.adding else list(changed))


def insert_if_new(row: Model) -> bool:
    """Insert the row, in one statement, unless a unique value of it stands already; whether it was inserted.

    A twin that is being written is waited for, and no savepoint is needed: nothing is raised for it.
    """
    query = InsertQuery(type(row), on_conflict=OnConflict.IGNORE)
    query.insert_values(row._meta.concrete_fields, [row])
    ((text, values),) = query.get_compiler(DEFAULT_DB_ALIAS).as_sql()
    with connection.cursor() as cursor:  # what is returned would have to be seen by who writes it: some is for others
        cursor.execute(text, values)
        inserted = bool(cursor.rowcount == 1)
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return inserted
