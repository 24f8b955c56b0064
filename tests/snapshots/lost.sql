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
SELECT "directory_taxonomyterm"."code" AS "code", "directory_taxonomyterm"."name" AS "name"
FROM "directory_taxonomyterm"
INNER JOIN "directory_taxonomy" ON ("directory_taxonomyterm"."taxonomy_id" = "directory_taxonomy"."id")
WHERE ("directory_taxonomyterm"."retired_at" IS NULL AND "directory_taxonomy"."code" = %s)
ORDER BY "directory_taxonomyterm"."order" ASC, 2 ASC, "directory_taxonomyterm"."id" ASC

-- 4
SELECT "directory_lostsearch"."words" AS "words", "directory_lostsearch"."near" AS "near", "directory_lostsearch"."filters" AS "filters", SUM("directory_lostsearch"."times") AS "total", COUNT("directory_lostsearch"."on") AS "days", MAX("directory_lostsearch"."on") AS "last"
FROM "directory_lostsearch"
WHERE "directory_lostsearch"."on" >= %s
GROUP BY 1, 2, 3
ORDER BY 4 DESC, 6 DESC, 1 ASC, 2 ASC, 3 ASC
LIMIT 201
