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
SELECT "directory_claim"."decision", "directory_claim"."decided_at", "directory_claim"."decided_by_id", "directory_claim"."decided_words", "directory_claim"."id", "directory_claim"."key", "directory_claim"."agency_id", "directory_claim"."name", "directory_claim"."about", "directory_claim"."url", "directory_claim"."postcode", "directory_claim"."charity_number", "directory_claim"."company_number", "directory_claim"."contact_name", "directory_claim"."contact_role", "directory_claim"."contact_email", "directory_claim"."contact_phone", "directory_claim"."words", "directory_claim"."made_at", "directory_claim"."invitation_id"
FROM "directory_claim"
WHERE "directory_claim"."decision" = %s
ORDER BY "directory_claim"."made_at" ASC, "directory_claim"."id" ASC

-- 4
SELECT COUNT(*) AS "__count"
FROM "directory_proposal"
WHERE ("directory_proposal"."decision" = %s AND "directory_proposal"."data" IS NOT NULL)

-- 5
SELECT COUNT(*) AS "__count"
FROM "directory_proposal"
WHERE ("directory_proposal"."decision" = %s AND "directory_proposal"."data" IS NULL)

-- 6
SELECT COUNT(*) AS "__count"
FROM "directory_service"
WHERE ("directory_service"."hidden_at" IS NOT NULL AND "directory_service"."joined_to_id" IS NULL AND "directory_service"."status" IN (%s, …))

-- 7
SELECT COUNT(*) AS "__count"
FROM "directory_likeness"
WHERE "directory_likeness"."decision" = %s

-- 8
SELECT COUNT(*) AS "__count"
FROM "directory_source"
WHERE ("directory_source"."stopped_at" IS NULL AND NOT ((SELECT U0."error" AS "error"
FROM "directory_run" U0
WHERE (U0."source_id" = ("directory_source"."id") AND NOT (U0."ended_at" IS NULL))
ORDER BY U0."started_at" DESC
LIMIT 1) IS NULL) AND NOT ((SELECT U0."error" AS "error"
FROM "directory_run" U0
WHERE (U0."source_id" = ("directory_source"."id") AND NOT (U0."ended_at" IS NULL))
ORDER BY U0."started_at" DESC
LIMIT 1) = %s))

-- 9
SELECT SUM("directory_lostsearch"."times") AS "n"
FROM "directory_lostsearch"
WHERE "directory_lostsearch"."on" >= %s
