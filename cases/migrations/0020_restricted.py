"""Restricted cases: seats for named workers, records that are hidden, and openings in an emergency."""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0005_unsent_forms"),
        ("cases", "0019_layers"),
    ]

    operations = [
        migrations.CreateModel(
            name="EmergencyOpening",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "key",
                    models.UUIDField(
                        help_text="Idempotency: the second post with it gets the first's answer", unique=True
                    ),
                ),
                ("reason", models.TextField()),
                ("safeguarding", models.TextField(blank=True)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("until", models.DateTimeField()),
                ("reviewed_at", models.DateTimeField(blank=True, null=True)),
                ("finding", models.TextField(blank=True, help_text="What the lead who reviewed it found")),
                (
                    "steward_told_at",
                    models.DateTimeField(blank=True, help_text="That it was not reviewed in time", null=True),
                ),
            ],
            options={
                "ordering": ["-at", "id"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="circle",
            name="once_in_a_circle",
        ),
        migrations.RemoveConstraint(
            model_name="person",
            name="one_person_per_nhs_number_in_a_team",
        ),
        migrations.AddField(
            model_name="case",
            name="restriction",
            field=models.CharField(
                blank=True,
                choices=[
                    ("named", "Only the workers named"),
                    ("protected", "Only the workers named, and nobody outside the team"),
                ],
                db_default="",
                default="",
                max_length=10,
            ),
        ),
        migrations.AddField(
            model_name="circle",
            name="member",
            field=models.ForeignKey(
                blank=True,
                help_text="None: all of it",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="seats",
                to="agencies.membership",
            ),
        ),
        migrations.AddField(
            model_name="circle",
            name="until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="person",
            name="hidden",
            field=models.BooleanField(db_default=False, default=False, help_text="A case of theirs is restricted"),
        ),
        migrations.AlterField(
            model_name="entry",
            name="kind",
            field=models.CharField(
                choices=[('opened', 'Case opened'), ('referred', 'Referral received'), ('phone', 'Phone call'), ('arranged', 'Call to book a time'), ('call', 'Video call'), ('visit', 'Visit'), ('no_answer', 'No answer'), ('note', 'Note'), ('correction', 'Correction'), ('fact', 'Key fact changed'), ('offered', 'Key fact, as another team has it'), ('asked', 'Asked another team'), ('parted', 'Joined by mistake'), ('assigned', 'Given to a colleague'), ('agreed', 'Agreement'), ('purpose', 'Who sees what'), ('restricted', 'Who of the team sees it'), ('emergency', 'Opened in an emergency'), ('sent_on', 'Referred on'), ('answered', 'Answer from a group'), ('withdrawn', 'Referral withdrawn'), ('signposted', 'Told about an activity'), ('booked', 'Booking'), ('attended', 'Came to an activity'), ('missed', 'Did not come to an activity'), ('closed', 'Case closed'), ('held', 'Legal hold'), ('right', 'What the person asked for'), ('statement', 'The person’s own statement'), ('erased', 'Words removed by law')],
                max_length=15,
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(("restriction__in", ["", "named", "protected"])), name="restriction_is_known"
            ),
        ),
        migrations.AddConstraint(
            model_name="circle",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)),
                fields=("case", "agency", "member"),
                name="once_in_a_circle",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.UniqueConstraint(
                condition=models.Q(models.Q(("nhs_number", ""), _negated=True), ("hidden", False)),
                fields=("agency", "nhs_number"),
                name="one_person_per_nhs_number_in_a_team",
            ),
        ),
        migrations.AddField(
            model_name="emergencyopening",
            name="agency",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.agency"
            ),
        ),
        migrations.AddField(
            model_name="emergencyopening",
            name="case",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="emergencies", to="cases.case"
            ),
        ),
        migrations.AddField(
            model_name="emergencyopening",
            name="member",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="agencies.membership"
            ),
        ),
        migrations.AddField(
            model_name="emergencyopening",
            name="reviewed_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="agencies.membership",
            ),
        ),
        migrations.AddField(
            model_name="reading",
            name="emergency",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="readings",
                to="cases.emergencyopening",
            ),
        ),
        migrations.AddIndex(
            model_name="emergencyopening",
            index=models.Index(fields=["agency", "-at"], name="emergencies_of_agency"),
        ),
        migrations.AddIndex(
            model_name="emergencyopening",
            index=models.Index(fields=["case", "member"], name="emergencies_of_case"),
        ),
        migrations.AddConstraint(
            model_name="emergencyopening",
            constraint=models.CheckConstraint(condition=models.Q(("until__gt", models.F("at"))), name="emergency_ends"),
        ),
        migrations.AddConstraint(
            model_name="emergencyopening",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="emergency_has_a_reason"
            ),
        ),
        migrations.AddConstraint(
            model_name="emergencyopening",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("reviewed_at", None), ("reviewed_by", None)),
                    models.Q(
                        ("reviewed_at__isnull", False),
                        ("reviewed_by__isnull", False),
                        models.Q(("finding", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="emergency_reviewed_by_somebody",
            ),
        ),
    ]
