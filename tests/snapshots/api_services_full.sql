-- 1
SELECT MAX("directory_edition"."xact") AS "last", SUM("directory_edition"."n") AS "n", MAX("directory_edition"."at") AS "at"
FROM "directory_edition"

-- 2
SELECT "directory_service"."id" AS "pk"
FROM "directory_service"
WHERE ("directory_service"."hidden_at" IS NULL AND "directory_service"."joined_to_id" IS NULL AND "directory_service"."published_at" IS NOT NULL AND "directory_service"."status" IN (%s, …))
ORDER BY 1 ASC
LIMIT 50

-- 3
SELECT "directory_service"."id", "directory_service"."agency_id", "directory_service"."name", "directory_service"."description", "directory_service"."url", "directory_service"."email", "directory_service"."phone", "directory_service"."referral_email", "directory_service"."status", "directory_service"."fees", "directory_service"."accreditations", "directory_service"."eligibility", "directory_service"."application", "directory_service"."minimum_age", "directory_service"."maximum_age", "directory_service"."alert", "directory_service"."assured_date", "directory_service"."assurer_email", "directory_service"."first_time", "directory_service"."meets_you", "directory_service"."bookable", "directory_service"."offer_hours", "directory_service"."paused_until", "directory_service"."published_at", "directory_service"."confirm_every", "directory_service"."asks", "directory_service"."asked_at", "directory_service"."hidden_at", "directory_service"."joined_to_id", "directory_service"."quality", "directory_service"."version", "directory_service"."answers", "directory_service"."reply_days", "directory_service"."accepted_percent", "directory_service"."source", "directory_service"."digest", "directory_service"."created_at", "directory_service"."last_modified", "agencies_agency"."id", "agencies_agency"."name", "agencies_agency"."kind", "agencies_agency"."description", "agencies_agency"."ods_code", "agencies_agency"."email", "agencies_agency"."phone", "agencies_agency"."url", "agencies_agency"."address", "agencies_agency"."postcode", "agencies_agency"."charity_number", "agencies_agency"."company_number", "agencies_agency"."verified_at", "agencies_agency"."refers_to_id", "agencies_agency"."answer_days", "agencies_agency"."contact_days", "agencies_agency"."source", "agencies_agency"."joined_at", "agencies_agency"."left_at"
FROM "directory_service"
INNER JOIN "agencies_agency" ON ("directory_service"."agency_id" = "agencies_agency"."id")
WHERE "directory_service"."id" IN (%s, …)
ORDER BY "directory_service"."name" ASC, "directory_service"."id" ASC

-- 4
SELECT "directory_servicearea"."id", "directory_servicearea"."service_id", "directory_servicearea"."name", "directory_servicearea"."extent", "directory_servicearea"."extent_type", "directory_servicearea"."uri"
FROM "directory_servicearea"
WHERE "directory_servicearea"."service_id" IN (%s, …)
ORDER BY "directory_servicearea"."name" ASC, "directory_servicearea"."id" ASC

-- 5
SELECT "directory_language"."id", "directory_language"."service_id", "directory_language"."code", "directory_language"."name", "directory_language"."note"
FROM "directory_language"
WHERE "directory_language"."service_id" IN (%s, …)
ORDER BY "directory_language"."name" ASC, "directory_language"."code" ASC, "directory_language"."id" ASC

-- 6
SELECT "directory_costoption"."id", "directory_costoption"."service_id", "directory_costoption"."option", "directory_costoption"."amount", "directory_costoption"."amount_description", "directory_costoption"."valid_from", "directory_costoption"."valid_to"
FROM "directory_costoption"
WHERE "directory_costoption"."service_id" IN (%s, …)
ORDER BY "directory_costoption"."amount" ASC, "directory_costoption"."id" ASC

-- 7
SELECT "directory_contact"."id", "directory_contact"."service_id", "directory_contact"."name", "directory_contact"."title", "directory_contact"."email", "directory_contact"."phone"
FROM "directory_contact"
WHERE "directory_contact"."service_id" IN (%s, …)
ORDER BY "directory_contact"."name" ASC, "directory_contact"."id" ASC

-- 8
SELECT "directory_capacity"."id", "directory_capacity"."service_id", "directory_capacity"."unit", "directory_capacity"."available", "directory_capacity"."maximum", "directory_capacity"."description", "directory_capacity"."updated"
FROM "directory_capacity"
WHERE "directory_capacity"."service_id" IN (%s, …)
ORDER BY "directory_capacity"."unit" ASC, "directory_capacity"."id" ASC

-- 9
SELECT "directory_schedule"."id", "directory_schedule"."service_id", "directory_schedule"."at_location_id", "directory_schedule"."freq", "directory_schedule"."interval", "directory_schedule"."byday", "directory_schedule"."bymonthday", "directory_schedule"."opens_at", "directory_schedule"."closes_at", "directory_schedule"."dtstart", "directory_schedule"."valid_from", "directory_schedule"."valid_to", "directory_schedule"."description", "directory_schedule"."notes", "directory_schedule"."schedule_link", "directory_schedule"."attending_type", "directory_schedule"."places", "directory_schedule"."skips"
FROM "directory_schedule"
WHERE "directory_schedule"."service_id" IN (%s, …)
ORDER BY "directory_schedule"."opens_at" ASC, "directory_schedule"."id" ASC

