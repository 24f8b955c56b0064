"""Bookings become an app of their own. Their tables were made by the referrals and stay as they are: state alone."""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('agencies', '0004_message_headers'),
        ('directory', '0014_help_texts'),
        ('referrals', '0005_alerts'),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='Booking',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('key', models.UUIDField(help_text="Idempotency: the second post with it gets the first's answer", unique=True)),
                        ('number', models.PositiveIntegerField(help_text='1, 2, 3 … within the session, in the order they came')),
                        ('status', models.CharField(choices=[('waiting', 'On the waiting list'), ('offered', 'A place is offered'), ('booked', 'Booked'), ('attended', 'Came'), ('missed', 'Did not come'), ('cancelled', 'Cancelled'), ('lapsed', 'The offer ran out'), ('full', 'No place came free'), ('called_off', 'Session cancelled')], max_length=10)),
                        ('name', models.CharField(blank=True, max_length=120)),
                        ('phone', models.CharField(blank=True, max_length=30)),
                        ('email', models.EmailField(blank=True, max_length=254)),
                        ('note', models.CharField(blank=True, help_text='What the person wants the group to know', max_length=300)),
                        ('made_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('moved_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('moves_made', models.PositiveIntegerField(default=0)),
                        ('offered_until', models.DateTimeField(blank=True, help_text='So long the place offered is held', null=True)),
                        ('reminded_at', models.DateTimeField(blank=True, null=True)),
                        ('blanked_at', models.DateTimeField(blank=True, help_text='When name and contact were taken out', null=True)),
                        ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='bookings', to='directory.session')),
                        ('team', models.ForeignKey(blank=True, help_text='The connector team that books for somebody, and tells them the news', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                    ],
                    options={
                        'db_table': 'referrals_booking',
                        'ordering': ['session', 'number'],
                    },
                ),
                migrations.CreateModel(
                    name='BookingLink',
                    fields=[
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('token_hash', models.CharField(max_length=64, unique=True)),
                        ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('booking', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='links', to='bookings.booking')),
                    ],
                    options={
                        'db_table': 'referrals_bookinglink',
                        'ordering': ['-created_at', 'id'],
                    },
                ),
                migrations.CreateModel(
                    name='BookingMove',
                    fields=[
                        ('hand', models.CharField(choices=[('member', 'Member'), ('person', 'The person'), ('link', 'By link'), ('system', 'Hereabouts')], max_length=10)),
                        ('author_name', models.CharField(max_length=255)),
                        ('agency_name', models.CharField(blank=True, max_length=255)),
                        ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                        ('number', models.PositiveIntegerField(help_text='1, 2, 3 … within the booking')),
                        ('before', models.CharField(blank=True, choices=[('waiting', 'On the waiting list'), ('offered', 'A place is offered'), ('booked', 'Booked'), ('attended', 'Came'), ('missed', 'Did not come'), ('cancelled', 'Cancelled'), ('lapsed', 'The offer ran out'), ('full', 'No place came free'), ('called_off', 'Session cancelled')], max_length=10)),
                        ('after', models.CharField(choices=[('waiting', 'On the waiting list'), ('offered', 'A place is offered'), ('booked', 'Booked'), ('attended', 'Came'), ('missed', 'Did not come'), ('cancelled', 'Cancelled'), ('lapsed', 'The offer ran out'), ('full', 'No place came free'), ('called_off', 'Session cancelled')], max_length=10)),
                        ('at', models.DateTimeField(default=django.utils.timezone.now)),
                        ('words', models.CharField(blank=True, help_text='Why, for the person to read', max_length=300)),
                        ('key', models.UUIDField(blank=True, help_text='Idempotency key of the form that made it', null=True)),
                        ('booking', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='moves', to='bookings.booking')),
                        ('written_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.membership')),
                        ('written_for', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='agencies.agency')),
                    ],
                    options={
                        'db_table': 'referrals_bookingmove',
                        'ordering': ['booking', 'number'],
                    },
                ),
                migrations.AddIndex(
                    model_name='booking',
                    index=models.Index(condition=models.Q(('status', 'offered')), fields=['offered_until'], name='booking_offers'),
                ),
                migrations.AddIndex(
                    model_name='booking',
                    index=models.Index(fields=['session', 'status'], name='booking_by_status'),
                ),
                migrations.AddConstraint(
                    model_name='booking',
                    constraint=models.UniqueConstraint(fields=('session', 'number'), name='bookings_are_numbered'),
                ),
                migrations.AddConstraint(
                    model_name='booking',
                    constraint=models.CheckConstraint(condition=models.Q(('status__in', ['waiting', 'offered', 'booked', 'attended', 'missed', 'cancelled', 'lapsed', 'full', 'called_off'])), name='booking_status_is_known'),
                ),
                migrations.AddConstraint(
                    model_name='booking',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('status', 'offered'), _negated=True), ('offered_until__isnull', False), _connector='OR'), name='booking_offer_has_an_end'),
                ),
                migrations.AddConstraint(
                    model_name='booking',
                    constraint=models.CheckConstraint(condition=models.Q(('blanked_at', None), models.Q(('email', ''), ('name', ''), ('note', ''), ('phone', '')), _connector='OR'), name='booking_blanked_is_blank'),
                ),
                migrations.AddConstraint(
                    model_name='booking',
                    constraint=models.CheckConstraint(condition=models.Q(models.Q(('name', ''), _negated=True), ('blanked_at__isnull', False), _connector='OR'), name='booking_has_a_name'),
                ),
                migrations.AddConstraint(
                    model_name='bookingmove',
                    constraint=models.UniqueConstraint(fields=('booking', 'number'), name='booking_moves_are_numbered'),
                ),
                migrations.AddConstraint(
                    model_name='bookingmove',
                    constraint=models.UniqueConstraint(fields=('booking', 'key'), name='one_booking_move_per_post'),
                ),
            ],
        ),
    ]
