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
SELECT "directory_service"."id", "directory_service"."agency_id", "directory_service"."name", "directory_service"."description", "directory_service"."url", "directory_service"."email", "directory_service"."phone", "directory_service"."referral_email", "directory_service"."status", "directory_service"."fees", "directory_service"."accreditations", "directory_service"."eligibility", "directory_service"."application", "directory_service"."minimum_age", "directory_service"."maximum_age", "directory_service"."alert", "directory_service"."assured_date", "directory_service"."assurer_email", "directory_service"."first_time", "directory_service"."meets_you", "directory_service"."bookable", "directory_service"."offer_hours", "directory_service"."paused_until", "directory_service"."published_at", "directory_service"."confirm_every", "directory_service"."asks", "directory_service"."asked_at", "directory_service"."hidden_at", "directory_service"."joined_to_id", "directory_service"."quality", "directory_service"."version", "directory_service"."answers", "directory_service"."reply_days", "directory_service"."accepted_percent", "directory_service"."source", "directory_service"."digest", "directory_service"."received", "directory_service"."created_at", "directory_service"."last_modified"
FROM "directory_service"
WHERE ("directory_service"."agency_id" = %s AND "directory_service"."source" = %s AND "directory_service"."id" = %s)
LIMIT 21

-- 4
SELECT "directory_schedule"."id", "directory_schedule"."service_id", "directory_schedule"."at_location_id", "directory_schedule"."freq", "directory_schedule"."interval", "directory_schedule"."byday", "directory_schedule"."bymonthday", "directory_schedule"."opens_at", "directory_schedule"."closes_at", "directory_schedule"."dtstart", "directory_schedule"."valid_from", "directory_schedule"."valid_to", "directory_schedule"."description", "directory_schedule"."notes", "directory_schedule"."schedule_link", "directory_schedule"."attending_type", "directory_schedule"."places", "directory_schedule"."skips"
FROM "directory_schedule"
INNER JOIN "directory_service" ON ("directory_schedule"."service_id" = "directory_service"."id")
WHERE "directory_schedule"."service_id" IN (%s)
ORDER BY "directory_service"."name" ASC, "directory_service"."id" ASC, "directory_schedule"."opens_at" ASC, "directory_schedule"."id" ASC

-- 5
SELECT "directory_serviceatlocation"."id", "directory_serviceatlocation"."service_id", "directory_serviceatlocation"."location_id", "directory_serviceatlocation"."description"
FROM "directory_serviceatlocation"
INNER JOIN "directory_location" ON ("directory_serviceatlocation"."location_id" = "directory_location"."id")
WHERE "directory_serviceatlocation"."service_id" IN (%s)
ORDER BY "directory_location"."name" ASC, "directory_serviceatlocation"."id" ASC

-- 6
SELECT "directory_location"."id", "directory_location"."location_type", "directory_location"."name", "directory_location"."description", "directory_location"."address", "directory_location"."city", "directory_location"."region", "directory_location"."county", "directory_location"."postcode", "directory_location"."country", "directory_location"."latitude", "directory_location"."longitude", "directory_location"."transport", "directory_location"."source", "directory_location"."joined_to_id", "directory_location"."received"
FROM "directory_location"
WHERE ("directory_location"."id") IN ((%s))

-- 7
SELECT "directory_session"."id", "directory_session"."service_id", "directory_session"."schedule_id", "directory_session"."at_location_id", "directory_session"."on", "directory_session"."starts_at", "directory_session"."ends_at", "directory_session"."places", "directory_session"."taken", "directory_session"."note", "directory_session"."changed", "directory_session"."cancelled_at", "directory_session"."cancelled_why", "directory_session"."registered_at"
FROM "directory_session"
WHERE ("directory_session"."starts_at" > %s AND "directory_session"."service_id" = %s)
ORDER BY "directory_session"."starts_at" ASC, "directory_session"."id" ASC
LIMIT 100

