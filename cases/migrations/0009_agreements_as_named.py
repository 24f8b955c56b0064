"""Who was named when the person agreed, kept as it was put then."""

from django.db import migrations, models

AS_NAMED = """
UPDATE cases_agreement agreement SET named = agency.name FROM agencies_agency agency
WHERE agency.id = agreement.agency_id;
SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0008_news")]

    operations = [
        migrations.AddField(
            model_name="agreement",
            name="named",
            field=models.CharField(
                default="",
                help_text="Who was named when the person agreed, as it was put then",
                max_length=600,
            ),
            preserve_default=False,
        ),
        migrations.RunSQL(AS_NAMED, migrations.RunSQL.noop),
    ]
