"""A meaning of one telling word keeps the small words beside it: "day out" is no day, "no car" no car.

The words that the place starts with are looked through again: some were left out as the same as others.
"""

from importlib import import_module

from django.db import migrations

KEY = """
CREATE OR REPLACE FUNCTION hereabouts_key(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = public AS $$
    SELECT coalesce(string_agg(coalesce(stem, word), ' ' ORDER BY n), '')
    FROM (
        SELECT n, word, stem, count(stem) OVER () < 2 AND count(*) OVER () > 1 AS few
        FROM regexp_split_to_table(lower($1), '[^[:alnum:]''’]+') WITH ORDINALITY said(word, n),
            LATERAL (SELECT (tsvector_to_array(hereabouts_words(word)))[1]) s(stem)
        WHERE word NOT IN ('', 'a', 'an', 'the')
    ) word
    WHERE stem IS NOT NULL OR few
$$;
UPDATE directory_synonym SET typed = typed;
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0021_meanings")]

    operations = [
        migrations.RunSQL(KEY, migrations.RunSQL.noop),
        migrations.RunPython(import_module("directory.migrations.0021_meanings").add_words, migrations.RunPython.noop),
    ]
