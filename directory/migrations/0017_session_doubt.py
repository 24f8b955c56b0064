"""Why a session may be off on its day, and when its group said that it is on all the same."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("directory", "0016_dangers")]

    operations = [
        migrations.AddField(
            model_name="session",
            name="check_first",
            field=models.CharField(
                blank=True,
                db_default="",
                help_text="Why it may be off on this day: “Christmas Day”",
                max_length=200,
            ),
        ),
        migrations.AddField(
            model_name="session",
            name="confirmed_at",
            field=models.DateTimeField(
                blank=True, help_text="When its group said that it is on all the same", null=True
            ),
        ),
    ]
