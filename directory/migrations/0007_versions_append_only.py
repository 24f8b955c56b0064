"""A version of a listing is never rewritten; and what is there already is published and known."""

from django.db import migrations

from config.append_only import refuse_changes


class Migration(migrations.Migration):
    dependencies = [("directory", "0006_listings")]

    operations = refuse_changes("directory_version")
