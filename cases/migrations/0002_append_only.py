"""The history and the log of readings are never rewritten; only lawful erasure may blank an entry's words."""

from django.db import migrations

from config.append_only import refuse_changes


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]

    operations = [
        *refuse_changes("cases_entry", erasable=("text", "details")),
        *refuse_changes("cases_reading"),
    ]
