"""The needs a place starts with, in plain words; from then on the list is its own."""

import uuid

from django.db import migrations

NAMESPACE = uuid.UUID("6f0c1c1e-5d0a-5f5e-9d0b-7a6a1d3a52c1")  # the same ids in each place, so that feeds agree
NEEDS = [  # code, name, and the words by which services that do not carry the need are found
    ("loneliness", "Loneliness or isolation", "lonely, isolated, isolation, befriending, companionship, friendship, make friends, meet people, social group, coffee morning, lunch club"),
    ("mental-wellbeing", "Mental wellbeing", "mental health, anxiety, depression, counselling, low mood, stress, mindfulness, self-esteem, listening service, men's shed"),
    ("bereavement", "Bereavement", "bereaved, grief, grieving, loss of a loved one, widowed"),
    ("active", "Being more active", "exercise, fitness, walking group, health walk, swimming, yoga, tai chi, dance, gym, sport, cycling, gardening, bowls, pilates, falls prevention"),
    ("long-term-condition", "Living with a health condition", "long-term condition, diabetes, dementia, memory café, memory loss, stroke, cancer, arthritis, chronic pain, heart disease, COPD, parkinson's, disability, disabled, sight loss, hearing loss"),
    ("caring", "Caring for someone", "carer, carers, young carers, respite, sitting service, looking after someone, caring responsibilities"),
    ("family", "Family and children", "parents, parenting, toddler, baby, families, playgroup, children's centre, family support, youth club, pregnancy"),
    ("money", "Money, benefits or debt", "debt, welfare benefits, universal credit, money advice, budgeting, pension credit, attendance allowance, energy bills, citizens advice"),
    ("food", "Food", "food bank, foodbank, pantry, community fridge, community meal, cookery, cooking, healthy eating, lunch club, meals on wheels"),
    ("housing", "Housing", "homeless, homelessness, tenancy, tenants, rent arrears, landlord, eviction, rough sleeping, supported accommodation, home repairs, handyperson, damp"),
    ("work-learning", "Work, learning or volunteering", "employment, job club, jobseekers, training, volunteering, volunteer, adult learning, english classes, ESOL, digital skills, computer skills, apprenticeships"),
    ("transport", "Getting out and about", "community transport, transport, minibus, shopmobility, wheelchair hire, dial a ride, volunteer drivers, outing"),
    ("alcohol-drugs", "Alcohol or drugs", "alcohol, alcoholics, drug and alcohol, addiction, substance misuse, recovery group, gambling"),
    ("safety", "Abuse or feeling unsafe", "domestic abuse, domestic violence, sexual violence, refuge, victim support, hate crime, safeguarding, scams"),
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
