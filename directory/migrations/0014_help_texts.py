
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('directory', '0013_elsewhere'),
    ]

    operations = [
        migrations.AlterField(
            model_name='service',
            name='quality',
            field=models.PositiveSmallIntegerField(db_default=0, default=0, help_text='0 to 100: how much the listing tells'),
        ),
        migrations.AlterField(
            model_name='spot',
            name='written_as',
            field=models.PositiveSmallIntegerField(db_default=0, default=0, help_text='Version of the index that wrote it: an older row is written anew'),
        ),
    ]
