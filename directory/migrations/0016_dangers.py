"""What people type when somebody may be in danger, and whom to ring first: the place's own from then on."""

import json
from pathlib import Path

from django.db import migrations, models

SHIPPED = Path(__file__).parents[1] / "search" / "dangers.json"


def add_dangers(apps, schema_editor):
    """The shipped ones; what a place has by that code stays as it is."""
    Danger = apps.get_model("directory", "Danger")
    for order, row in enumerate(json.loads(SHIPPED.read_text(encoding="utf-8")), 1):
        lists = {name: "\n".join(row[name]) for name in ("ring", "rules", "spared")}
        defaults = {"name": row["name"], "finds": row["finds"], "order": order * 10, **lists}
        Danger.objects.get_or_create(code=row["code"], defaults=defaults)


class Migration(migrations.Migration):

    dependencies = [
        ('directory', '0015_needs_as_said'),
    ]

    operations = [
        migrations.CreateModel(
            name='Danger',
            fields=[
                ('id', models.BigAutoField(primary_key=True, serialize=False)),
                ('code', models.SlugField(unique=True)),
                ('name', models.CharField(max_length=150)),
                ('order', models.PositiveSmallIntegerField(default=0)),
                ('ring', models.TextField(help_text="Whom to ring, the first first: 'Samaritans, day or night: 116 123', one a line")),
                ('rules', models.TextField(help_text='What people type, one rule a line: directory/search/phrases.py')),
                ('spared', models.TextField(blank=True, help_text='What only sounds like it, as rules')),
                ('finds', models.CharField(blank=True, help_text='Words: only what speaks of one of these is shown', max_length=500)),
                ('off_at', models.DateTimeField(blank=True, null=True)),
                ('changed_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'ordering': ['order', 'id'],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), models.Q(('ring', ''), _negated=True), models.Q(('rules', ''), _negated=True)), name='danger_is_whole')],
            },
        ),
        migrations.RunPython(add_dangers, migrations.RunPython.noop),
    ]
