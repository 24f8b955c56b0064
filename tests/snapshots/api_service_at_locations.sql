-- 1
SELECT MAX("directory_edition"."xact") AS "last", SUM("directory_edition"."n") AS "n", MAX("directory_edition"."at") AS "at"
FROM "directory_edition"

-- 2
SELECT COUNT(*) AS "__count"
FROM "directory_serviceatlocation"
WHERE "directory_serviceatlocation"."service_id" IN (SELECT U0."id"
FROM "directory_service" U0
WHERE (U0."hidden_at" IS NULL AND U0."joined_to_id" IS NULL AND U0."published_at" IS NOT NULL AND U0."status" IN (%s, …)))

-- 3
SELECT "directory_serviceatlocation"."id" AS "pk"
FROM "directory_serviceatlocation"
WHERE "directory_serviceatlocation"."service_id" IN (SELECT U0."id"
FROM "directory_service" U0
WHERE (U0."hidden_at" IS NULL AND U0."joined_to_id" IS NULL AND U0."published_at" IS NOT NULL AND U0."status" IN (%s, …)))
ORDER BY "directory_serviceatlocation"."service_id" ASC, "directory_serviceatlocation"."location_id" ASC
LIMIT 50

-- 4
SELECT "directory_serviceatlocation"."id", "directory_serviceatlocation"."service_id", "directory_serviceatlocation"."location_id", "directory_serviceatlocation"."description", "directory_location"."id", "directory_location"."location_type", "directory_location"."name", "directory_location"."description", "directory_location"."address", "directory_location"."city", "directory_location"."region", "directory_location"."county", "directory_location"."postcode", "directory_location"."country", "directory_location"."latitude", "directory_location"."longitude", "directory_location"."transport", "directory_location"."source", "directory_location"."joined_to_id", "directory_location"."received"
FROM "directory_serviceatlocation"
INNER JOIN "directory_location" ON ("directory_serviceatlocation"."location_id" = "directory_location"."id")
WHERE "directory_serviceatlocation"."id" IN (%s, …)
ORDER BY "directory_location"."name" ASC, "directory_serviceatlocation"."id" ASC

-- 5
SELECT "directory_service"."id", "directory_service"."agency_id", "directory_service"."name", "directory_service"."description", "directory_service"."url", "directory_service"."email", "directory_service"."phone", "directory_service"."referral_email", "directory_service"."status", "directory_service"."fees", "directory_service"."accreditations", "directory_service"."eligibility", "directory_service"."application", "directory_service"."minimum_age", "directory_service"."maximum_age", "directory_service"."alert", "directory_service"."assured_date", "directory_service"."assurer_email", "directory_service"."first_time", "directory_service"."meets_you", "directory_service"."bookable", "directory_service"."offer_hours", "directory_service"."paused_until", "directory_service"."published_at", "directory_service"."confirm_every", "directory_service"."asks", "directory_service"."asked_at", "directory_service"."hidden_at", "directory_service"."joined_to_id", "directory_service"."quality", "directory_service"."version", "directory_service"."answers", "directory_service"."reply_days", "directory_service"."accepted_percent", "directory_service"."source", "directory_service"."digest", "directory_service"."created_at", "directory_service"."last_modified", "agencies_agency"."id", "agencies_agency"."name", "agencies_agency"."kind", "agencies_agency"."description", "agencies_agency"."ods_code", "agencies_agency"."email", "agencies_agency"."phone", "agencies_agency"."url", "agencies_agency"."address", "agencies_agency"."postcode", "agencies_agency"."charity_number", "agencies_agency"."company_number", "agencies_agency"."verified_at", "agencies_agency"."refers_to_id", "agencies_agency"."answer_days", "agencies_agency"."contact_days", "agencies_agency"."source", "agencies_agency"."joined_at", "agencies_agency"."left_at"
FROM "directory_service"
INNER JOIN "agencies_agency" ON ("directory_service"."agency_id" = "agencies_agency"."id")
WHERE ("directory_service"."id") IN (%s, …)
