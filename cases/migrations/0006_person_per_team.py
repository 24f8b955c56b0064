"""A person's record belongs to one team. Where two teams have worked from one record, each gets its own.

What stands in a record that was shared cannot be told apart any more, so each team keeps what it has worked with;
from here on nothing passes from one to the other. A record of no case is on no page, and goes.
"""

import django.db.models.deletion
from django.db import migrations, models

ONE_RECORD_EACH = """
UPDATE cases_person person SET agency_id = first.agency_id
FROM (SELECT DISTINCT ON (person_id) person_id, agency_id FROM cases_case ORDER BY person_id, opened_at, id) first
WHERE first.person_id = person.id;

DELETE FROM cases_person WHERE agency_id IS NULL;

CREATE TEMPORARY TABLE person_copy ON COMMIT DROP AS
SELECT gen_random_uuid() AS id, shared.person_id, shared.agency_id
FROM (
    SELECT DISTINCT c.person_id, c.agency_id FROM cases_case c
    JOIN cases_person person ON person.id = c.person_id WHERE c.agency_id <> person.agency_id
) shared;

INSERT INTO cases_person (id, agency_id, name, preferred_name, date_of_birth, nhs_number, phone, email, address, postcode,
    practice_id, contact_by, contact_avoid, best_time, leave_message, created_at, version)
SELECT copy.id, copy.agency_id, name, preferred_name, date_of_birth, nhs_number, phone, email, address, postcode,
    practice_id, contact_by, contact_avoid, best_time, leave_message, created_at, version
FROM person_copy copy JOIN cases_person person ON person.id = copy.person_id;

UPDATE cases_case c SET person_id = copy.id FROM person_copy copy
WHERE copy.person_id = c.person_id AND copy.agency_id = c.agency_id;

SET CONSTRAINTS ALL IMMEDIATE;
SET CONSTRAINTS ALL DEFERRED;
"""
CASE_OF_OWN_PERSON = """
ALTER TABLE cases_case ADD CONSTRAINT case_of_a_person_of_its_team
FOREIGN KEY (person_id, agency_id) REFERENCES cases_person (id, agency_id) DEFERRABLE INITIALLY DEFERRED
"""


class Migration(migrations.Migration):
    dependencies = [
        ("agencies", "0004_message_headers"),
        ("cases", "0005_bookings_moved"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="person", name="one_person_per_nhs_number"),
        migrations.RemoveIndex(model_name="person", name="person_born_at"),
        migrations.AddField(
            model_name="person",
            name="agency",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="people",
                to="agencies.agency",
            ),
        ),
        migrations.RunSQL(ONE_RECORD_EACH, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="person",
            name="agency",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="people",
                to="agencies.agency",
            ),
        ),
        migrations.AddIndex(
            model_name="person",
            index=models.Index(fields=["agency", "date_of_birth"], name="person_of_team_born"),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.UniqueConstraint(
                fields=["agency", "nhs_number"],
                condition=models.Q(("nhs_number", ""), _negated=True),
                name="one_person_per_nhs_number_in_a_team",
            ),
        ),
        migrations.AddConstraint(
            model_name="person",
            constraint=models.UniqueConstraint(fields=["id", "agency"], name="person_of_one_team"),
        ),
        migrations.RunSQL(
            CASE_OF_OWN_PERSON, "ALTER TABLE cases_case DROP CONSTRAINT case_of_a_person_of_its_team"
        ),
    ]
