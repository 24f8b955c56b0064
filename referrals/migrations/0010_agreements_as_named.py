"""Who was named when the person agreed, kept as it was put; and on what ground a referral was passed on.

Until now a referral that was passed on said that the person had agreed to the team that got it. The team that was named
is the one that first passed it on. Moves are never rewritten: the grounds of those that are there were not noted.
"""

import django.db.models.deletion
from django.db import migrations, models

AS_NAMED = """
UPDATE referrals_referral r SET
    agreed_with_id = named.id,
    agreed_with_name = concat_ws(', ', (SELECT s.name FROM directory_service s WHERE s.id = r.service_id), named.name),
    agreed_tell_name = CASE WHEN r.agreed_to_tell THEN sender.name ELSE '' END
FROM agencies_agency named, agencies_agency sender
WHERE sender.id = r.from_agency_id AND named.id = coalesce(
    (SELECT m.written_for_id FROM referrals_move m
     WHERE m.referral_id = r.id AND m.to_agency_id IS NOT NULL ORDER BY m.number LIMIT 1),
    r.to_agency_id
);
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0004_message_headers"),
        ("directory", "0001_initial"),
        ("referrals", "0009_unattended"),
    ]

    operations = [
        migrations.AddField(
            model_name="move",
            name="ground",
            field=models.CharField(
                blank=True,
                choices=[
                    ("agreed_phone", "They were asked and agreed, on the phone"),
                    ("agreed_face", "They were asked and agreed, face to face"),
                    ("agreed_writing", "They were asked and agreed, in writing"),
                    ("not_reached", "Not asked: they could not be reached, and the other team asks them first"),
                    (
                        "best_interests",
                        "Not asked: they cannot decide this themselves, and it is in their best interests",
                    ),
                    ("harm", "Not asked: somebody could come to harm if it waited"),
                ],
                db_default="",
                default="",
                help_text="On what ground it was passed on: whether the person was asked again",
                max_length=20,
            ),
        ),
        migrations.AddField(
            model_name="move",
            name="to_agency_name",
            field=models.CharField(blank=True, db_default="", default="", help_text="As named then", max_length=255),
        ),
        migrations.AlterField(
            model_name="referral",
            name="agreed_to_tell",
            field=models.BooleanField(default=False, help_text="The person agrees that the sender hears back"),
        ),
        migrations.AddField(
            model_name="referral",
            name="agreed_tell_name",
            field=models.CharField(
                blank=True,
                default="",
                help_text="Who they agreed is told, as named then; blank for nobody",
                max_length=255,
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="agreed_with_name",
            field=models.CharField(
                default="", help_text="What it was called then, with the service if any", max_length=600
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="referral",
            name="agreed_with",
            field=models.ForeignKey(
                help_text="Who was named when the person agreed; stays so",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="agencies.agency",
            ),
        ),
        migrations.RunSQL(AS_NAMED, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="referral",
            name="agreed_with",
            field=models.ForeignKey(
                help_text="Who was named when the person agreed; stays so",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="agencies.agency",
            ),
        ),
    ]
