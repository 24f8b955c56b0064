"""Bookings are an app of their own now, with the same tables: state alone."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0001_initial"),
        ("referrals", "0005_alerts"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.DeleteModel(name="BookingMove"),
                migrations.DeleteModel(name="BookingLink"),
                migrations.DeleteModel(name="Booking"),
            ],
        ),
    ]
