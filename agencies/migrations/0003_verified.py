"""Agencies that people work in already were invited by the steward: their edits need no second pair of eyes."""

from django.db import migrations
from django.utils import timezone


def verify(apps, schema_editor):
    agencies = apps.get_model("agencies", "Agency").objects
    agencies.filter(memberships__isnull=False, verified_at=None).update(verified_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [("agencies", "0002_listings")]

    operations = [migrations.RunPython(verify, migrations.RunPython.noop)]
