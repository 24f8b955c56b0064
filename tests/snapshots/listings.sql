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
SELECT "directory_service"."id", "directory_service"."agency_id", "directory_service"."name", "directory_service"."description", "directory_service"."url", "directory_service"."email", "directory_service"."phone", "directory_service"."referral_email", "directory_service"."status", "directory_service"."fees", "directory_service"."accreditations", "directory_service"."eligibility", "directory_service"."application", "directory_service"."minimum_age", "directory_service"."maximum_age", "directory_service"."alert", "directory_service"."assured_date", "directory_service"."assurer_email", "directory_service"."first_time", "directory_service"."meets_you", "directory_service"."bookable", "directory_service"."offer_hours", "directory_service"."paused_until", "directory_service"."published_at", "directory_service"."confirm_every", "directory_service"."asks", "directory_service"."asked_at", "directory_service"."hidden_at", "directory_service"."joined_to_id", "directory_service"."quality", "directory_service"."version", "directory_service"."answers", "directory_service"."reply_days", "directory_service"."accepted_percent", "directory_service"."source", "directory_service"."digest", "directory_service"."created_at", "directory_service"."last_modified", EXISTS(SELECT %s AS "a"
FROM "directory_proposal" U0
WHERE (U0."data" IS NOT NULL AND U0."decision" = %s AND U0."service_id" = ("directory_service"."id"))
LIMIT 1) AS "waits", "agencies_agency"."id", "agencies_agency"."name", "agencies_agency"."kind", "agencies_agency"."description", "agencies_agency"."ods_code", "agencies_agency"."email", "agencies_agency"."phone", "agencies_agency"."url", "agencies_agency"."address", "agencies_agency"."postcode", "agencies_agency"."charity_number", "agencies_agency"."company_number", "agencies_agency"."verified_at", "agencies_agency"."refers_to_id", "agencies_agency"."answer_days", "agencies_agency"."contact_days", "agencies_agency"."source", "agencies_agency"."received", "agencies_agency"."joined_at", "agencies_agency"."left_at"
FROM "directory_service"
INNER JOIN "agencies_agency" ON ("directory_service"."agency_id" = "agencies_agency"."id")
WHERE ("directory_service"."agency_id" = %s AND "directory_service"."joined_to_id" IS NULL AND NOT ("directory_service"."published_at" IS NULL AND "directory_service"."status" = %s))
ORDER BY "directory_service"."name" ASC, "directory_service"."id" ASC
LIMIT 51

-- 4
SELECT "directory_schedule"."id", "directory_schedule"."service_id", "directory_schedule"."at_location_id", "directory_schedule"."freq", "directory_schedule"."interval", "directory_schedule"."byday", "directory_schedule"."bymonthday", "directory_schedule"."opens_at", "directory_schedule"."closes_at", "directory_schedule"."dtstart", "directory_schedule"."valid_from", "directory_schedule"."valid_to", "directory_schedule"."description", "directory_schedule"."notes", "directory_schedule"."schedule_link", "directory_schedule"."attending_type", "directory_schedule"."places", "directory_schedule"."skips"
FROM "directory_schedule"
INNER JOIN "directory_service" ON ("directory_schedule"."service_id" = "directory_service"."id")
WHERE "directory_schedule"."service_id" IN (%s, …)
ORDER BY "directory_service"."name" ASC, "directory_service"."id" ASC, "directory_schedule"."opens_at" ASC, "directory_schedule"."id" ASC

-- 5
SELECT "directory_costoption"."id", "directory_costoption"."service_id", "directory_costoption"."option", "directory_costoption"."amount", "directory_costoption"."amount_description", "directory_costoption"."valid_from", "directory_costoption"."valid_to"
FROM "directory_costoption"
WHERE "directory_costoption"."service_id" IN (%s, …)
ORDER BY "directory_costoption"."amount" ASC, "directory_costoption"."id" ASC

-- 6
SELECT "directory_contact"."id", "directory_contact"."service_id", "directory_contact"."name", "directory_contact"."title", "directory_contact"."email", "directory_contact"."phone"
FROM "directory_contact"
WHERE "directory_contact"."service_id" IN (%s, …)
ORDER BY "directory_contact"."name" ASC, "directory_contact"."id" ASC

-- 7
SELECT "directory_capacity"."id", "directory_capacity"."service_id", "directory_capacity"."unit", "directory_capacity"."available", "directory_capacity"."maximum", "directory_capacity"."description", "directory_capacity"."updated"
FROM "directory_capacity"
WHERE "directory_capacity"."service_id" IN (%s, …)
ORDER BY "directory_capacity"."unit" ASC, "directory_capacity"."id" ASC

-- 8
SELECT "directory_serviceterm"."id", "directory_serviceterm"."service_id", "directory_serviceterm"."term_id", "directory_serviceterm"."link_type", "directory_serviceterm"."label"
FROM "directory_serviceterm"
INNER JOIN "directory_taxonomyterm" ON ("directory_serviceterm"."term_id" = "directory_taxonomyterm"."id")
WHERE "directory_serviceterm"."service_id" IN (%s, …)
ORDER BY "directory_taxonomyterm"."order" ASC, "directory_taxonomyterm"."name" ASC, "directory_serviceterm"."id" ASC

-- 9
SELECT "directory_serviceatlocation"."id", "directory_serviceatlocation"."service_id", "directory_serviceatlocation"."location_id", "directory_serviceatlocation"."description", "directory_location"."id", "directory_location"."location_type", "directory_location"."name", "directory_location"."description", "directory_location"."address", "directory_location"."city", "directory_location"."region", "directory_location"."county", "directory_location"."postcode", "directory_location"."country", "directory_location"."latitude", "directory_location"."longitude", "directory_location"."transport", "directory_location"."source", "directory_location"."joined_to_id", "directory_location"."received"
FROM "directory_serviceatlocation"
INNER JOIN "directory_location" ON ("directory_serviceatlocation"."location_id" = "directory_location"."id")
WHERE "directory_serviceatlocation"."service_id" IN (%s, …)
ORDER BY "directory_location"."name" ASC, "directory_serviceatlocation"."id" ASC

-- 10
SELECT "directory_accessibility"."id", "directory_accessibility"."location_id", "directory_accessibility"."description", "directory_accessibility"."details", "directory_accessibility"."url"
FROM "directory_accessibility"
WHERE "directory_accessibility"."location_id" IN (%s, …)
ORDER BY "directory_accessibility"."description" ASC, "directory_accessibility"."id" ASC

-- 11
SELECT DISTINCT "referrals_booking"."session_id" AS "session", "directory_session"."starts_at"
FROM "referrals_booking"
INNER JOIN "directory_session" ON ("referrals_booking"."session_id" = "directory_session"."id")
WHERE ("referrals_booking"."email" = %s AND "referrals_booking"."session_id" IN (SELECT V0."id"
FROM "directory_session" V0
WHERE (V0."starts_at" > %s AND V0."id" IN (SELECT U0."id"
FROM "directory_session" U0
INNER JOIN "directory_service" U1 ON (U0."service_id" = U1."id")
WHERE U1."agency_id" = %s))) AND "referrals_booking"."team_id" IS NULL)
ORDER BY "directory_session"."starts_at" ASC
LIMIT 200
