"""Words that mean the same in the rules of danger. What the steward has not changed is as it is shipped now.

It cannot be taken back: older code reads no rule with a list in it, and would see hardly any danger without a word.
"""

import json
from datetime import timedelta
from pathlib import Path

from django.db import migrations, models
from django.db.models import Min

SHIPPED = Path(__file__).parents[1] / "search"
MIN_UNTOUCHED = 3
AT_ONCE = timedelta(minutes=1)  # in which 0016 wrote those it shipped: what was changed later is the steward's


def read_shipped(name):
    return json.loads((SHIPPED / name).read_text(encoding="utf-8"))


def add_words(apps, schema_editor):
    Danger, DangerWords = (apps.get_model("directory", name) for name in ("Danger", "DangerWords"))
    DangerWords.objects.bulk_create(
        DangerWords(name=name, words="\n".join(lines)) for name, lines in read_shipped("danger_words.json").items()
    )
    first = Danger.objects.aggregate(at=Min("changed_at"))["at"]
    untouched = Danger.objects.filter(changed_at__lt=first + AT_ONCE) if first else Danger.objects.none()
    if untouched.count() < MIN_UNTOUCHED:  # every one of those that were shipped has been changed since
        untouched = Danger.objects.none()
    for order, row in enumerate(read_shipped("dangers.json"), 1):
        lists = {name: "\n".join(row[name]) for name in ("ring", "rules", "spared")}
        shipped = {"name": row["name"], "finds": row["finds"], "order": order * 10, **lists}
        if not untouched.filter(code=row["code"]).update(**shipped):
            Danger.objects.get_or_create(code=row["code"], defaults=shipped)


class Migration(migrations.Migration):

    dependencies = [
        ('directory', '0023_school_terms'),
    ]

    operations = [
        migrations.CreateModel(
            name='DangerWords',
            fields=[
                ('name', models.SlugField(primary_key=True, serialize=False)),
                ('words', models.TextField(help_text='With / or a line\'s end between them; of the list "harmless", a rule a line')),
                ('changed_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'verbose_name_plural': 'danger words',
                'ordering': ['name'],
                'constraints': [models.CheckConstraint(condition=models.Q(('words', ''), _negated=True), name='danger_words_are_some')],
            },
        ),
        migrations.RunPython(add_words),
    ]
