"""Changes a table that test_waiting.py makes, and keeps in use."""

from django.db import migrations


class Migration(migrations.Migration):
    operations = [migrations.RunSQL("ALTER TABLE in_use ADD COLUMN more integer")]
