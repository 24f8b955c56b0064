"""Whether a word is near one of a name: a slip of a letter or two, two letters swapped, or the same sound.

Double Metaphone (L. Philips, 2000) gives the sound: Stephen and Steven, Muhammad and Mohammed, Lee and Leigh.
"""

from django.contrib.postgres.operations import CreateExtension
from django.db import migrations

NAME_IS_NEAR_SQL = """
CREATE FUNCTION name_is_near(name text, word text, swapped text[]) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT EXISTS (
        SELECT FROM regexp_split_to_table(upper(unaccent(name)), '[^[:alpha:]]+') part
        WHERE part = ANY(swapped) OR (dmetaphone(word) <> '' AND dmetaphone(part) = dmetaphone(word))
            OR levenshtein_less_equal(left(part, 60), left(word, 60), slips) <= slips
    )
    FROM (SELECT CASE WHEN length(word) < 4 THEN 0 WHEN length(word) = 4 THEN 1 ELSE 2 END AS slips) allowed
$$
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0010_agreements_as_named")]

    operations = [
        CreateExtension("fuzzystrmatch"),
        migrations.RunSQL(NAME_IS_NEAR_SQL, "DROP FUNCTION name_is_near(text, text, text[])"),
    ]
