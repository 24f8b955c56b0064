"""Each look-up by NHS number is noted, and the notes are never rewritten."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from config.append_only import refuse_changes


class Migration(migrations.Migration):

    dependencies = [
        ('agencies', '0004_message_headers'),
        ('referrals', '0006_bookings_moved_out'),
    ]

    operations = [
        migrations.CreateModel(
            name='LookUp',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('number_hash', models.CharField(help_text='A keyed hash: tells whether a number that somebody asks about was looked up', max_length=64)),
                ('found', models.BooleanField(help_text='Their own agency had sent or received a referral with it')),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.membership')),
            ],
            options={
                'ordering': ['-at', 'id'],
                'indexes': [models.Index(fields=['member', '-at'], name='look_ups_of_member')],
            },
        ),
        *refuse_changes("referrals_lookup"),
    ]
