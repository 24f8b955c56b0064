"""Which agencies see a case today, on the case itself: what row-level security reads, kept by a trigger of the circle.

No field of the model, so that no save of a case writes it. Runs as the owner, whatever the role that fires it.
"""

from django.db import migrations

MAKE = """
ALTER TABLE cases_case ADD COLUMN viewers uuid[] NOT NULL DEFAULT '{}';

UPDATE cases_case k SET viewers = ARRAY(
    SELECT c.agency_id FROM cases_circle c WHERE c.case_id = k.id AND c.ended_at IS NULL ORDER BY c.agency_id
);

CREATE FUNCTION keep_viewers() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE cases_case k SET viewers = ARRAY(
        SELECT c.agency_id FROM cases_circle c WHERE c.case_id = k.id AND c.ended_at IS NULL ORDER BY c.agency_id
    ) WHERE k.id IN (OLD.case_id, NEW.case_id);
    RETURN NULL;
END $$;

CREATE TRIGGER keep_viewers AFTER INSERT OR UPDATE OR DELETE ON cases_circle
    FOR EACH ROW EXECUTE FUNCTION keep_viewers();
"""
DROP = """
DROP TRIGGER keep_viewers ON cases_circle;
DROP FUNCTION keep_viewers();
ALTER TABLE cases_case DROP COLUMN viewers;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0011_codes_with_terms"),
    ]

    operations = [migrations.RunSQL(MAKE, DROP)]
