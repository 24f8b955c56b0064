"""What row-level security reads of restricted cases: who is named, on the case, and from whom a referral is hidden.

No fields of the models, so that no save writes them; triggers keep them, as the owner.
"""

from django.db import migrations

MAKE = """
ALTER TABLE cases_case ADD COLUMN named uuid[] NOT NULL DEFAULT '{}';
ALTER TABLE referrals_referral ADD COLUMN hidden_from uuid[] NOT NULL DEFAULT '{}';

CREATE OR REPLACE FUNCTION keep_viewers() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    UPDATE cases_case k SET
        viewers = ARRAY(SELECT c.agency_id FROM cases_circle c
            WHERE c.case_id = k.id AND c.ended_at IS NULL AND c.member_id IS NULL ORDER BY c.agency_id),
        named = ARRAY(SELECT c.member_id FROM cases_circle c
            WHERE c.case_id = k.id AND c.ended_at IS NULL AND c.until IS NULL AND c.member_id IS NOT NULL
            ORDER BY c.member_id)
    WHERE k.id IN (OLD.case_id, NEW.case_id);
    RETURN NULL;
END $$;

CREATE FUNCTION hide_referrals(link uuid, of_case uuid) RETURNS void LANGUAGE sql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
    UPDATE referrals_referral r SET hidden_from = CASE
        WHEN k.restriction = '' THEN '{}'
        WHEN k.restriction = 'protected' AND l.direction = 'received' THEN ARRAY[k.agency_id, r.from_agency_id]
        ELSE ARRAY[k.agency_id] END
    FROM cases_casereferral l JOIN cases_case k ON k.id = l.case_id
    WHERE l.referral_id = r.id AND (r.id = link OR k.id = of_case)
$$;
REVOKE EXECUTE ON FUNCTION hide_referrals FROM PUBLIC;

CREATE FUNCTION keep_hidden() RETURNS trigger LANGUAGE plpgsql
SECURITY DEFINER SET search_path = pg_catalog, public, pg_temp AS $$
BEGIN
    IF TG_TABLE_NAME = 'cases_case' THEN
        PERFORM hide_referrals(NULL, NEW.id);
    ELSE
        PERFORM hide_referrals(NEW.referral_id, NULL);
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER keep_hidden AFTER UPDATE OF restriction, agency_id ON cases_case
    FOR EACH ROW WHEN (OLD.restriction <> '' OR NEW.restriction <> '') EXECUTE FUNCTION keep_hidden();
CREATE TRIGGER keep_hidden AFTER INSERT OR UPDATE ON cases_casereferral
    FOR EACH ROW EXECUTE FUNCTION keep_hidden();
"""
DROP = """
DROP TRIGGER keep_hidden ON cases_casereferral;
DROP TRIGGER keep_hidden ON cases_case;
DROP FUNCTION keep_hidden();
DROP FUNCTION hide_referrals;
ALTER TABLE referrals_referral DROP COLUMN hidden_from;
ALTER TABLE cases_case DROP COLUMN named;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("cases", "0020_restricted"),
        ("referrals", "0015_searches_counted"),
    ]

    operations = [migrations.RunSQL(MAKE, DROP)]
