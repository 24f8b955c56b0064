"""Words whose endings mislead are held apart ("housing" is no house), and the words a place starts with: what people
type and what it means, and what says nothing."""

import csv
from pathlib import Path

import django.contrib.postgres.indexes
from django.db import migrations, models

SHIPPED = Path(__file__).parents[1] / "search"


def read_apart():
    """The pattern of the words that keep their ending: each begins so, with an ending of any of them or none."""
    with (SHIPPED / "apart.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    ends = sorted({end for row in rows for end in row["ends"].split()})
    return rf"({'|'.join(row['begins'] for row in rows)})(?:{'|'.join(ends)})?\M"


# Dots and signs within a word go first: "C.A.B." is CAB, "T'ai chi" tai chi. What is held apart ends in zz.
MAKE = rf"""
CREATE FUNCTION hereabouts_text(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT regexp_replace(
        regexp_replace(
            regexp_replace($1, '\m([[:alnum:]])\.(?=[[:alnum:]](?:\.|\M))', '\1', 'g'),
            '\m([[:alpha:]]{{1,2}})[''’](?!(?:ll|re|ve)\M)([[:alpha:]]{{2,}})', '\1\2', 'g'),
        '\m{read_apart()}', '\1zz', 'gi')
$$;
CREATE FUNCTION hereabouts_words(text) RETURNS tsvector LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT to_tsvector('hereabouts'::regconfig, hereabouts_text($1))
$$;
CREATE FUNCTION hereabouts_phrase(text) RETURNS tsquery LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT phraseto_tsquery('hereabouts'::regconfig, hereabouts_text($1))
$$;
-- Its own search path: a dump is restored without one, and the column that it makes is made anew then.
CREATE FUNCTION hereabouts_key(text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
SET search_path = public AS $$
    SELECT coalesce(string_agg(stem, ' ' ORDER BY n), '')
    FROM regexp_split_to_table(lower($1), '[^[:alnum:]''’]+') WITH ORDINALITY said(word, n),
        LATERAL (SELECT (tsvector_to_array(hereabouts_words(word)))[1]) s(stem) WHERE stem IS NOT NULL
$$;
"""
DROP = """
DROP FUNCTION hereabouts_key(text);
DROP FUNCTION hereabouts_phrase(text);
DROP FUNCTION hereabouts_words(text);
DROP FUNCTION hereabouts_text(text);
"""


def add_words(apps, schema_editor):
    """What the place has already stays; two ways to type one thing ("walk", "walks") are one."""
    Synonym, StopWord = (apps.get_model("directory", name) for name in ("Synonym", "StopWord"))
    with (SHIPPED / "meanings.csv").open(encoding="utf-8", newline="") as file:
        shipped = {typed: row["means"] for row in csv.DictReader(file) for typed in row["typed"].split("/")}
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT hereabouts_key(typed), typed FROM unnest(%s::text[]) WITH ORDINALITY said(typed, n) ORDER BY n", [[*shipped]])
        keyed = {}
        for key, typed in cursor.fetchall():
            keyed.setdefault(key, typed)
    there = {*Synonym.objects.values_list("key", flat=True), ""}
    Synonym.objects.bulk_create(Synonym(typed=typed, means=shipped[typed]) for key, typed in keyed.items() if key not in there)
    fillers = (SHIPPED / "fillers.txt").read_text(encoding="utf-8").splitlines()
    StopWord.objects.bulk_create((StopWord(word=word) for word in fillers), ignore_conflicts=True)


class Migration(migrations.Migration):
    dependencies = [("directory", "0020_import_journal")]

    operations = [
        migrations.RunSQL(MAKE, DROP),
        migrations.AddField(
            model_name="synonym",
            name="key",
            field=models.GeneratedField(
                db_persist=True,
                expression=models.Func("typed", function="hereabouts_key"),
                help_text="The stems of what is typed, so that each ending of it is found",
                output_field=models.CharField(max_length=200),
            ),
        ),
        migrations.AddIndex(
            model_name="synonym",
            index=models.Index(fields=["key"], name="synonym_key"),
        ),
        migrations.AddIndex(
            model_name="synonym",
            index=django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass("typed", name="gin_trgm_ops"), name="synonym_trigrams"
            ),
        ),
        migrations.RunPython(add_words, migrations.RunPython.noop),
    ]
