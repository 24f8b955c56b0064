"""Layers of entries, and the purpose by which an agency of a circle sees them.

What stands keeps what it may see now: agencies in a circle today are there "as agreed before layers were kept apart"
and see every layer, until the team that owns the case says what they are there for. Entries that stand are not sorted:
of the agencies that join from now on none sees them. A seat made from now on sees the least unless it says more. Both
columns come with a constant, so that no row is rewritten, and the chain of an entry that is not sorted is as it was.
"""

from django.db import migrations, models

LAYERS = [
    ("contact", "How to reach them"),
    ("wellbeing", "Daily life and wellbeing"),
    ("health", "Health"),
    ("money", "Money and housing"),
    ("safety", "Safety"),
    ("unsorted", "Not sorted: no one else was helping when it was written"),
]
PURPOSES = [
    ("works_with", "Works with the person"),
    ("health_care", "Health care"),
    ("care", "Care and support at home"),
    ("advice", "Advice on money, benefits and housing"),
    ("company", "Company, activities and getting about"),
    ("as_before", "As agreed before layers were kept apart"),
]


def purpose_field(default):
    return models.CharField(
        choices=PURPOSES, db_default=default, default=default, help_text="Which layers it needs", max_length=15
    )


class Migration(migrations.Migration):
    dependencies = [("cases", "0018_erasing_state")]

    operations = [
        migrations.AddField(
            "entry", "layer", models.CharField(choices=LAYERS, db_default="unsorted", default="unsorted", max_length=10)
        ),
        migrations.AddField("circle", "purpose_kind", purpose_field("as_before")),
        migrations.AlterField("circle", "purpose_kind", purpose_field("company")),
        migrations.AddConstraint(
            "circle",
            models.CheckConstraint(
                condition=models.Q(("purpose_kind__in", [value for value, _ in PURPOSES])),
                name="circle_purpose_is_known",
            ),
        ),
        migrations.AddConstraint(
            "entry",
            models.CheckConstraint(
                condition=models.Q(("layer__in", [value for value, _ in LAYERS])), name="entry_layer_is_known"
            ),
        ),
    ]
