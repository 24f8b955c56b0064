"""How words are read: English endings and stop words, accents left out ("café" is found by "cafe")."""

from django.db import migrations

MAKE = """
CREATE TEXT SEARCH CONFIGURATION hereabouts (COPY = pg_catalog.english);
ALTER TEXT SEARCH CONFIGURATION hereabouts
    ALTER MAPPING FOR asciiword, asciihword, hword_asciipart, word, hword, hword_part
    WITH unaccent, english_stem;
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0001_initial"), ("agencies", "0001_initial")]

    operations = [migrations.RunSQL(MAKE, "DROP TEXT SEARCH CONFIGURATION hereabouts")]
