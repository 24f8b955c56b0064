-- 1
SELECT "agencies_user"."password", "agencies_user"."last_login", "agencies_user"."id", "agencies_user"."email", "agencies_user"."name", "agencies_user"."phone", "agencies_user"."is_active", "agencies_user"."joined_at"
FROM "agencies_user"
WHERE "agencies_user"."id" = %s
LIMIT 21

-- 2
SELECT "agencies_membership"."id", "agencies_membership"."user_id", "agencies_membership"."agency_id", "agencies_membership"."role", "agencies_membership"."manages_team", "agencies_membership"."started_at", "agencies_membership"."ended_at", "agencies_membership"."ended_by_id", "agencies_user"."password", "agencies_user"."last_login", "agencies_user"."id", "agencies_user"."email", "agencies_user"."name", "agencies_user"."phone", "agencies_user"."is_active", "agencies_user"."joined_at", "agencies_agency"."id", "agencies_agency"."name", "agencies_agency"."kind", "agencies_agency"."description", "agencies_agency"."ods_code", "agencies_agency"."email", "agencies_agency"."phone", "agencies_agency"."url", "agencies_agency"."address", "agencies_agency"."postcode", "agencies_agency"."charity_number", "agencies_agency"."company_number", "agencies_agency"."verified_at", "agencies_agency"."refers_to_id", "agencies_agency"."answer_days", "agencies_agency"."contact_days", "agencies_agency"."source", "agencies_agency"."received", "agencies_agency"."joined_at", "agencies_agency"."left_at"
FROM "agencies_membership"
INNER JOIN "agencies_agency" ON ("agencies_membership"."agency_id" = "agencies_agency"."id")
INNER JOIN "agencies_user" ON ("agencies_membership"."user_id" = "agencies_user"."id")
WHERE ("agencies_agency"."left_at" IS NULL AND "agencies_membership"."ended_at" IS NULL AND "agencies_membership"."user_id" = %s)
ORDER BY "agencies_agency"."name" ASC, "agencies_membership"."started_at" ASC, "agencies_membership"."id" ASC

-- 3
SELECT "agencies_invitation"."id", "agencies_invitation"."agency_id", "agencies_invitation"."email", "agencies_invitation"."name", "agencies_invitation"."role", "agencies_invitation"."manages_team", "agencies_invitation"."token_hash", "agencies_invitation"."invited_by_id", "agencies_invitation"."created_at", "agencies_invitation"."expires_at", "agencies_invitation"."accepted_at", "agencies_invitation"."accepted_by_id", "agencies_invitation"."cancelled_at"
FROM "agencies_invitation"
WHERE ("agencies_invitation"."agency_id" = %s AND "agencies_invitation"."accepted_at" IS NULL AND "agencies_invitation"."cancelled_at" IS NULL)
ORDER BY "agencies_invitation"."name" ASC, "agencies_invitation"."id" ASC

-- 4
SELECT "agencies_membership"."id", "agencies_membership"."user_id", "agencies_membership"."agency_id", "agencies_membership"."role", "agencies_membership"."manages_team", "agencies_membership"."started_at", "agencies_membership"."ended_at", "agencies_membership"."ended_by_id", "agencies_user"."password", "agencies_user"."last_login", "agencies_user"."id", "agencies_user"."email", "agencies_user"."name", "agencies_user"."phone", "agencies_user"."is_active", "agencies_user"."joined_at"
FROM "agencies_membership"
INNER JOIN "agencies_user" ON ("agencies_membership"."user_id" = "agencies_user"."id")
WHERE ("agencies_membership"."agency_id" = %s AND "agencies_membership"."ended_at" IS NULL)
ORDER BY "agencies_user"."name" ASC, "agencies_membership"."id" ASC
