-- 1
SELECT MAX("directory_edition"."xact") AS "last", SUM("directory_edition"."n") AS "n", MAX("directory_edition"."at") AS "at"
FROM "directory_edition"

-- 2
SELECT COUNT(*) AS "__count"
FROM "agencies_agency"
WHERE EXISTS(SELECT %s AS "a"
FROM "directory_service" U0
WHERE (U0."hidden_at" IS NULL AND U0."joined_to_id" IS NULL AND U0."published_at" IS NOT NULL AND U0."status" IN (%s, …) AND U0."agency_id" = ("agencies_agency"."id"))
LIMIT 1)

-- 3
SELECT "agencies_agency"."id" AS "pk"
FROM "agencies_agency"
WHERE EXISTS(SELECT %s AS "a"
FROM "directory_service" U0
WHERE (U0."hidden_at" IS NULL AND U0."joined_to_id" IS NULL AND U0."published_at" IS NOT NULL AND U0."status" IN (%s, …) AND U0."agency_id" = ("agencies_agency"."id"))
LIMIT 1)
ORDER BY 1 ASC
LIMIT 50

-- 4
SELECT "agencies_agency"."id", "agencies_agency"."name", "agencies_agency"."kind", "agencies_agency"."description", "agencies_agency"."ods_code", "agencies_agency"."email", "agencies_agency"."phone", "agencies_agency"."url", "agencies_agency"."address", "agencies_agency"."postcode", "agencies_agency"."charity_number", "agencies_agency"."company_number", "agencies_agency"."verified_at", "agencies_agency"."refers_to_id", "agencies_agency"."answer_days", "agencies_agency"."contact_days", "agencies_agency"."source", "agencies_agency"."joined_at", "agencies_agency"."left_at"
FROM "agencies_agency"
WHERE "agencies_agency"."id" IN (%s, …)
ORDER BY "agencies_agency"."name" ASC, "agencies_agency"."id" ASC