-- 8
SELECT "directory_session"."id", "directory_session"."service_id", "directory_session"."schedule_id", "directory_session"."at_location_id", "directory_session"."on", "directory_session"."starts_at", "directory_session"."ends_at", "directory_session"."places", "directory_session"."taken", "directory_session"."note", "directory_session"."changed", "directory_session"."cancelled_at", "directory_session"."cancelled_why", "directory_session"."registered_at", "directory_serviceatlocation"."id", "directory_serviceatlocation"."service_id", "directory_serviceatlocation"."location_id", "directory_serviceatlocation"."description", "directory_location"."id", "directory_location"."location_type", "directory_location"."name", "directory_location"."description", "directory_location"."address", "directory_location"."city", "directory_location"."region", "directory_location"."county", "directory_location"."postcode", "directory_location"."country", "directory_location"."latitude", "directory_location"."longitude", "directory_location"."transport", "directory_location"."source", "directory_location"."joined_to_id", "directory_location"."received"
FROM "directory_session"
LEFT OUTER JOIN "directory_serviceatlocation" ON ("directory_session"."at_location_id" = "directory_serviceatlocation"."id")
LEFT OUTER JOIN "directory_location" ON ("directory_serviceatlocation"."location_id" = "directory_location"."id")
WHERE ("directory_session"."starts_at" > %s AND "directory_session"."cancelled_at" IS NULL AND NOT "directory_session"."changed" AND "directory_session"."service_id" = %s AND "directory_session"."taken" > %s)
ORDER BY "directory_session"."starts_at" ASC, "directory_session"."id" ASC

-- 9
SELECT "referrals_booking"."session_id" AS "session", COUNT("referrals_booking"."id") AS "n"
FROM "referrals_booking"
WHERE ("referrals_booking"."session_id" IN (SELECT U0."id"
FROM "directory_session" U0
WHERE (U0."starts_at" > %s AND U0."service_id" = %s)) AND "referrals_booking"."status" = %s)
GROUP BY 1

-- 10
SELECT DISTINCT "referrals_booking"."session_id" AS "session", "directory_session"."starts_at"
FROM "referrals_booking"
INNER JOIN "directory_session" ON ("referrals_booking"."session_id" = "directory_session"."id")
WHERE ("referrals_booking"."email" = %s AND "referrals_booking"."session_id" IN (SELECT U0."id"
FROM "directory_session" U0
WHERE (U0."starts_at" > %s AND U0."service_id" = %s)) AND "referrals_booking"."team_id" IS NULL)
ORDER BY "directory_session"."starts_at" ASC
LIMIT 200

-- 11
SELECT "directory_session"."id", "directory_session"."service_id", "directory_session"."schedule_id", "directory_session"."at_location_id", "directory_session"."on", "directory_session"."starts_at", "directory_session"."ends_at", "directory_session"."places", "directory_session"."taken", "directory_session"."note", "directory_session"."changed", "directory_session"."cancelled_at", "directory_session"."cancelled_why", "directory_session"."registered_at", "directory_serviceatlocation"."id", "directory_serviceatlocation"."service_id", "directory_serviceatlocation"."location_id", "directory_serviceatlocation"."description", "directory_location"."id", "directory_location"."location_type", "directory_location"."name", "directory_location"."description", "directory_location"."address", "directory_location"."city", "directory_location"."region", "directory_location"."county", "directory_location"."postcode", "directory_location"."country", "directory_location"."latitude", "directory_location"."longitude", "directory_location"."transport", "directory_location"."source", "directory_location"."joined_to_id", "directory_location"."received"
FROM "directory_session"
INNER JOIN "directory_service" ON ("directory_session"."service_id" = "directory_service"."id")
LEFT OUTER JOIN "directory_serviceatlocation" ON ("directory_session"."at_location_id" = "directory_serviceatlocation"."id")
LEFT OUTER JOIN "directory_location" ON ("directory_serviceatlocation"."location_id" = "directory_location"."id")
WHERE ("directory_service"."agency_id" = %s AND "directory_session"."service_id" = %s AND "directory_session"."starts_at" <= %s)
ORDER BY "directory_session"."starts_at" DESC, "directory_session"."id" DESC
LIMIT 8
