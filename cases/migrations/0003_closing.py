"""The reasons and outcomes a place starts with; from then on the lists are its own.

SNOMED CT 871711000000103 "Social prescribing declined (situation)": shared/standards/nhs.md, 4.3.
"""

from django.db import migrations

DECLINED = ("871711000000103", "Social prescribing declined (situation)")
NONE = ("", "")

REASONS = [
    ("goals", "They have done what they set out to do", "completed", NONE),
    ("settled", "They are settled with a group or service", "completed", NONE),
    ("person-declined", "They do not want this support", "completed", DECLINED),
    ("no-contact", "We lost contact after several tries", "lost_contact", NONE),
    ("moved-away", "They moved away", "completed", NONE),
    ("other-team", "Another team is supporting them now", "completed", NONE),
    ("needs-more", "They need more than a connector can offer", "completed", NONE),
    ("died", "They died", "completed", NONE),
]
OUTCOMES = [
    ("connected", "They see more of other people"),
    ("active", "They are more active"),
    ("wellbeing", "They feel better in themselves"),
    ("practical", "A practical problem is solved or in hand"),
    ("supported", "They have the support of another service"),
    ("volunteering", "They volunteer, learn or work"),
    ("no-change", "Things are much the same"),
    ("not-known", "We do not know"),
]


def add_lists(apps, schema_editor):
    ClosingReason = apps.get_model("cases", "ClosingReason")
    for order, (code, text, becomes, (snomed, term)) in enumerate(REASONS, 1):
        ClosingReason.objects.get_or_create(code=code, defaults={
            "text": text, "referral_becomes": becomes, "snomed": snomed, "snomed_term": term, "order": order * 10,
        })
    Outcome = apps.get_model("cases", "Outcome")
    for order, (code, text) in enumerate(OUTCOMES, 1):
        Outcome.objects.get_or_create(code=code, defaults={"text": text, "order": order * 10})


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_append_only")]

    operations = [migrations.RunPython(add_lists, migrations.RunPython.noop)]