-- 10
SELECT "directory_serviceterm"."id", "directory_serviceterm"."service_id", "directory_serviceterm"."term_id", "directory_serviceterm"."link_type", "directory_serviceterm"."label", "directory_taxonomyterm"."id", "directory_taxonomyterm"."taxonomy_id", "directory_taxonomyterm"."code", "directory_taxonomyterm"."name", "directory_taxonomyterm"."description", "directory_taxonomyterm"."parent_id", "directory_taxonomyterm"."words", "directory_taxonomyterm"."order", "directory_taxonomyterm"."uri", "directory_taxonomyterm"."retired_at", "directory_taxonomy"."id", "directory_taxonomy"."code", "directory_taxonomy"."name", "directory_taxonomy"."description", "directory_taxonomy"."url", "directory_taxonomy"."version", "directory_taxonomy"."source"
FROM "directory_serviceterm"
INNER JOIN "directory_taxonomyterm" ON ("directory_serviceterm"."term_id" = "directory_taxonomyterm"."id")
INNER JOIN "directory_taxonomy" ON ("directory_taxonomyterm"."taxonomy_id" = "directory_taxonomy"."id")
WHERE "directory_serviceterm"."service_id" IN (%s, …)
ORDER BY "directory_taxonomyterm"."order" ASC, "directory_taxonomyterm"."name" ASC, "directory_serviceterm"."id" ASC

-- 11
SELECT "directory_serviceatlocation"."id", "directory_serviceatlocation"."service_id", "directory_serviceatlocation"."location_id", "directory_serviceatlocation"."description", "directory_location"."id", "directory_location"."location_type", "directory_location"."name", "directory_location"."description", "directory_location"."address", "directory_location"."city", "directory_location"."region", "directory_location"."county", "directory_location"."postcode", "directory_location"."country", "directory_location"."latitude", "directory_location"."longitude", "directory_location"."transport", "directory_location"."source", "directory_location"."joined_to_id", "directory_location"."received"
FROM "directory_serviceatlocation"
INNER JOIN "directory_location" ON ("directory_serviceatlocation"."location_id" = "directory_location"."id")
WHERE "directory_serviceatlocation"."service_id" IN (%s, …)
ORDER BY "directory_location"."name" ASC, "directory_serviceatlocation"."id" ASC

-- 12
SELECT "directory_schedule"."id", "directory_schedule"."service_id", "directory_schedule"."at_location_id", "directory_schedule"."freq", "directory_schedule"."interval", "directory_schedule"."byday", "directory_schedule"."bymonthday", "directory_schedule"."opens_at", "directory_schedule"."closes_at", "directory_schedule"."dtstart", "directory_schedule"."valid_from", "directory_schedule"."valid_to", "directory_schedule"."description", "directory_schedule"."notes", "directory_schedule"."schedule_link", "directory_schedule"."attending_type", "directory_schedule"."places", "directory_schedule"."skips"
FROM "directory_schedule"
WHERE "directory_schedule"."at_location_id" IN (%s, …)
ORDER BY "directory_schedule"."opens_at" ASC, "directory_schedule"."id" ASC

-- 13
SELECT "directory_accessibility"."id", "directory_accessibility"."location_id", "directory_accessibility"."description", "directory_accessibility"."details", "directory_accessibility"."url"
FROM "directory_accessibility"
WHERE "directory_accessibility"."location_id" IN (%s, …)
ORDER BY "directory_accessibility"."description" ASC, "directory_accessibility"."id" ASC

-- 14
SELECT "col1", "col2", "col3", "col4", "col5", "col6", "col7", "col8", "col9", "col10", "col11", "col12", "col13", "col14"
FROM ( SELECT *
FROM ( SELECT "directory_session"."id" AS "col1", "directory_session"."service_id" AS "col2", "directory_session"."schedule_id" AS "col3", "directory_session"."at_location_id" AS "col4", "directory_session"."on" AS "col5", "directory_session"."starts_at" AS "col6", "directory_session"."ends_at" AS "col7", "directory_session"."places" AS "col8", "directory_session"."taken" AS "col9", "directory_session"."note" AS "col10", "directory_session"."changed" AS "col11", "directory_session"."cancelled_at" AS "col12", "directory_session"."cancelled_why" AS "col13", "directory_session"."registered_at" AS "col14", ROW_NUMBER() OVER (PARTITION BY "directory_session"."service_id"
ORDER BY "directory_session"."starts_at" ASC, "directory_session"."id" ASC) AS "qual0"
FROM "directory_session"
WHERE ("directory_session"."starts_at" > %s AND "directory_session"."cancelled_at" IS NULL AND "directory_session"."places" IS NOT NULL AND "directory_session"."service_id" IN (%s, …))
ORDER BY "directory_session"."starts_at" ASC, "directory_session"."id" ASC ) "qualify"
WHERE ("qual0" > %s AND "qual0" <= %s) ) "qualify_mask"
ORDER BY "col6" ASC, "col1" ASC
