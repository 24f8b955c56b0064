"""What a test with real commits leaves behind is emptied, append-only tables too, back to what migrations wrote."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.backends.postgresql.operations import DatabaseOperations

PROTECTED = """
    SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger
    WHERE tgfoid IN (SELECT oid FROM pg_proc WHERE proname = 'refuse_change')
"""
COLUMNS = """
    SELECT string_agg(quote_ident(column_name), ', ') FROM information_schema.columns
    WHERE table_schema = 'public' AND table_name = %s AND is_generated = 'NEVER'
"""


def keep_first_rows() -> list[str]:
    """Copy all rows into a schema beside; the statements that put them back. Django's own way writes row by row."""
    put_back = []
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP SCHEMA IF EXISTS first_rows CASCADE")
        cursor.execute("CREATE SCHEMA first_rows")
        for table in connection.introspection.django_table_names(only_existing=True, include_views=False):
            cursor.execute(f'CREATE TABLE first_rows."{table}" AS TABLE public."{table}"')
            if cursor.rowcount:
                cursor.execute(COLUMNS, [table])
                columns = cursor.fetchone()[0]
                put_back.append(
                    f'INSERT INTO public."{table}" ({columns}) OVERRIDING SYSTEM VALUE '
                    f'SELECT {columns} FROM first_rows."{table}"'
                )
    return put_back


@contextmanager
def flush_to_first_rows() -> Iterator[None]:
    """Within it, Django's flush may empty protected tables, and puts the rows of data migrations back."""
    put_back = keep_first_rows()
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
        with transaction.atomic(), self.connection.cursor() as cursor:  # keys to others are looked at when it ends
            for statement in put_back:
                cursor.execute(statement)

    DatabaseOperations.execute_sql_flush = flush  # type: ignore[method-assign]
    try:
        yield
    finally:
        DatabaseOperations.execute_sql_flush = plain  # type: ignore[method-assign]
