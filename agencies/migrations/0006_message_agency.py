"""Whose page shows a message: the database lets nobody else read it. Those of invitations are known here."""

import django.db.models.deletion
from django.db import migrations, models

FILL = """
UPDATE agencies_message m SET agency_id = i.agency_id FROM agencies_invitation i
WHERE m.key = 'invitation:' || i.token_hash
"""


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0005_unsent_forms"),
    ]

    operations = [
        migrations.AddField(
            model_name="message",
            name="agency",
            field=models.ForeignKey(
                blank=True,
                help_text="In whose name it is said, and who may read it on a page; nobody where it is empty",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="agencies.agency",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
    ]
