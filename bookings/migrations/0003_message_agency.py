"""What was written about bookings is read by the group whose session it is."""

from django.db import migrations

FILL = """
UPDATE agencies_message m SET agency_id = v.agency_id
FROM directory_session s JOIN directory_service v ON v.id = s.service_id
WHERE m.key LIKE 'booking %' AND split_part(m.key, ' ', 2) = s.id::text
"""


class Migration(migrations.Migration):
    dependencies = [
        ("bookings", "0002_repeats"),
        ("agencies", "0006_message_agency"),
    ]

    operations = [migrations.RunSQL(FILL, migrations.RunSQL.noop)]
