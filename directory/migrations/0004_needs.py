"""The needs a place starts with, in plain words; from then on the list is its own."""

import uuid

from django.db import migrations

NAMESPACE = uuid.UUID("6f0c1c1e-5d0a-5f5e-9d0b-7a6a1d3a52c1")  # the same ids in each place, so that feeds agree
NEEDS = [
    ("loneliness", "Loneliness or isolation", "lonely, isolated, befriending, friendship, social, coffee morning, company, chat"),
    ("mental-wellbeing", "Mental wellbeing", "anxiety, depression, low mood, stress, worry, counselling, mental health"),
    ("bereavement", "Bereavement", "grief, loss, death, widowed, mourning"),
    ("active", "Being more active", "exercise, walking, walk, sport, fitness, swimming, gym, dance, gardening, falls"),
    ("long-term-condition", "Living with a health condition", "diabetes, pain, breathing, copd, stroke, heart, cancer, memory, dementia"),
    ("caring", "Caring for someone", "carer, carers, respite, sitting service, dementia"),
    ("family", "Family and children", "parents, baby, toddler, play, children, youth, pregnancy"),
    ("money", "Money, benefits or debt", "debt, benefits, energy bills, budgeting, universal credit, pension, advice"),
    ("food", "Food", "pantry, food bank, lunch, meals, cooking"),
    ("housing", "Housing", "homeless, tenancy, rent, repairs, damp, eviction"),
    ("work-learning", "Work, learning or volunteering", "job, cv, training, course, english, computer, volunteer"),
    ("transport", "Getting out and about", "transport, minibus, lift, driver, shopping, outing"),
    ("alcohol-drugs", "Alcohol or drugs", "drinking, addiction, recovery, substance"),
    ("safety", "Abuse or feeling unsafe", "domestic abuse, violence, refuge, scams, hate crime"),
    ("something-else", "Something else", ""),
]


def add_needs(apps, schema_editor):
    Taxonomy = apps.get_model("directory", "Taxonomy")
    TaxonomyTerm = apps.get_model("directory", "TaxonomyTerm")
    taxonomy, _ = Taxonomy.objects.get_or_create(
        code="needs",
        defaults={"id": uuid.uuid5(NAMESPACE, "needs"), "name": "Needs", "description": "What people may need help with"},
    )
    for order, (code, name, words) in enumerate(NEEDS, 1):
        TaxonomyTerm.objects.get_or_create(
            taxonomy=taxonomy,
            code=code,
            defaults={"id": uuid.uuid5(NAMESPACE, code), "name": name, "words": words, "order": order * 10},
        )


class Migration(migrations.Migration):
    dependencies = [("directory", "0003_cells")]

    operations = [migrations.RunPython(add_needs, migrations.RunPython.noop)]
