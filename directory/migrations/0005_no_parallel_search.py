"""A search reads some hundred rows: starting parallel workers for it costs more than all the rest."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("directory", "0004_needs")]

    operations = [
        migrations.RunSQL(
            "ALTER TABLE directory_spot SET (parallel_workers = 0)",
            "ALTER TABLE directory_spot RESET (parallel_workers)",
        )
    ]
