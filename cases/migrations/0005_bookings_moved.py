"""A case's booking points to the app that bookings have become: the same table, so state alone."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0001_initial"),
        ("cases", "0004_bookings"),
    ]
    run_before = [("referrals", "0006_bookings_moved_out")]  # which forgets the model that this pointed to

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.AlterField(
                    model_name="casebooking",
                    name="booking",
                    field=models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="case_booking", to="bookings.booking"
                    ),
                ),
            ],
        ),
    ]
