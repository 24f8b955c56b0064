"""Files with personal data that left, each noted for good."""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.db import migrations, models

from config.append_only import refuse_changes


class Migration(migrations.Migration):

    dependencies = [
        ('agencies', '0012_required_provider'),
    ]

    operations = [
        migrations.CreateModel(
            name='Export',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('member_name', models.CharField(max_length=255)),
                ('agency_name', models.CharField(max_length=255)),
                ('at', models.DateTimeField(default=django.utils.timezone.now)),
                ('what', models.CharField(max_length=100)),
                ('about', models.CharField(blank=True, max_length=40)),
                ('people', models.PositiveIntegerField(default=1)),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.membership')),
            ],
            options={
                'ordering': ['-at', 'id'],
                'indexes': [models.Index(fields=['agency', '-at'], name='exports_of_agency')],
            },
        ),
        *refuse_changes("agencies_export"),
    ]
