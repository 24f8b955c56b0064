"""Searches are counted as look-ups are, each kind by itself."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agencies', '0013_exports'),
        ('referrals', '0014_erased_by_side'),
    ]

    operations = [
        migrations.AddField(
            model_name='lookup',
            name='kind',
            field=models.CharField(choices=[('number', 'NHS number, to refer'), ('search', 'Name, phone, number or reference'), ('emergency', 'To open a case in an emergency')], db_default='number', default='number', max_length=10),
        ),
        migrations.AlterField(
            model_name='lookup',
            name='found',
            field=models.BooleanField(help_text='Somebody was shown'),
        ),
        migrations.AlterField(
            model_name='lookup',
            name='number_hash',
            field=models.CharField(help_text='A keyed hash: tells whether what somebody asks about was looked up', max_length=64),
        ),
        migrations.AddIndex(
            model_name='lookup',
            index=models.Index(fields=['agency', '-at'], name='look_ups_of_agency'),
        ),
    ]
