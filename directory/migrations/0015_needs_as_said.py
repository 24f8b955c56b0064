"""The needs as people say them, for the front page: a place's own words stay as they are."""

from django.db import migrations, models

SAID = [  # code, as people say it, what there is for it
    ("loneliness", "Company and friendship", "Coffee mornings, clubs, a call"),
    ("mental-wellbeing", "Feeling low or worried", "Someone to listen, groups that lift"),
    ("bereavement", "Loss and grief", "Company for those who have lost someone"),
    ("active", "Moving more", "Walks, chair exercise, swimming"),
    ("long-term-condition", "Living with a health condition", "Others who know what it is like"),
    ("caring", "Caring for someone", "A break, other carers, your rights"),
    ("family", "Family and children", "Playgroups, help for parents"),
    ("money", "Money, benefits or debt", "Free advice, help with bills"),
    ("food", "Food and warmth", "Lunches, pantries, cooking together"),
    ("housing", "Housing", "A place to live, repairs, rent"),
    ("work-learning", "Work and learning", "Courses, volunteering, computers"),
    ("transport", "Getting about", "Lifts, minibuses, wheelchairs"),
    ("alcohol-drugs", "Alcohol or drugs", "Somebody to talk to, groups"),
    ("safety", "Feeling unsafe", "Help with abuse, scams or hate"),
]


def say_needs(apps, schema_editor):
    TaxonomyTerm = apps.get_model("directory", "TaxonomyTerm")
    for code, said, description in SAID:
        terms = TaxonomyTerm.objects.filter(taxonomy__code="needs", code=code)
        terms.filter(said="").update(said=said)
        terms.filter(description="").update(description=description)


class Migration(migrations.Migration):
    dependencies = [("directory", "0014_help_texts")]

    operations = [
        migrations.AddField(
            model_name="taxonomyterm",
            name="said",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="As people say it, on the front page: 'Company and friendship'",
                max_length=100,
            ),
        ),
        migrations.RunPython(say_needs, migrations.RunPython.noop),
    ]
