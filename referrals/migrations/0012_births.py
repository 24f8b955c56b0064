"""A date of birth may be known to the month or the year only, or guessed."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('referrals', '0011_near_names'),
    ]

    operations = [
        migrations.AddField(
            model_name='referral',
            name='birth_precision',
            field=models.CharField(choices=[('day', 'To the day'), ('month', 'To the month'), ('year', 'To the year'), ('about', 'About the year')], db_default='day', default='day', max_length=10),
        ),
    ]
