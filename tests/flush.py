"""What a test with real commits leaves behind is emptied, append-only tables too, back to what migrations wrote."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.backends.postgresql.operations import DatabaseOperations

PROTECTED = """
    SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger
    WHERE tgfoid IN (SELECT oid FROM pg_proc WHERE proname = 'refuse_change')
"""


@contextmanager
def flush_to_first_rows() -> Iterator[None]:
    """Within it, Django's flush may empty protected tables, and puts the rows of data migrations back."""
    first_rows = connection.creation.serialize_db_to_string()
    plain = DatabaseOperations.execute_sql_flush

    def flush(self: DatabaseOperations, statements: list[str]) -> None:
        with transaction.atomic(), self.connection.cursor() as cursor:
            cursor.execute(PROTECTED)
            protected = [table for (table,) in cursor.fetchall()]
            for table in protected:
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            plain(self, statements)
            cursor.execute("TRUNCATE procrastinate_jobs CASCADE")  # no model of ours: Django's flush passes it by
            for table in protected:
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        connection.creation.deserialize_db_from_string(first_rows)

    DatabaseOperations.execute_sql_flush = flush  # type: ignore[method-assign]
    try:
        yield
    finally:
        DatabaseOperations.execute_sql_flush = plain  # type: ignore[method-assign]
