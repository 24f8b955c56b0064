"""What a referral filled in of a record is kept; one team can ask another; a birthday may be known roughly."""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('agencies', '0005_unsent_forms'),
        ('cases', '0009_agreements_as_named'),
    ]

    operations = [
        migrations.AddField(
            model_name='casereferral',
            name='filled',
            field=models.JSONField(blank=True, default=dict, help_text="What of the person's record came from this referral: column, value as text"),
        ),
        migrations.AlterField(
            model_name='entry',
            name='kind',
            field=models.CharField(choices=[('opened', 'Case opened'), ('referred', 'Referral received'), ('phone', 'Phone call'), ('arranged', 'Call to book a time'), ('call', 'Video call'), ('visit', 'Visit'), ('no_answer', 'No answer'), ('note', 'Note'), ('correction', 'Correction'), ('fact', 'Key fact changed'), ('asked', 'Asked another team'), ('parted', 'Joined by mistake'), ('assigned', 'Given to a colleague'), ('agreed', 'Agreement'), ('sent_on', 'Referred on'), ('answered', 'Answer from a group'), ('withdrawn', 'Referral withdrawn'), ('signposted', 'Told about an activity'), ('booked', 'Booking'), ('attended', 'Came to an activity'), ('missed', 'Did not come to an activity'), ('closed', 'Case closed'), ('erased', 'Words removed by law')], max_length=15),
        ),
        migrations.CreateModel(
            name='TeamQuestion',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('asked_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('answer', models.CharField(blank=True, choices=[('yes', 'Yes, and they may know it'), ('unsaid', 'No, or nothing is told')], max_length=10)),
                ('answered_at', models.DateTimeField(blank=True, null=True)),
                ('about_case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='questions', to='cases.case')),
                ('answered_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.membership')),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.membership')),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='questions_asked', to='cases.case')),
            ],
            options={
                'ordering': ['-asked_at', 'id'],
                'constraints': [models.UniqueConstraint(fields=('case', 'about_case'), name='asked_once_about_a_case'), models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at', None), ('answered_by', None)), models.Q(models.Q(('answer', ''), _negated=True), ('answered_at__isnull', False), ('answered_by__isnull', False)), _connector='OR'), name='question_answered_by_somebody')],
            },
        ),
        migrations.AddField(
            model_name='person',
            name='birth_precision',
            field=models.CharField(choices=[('day', 'To the day'), ('month', 'To the month'), ('year', 'To the year'), ('about', 'About the year')], db_default='day', default='day', max_length=10),
        ),
    ]
