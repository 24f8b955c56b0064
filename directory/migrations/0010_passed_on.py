"""When a reader's report was sent on to the group."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("directory", "0009_marks")]

    operations = [
        migrations.AddField(
            model_name="proposal",
            name="passed_on_at",
            field=models.DateTimeField(blank=True, help_text="Sent on to the group by e-mail", null=True),
        ),
    ]
