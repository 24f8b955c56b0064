"""Tables that nobody may rewrite: a model base that refuses, and a trigger for those who go round it."""

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db import connection, migrations
from django.db.models import QuerySet

from config.uuid_key import UUIDKey

REFUSE_CHANGE_SQL = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    changed text[];
BEGIN
    -- The one lawful change: blanking named columns (TG_ARGV) inside a transaction that says so.
    IF TG_OP = 'UPDATE' AND current_setting('app.erasing', true) = 'on' THEN
        SELECT coalesce(array_agg(n.key), '{}') INTO changed
        FROM jsonb_each(to_jsonb(NEW)) n JOIN jsonb_each(to_jsonb(OLD)) o USING (key)
        WHERE n.value IS DISTINCT FROM o.value;
        IF changed <@ TG_ARGV::text[] THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION '% is append-only: % refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'insufficient_privilege';
END $$;
"""


class AppendOnly(UUIDKey):
    """Rows are added, never changed and never deleted. A correction is another row.

    `erasable` names the columns that lawful erasure may blank: by a job, never by a request (config.row_security).
    """

    erasable: ClassVar[tuple[str, ...]] = ()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert. Raises PermissionDenied for a row that is already there."""
        if not self._state.adding:
            raise PermissionDenied(f"{self._meta.verbose_name} is append-only")
        kwargs["force_insert"] = True
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        raise PermissionDenied(f"{self._meta.verbose_name} is append-only")


def refuse_changes(table: str, erasable: tuple[str, ...] = ()) -> list[migrations.RunSQL]:
    """Migration operations that make the database refuse UPDATE, DELETE and TRUNCATE on `table`.

    `erasable` names the columns that lawful erasure may blank, in a transaction with
    `SET LOCAL app.erasing = 'on'`; nothing else ever changes.
    """
    columns = ", ".join(f"'{c}'" for c in erasable)
    return [
        migrations.RunSQL(REFUSE_CHANGE_SQL, migrations.RunSQL.noop),
        migrations.RunSQL(
            f"""
            CREATE TRIGGER {table}_refuse_change BEFORE UPDATE OR DELETE ON {table}
                FOR EACH ROW EXECUTE FUNCTION refuse_change({columns});
            CREATE TRIGGER {table}_refuse_truncate BEFORE TRUNCATE ON {table}
                FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
            """,
            f"""
            DROP TRIGGER {table}_refuse_change ON {table};
            DROP TRIGGER {table}_refuse_truncate ON {table};
            """,
        ),
    ]


def allow_erasing(table: str, erasable: tuple[str, ...]) -> migrations.RunSQL:
    """A migration operation that names the columns of an append-only `table` that lawful erasure may blank from now on.

    The table refuses every other change as before, and also these outside an erasure.
    """
    columns = ", ".join(f"'{c}'" for c in erasable)
    return migrations.RunSQL(
        f"""
        CREATE OR REPLACE TRIGGER {table}_refuse_change BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_change({columns});
        """,
        f"""
        CREATE OR REPLACE TRIGGER {table}_refuse_change BEFORE UPDATE OR DELETE ON {table}
            FOR EACH ROW EXECUTE FUNCTION refuse_change();
        """,
    )


def erase_columns(rows: "QuerySet[Any]", **blank: Any) -> int:
    """Lawful erasure (UK GDPR article 17): blank columns of append-only rows that their table names as erasable; how
    many rows. The one place that says so to the database, inside a transaction of its caller."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('app.erasing', 'on', true)")
        changed = rows.update(**blank)
        cursor.execute("SELECT set_config('app.erasing', '', true)")
    return changed
