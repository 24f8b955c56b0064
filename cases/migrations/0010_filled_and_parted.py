"""What a referral filled in of a person's record is kept, so that a wrong joining can be undone."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
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
            field=models.CharField(choices=[('opened', 'Case opened'), ('referred', 'Referral received'), ('phone', 'Phone call'), ('arranged', 'Call to book a time'), ('call', 'Video call'), ('visit', 'Visit'), ('no_answer', 'No answer'), ('note', 'Note'), ('correction', 'Correction'), ('fact', 'Key fact changed'), ('parted', 'Joined by mistake'), ('assigned', 'Given to a colleague'), ('agreed', 'Agreement'), ('sent_on', 'Referred on'), ('answered', 'Answer from a group'), ('withdrawn', 'Referral withdrawn'), ('signposted', 'Told about an activity'), ('booked', 'Booking'), ('attended', 'Came to an activity'), ('missed', 'Did not come to an activity'), ('closed', 'Case closed'), ('erased', 'Words removed by law')], max_length=15),
        ),
    ]
