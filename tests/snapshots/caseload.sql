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
SELECT "agencies_membership"."id", "agencies_membership"."user_id", "agencies_user"."id", "agencies_user"."name"
FROM "agencies_membership"
INNER JOIN "agencies_user" ON ("agencies_membership"."user_id" = "agencies_user"."id")
WHERE ("agencies_membership"."agency_id" = %s AND "agencies_membership"."ended_at" IS NULL AND "agencies_membership"."role" IN (%s, …))
ORDER BY "agencies_user"."name" ASC, "agencies_membership"."id" ASC

-- 4
SELECT "cases_case"."id", "cases_case"."person_id", "cases_case"."lead_id", "cases_case"."first_contact_due", "cases_case"."first_contact_at", "cases_case"."last_entry_at", "cases_case"."next_action", "cases_case"."next_action_on", "cases_case"."closed_at", COALESCE(LEAST("cases_case"."next_action_on", CASE WHEN "cases_case"."first_contact_at" IS NULL THEN "cases_case"."first_contact_due" ELSE NULL END), %s) AS "due_on", "cases_person"."id", "cases_person"."name", "agencies_membership"."id", "agencies_membership"."user_id", "agencies_user"."id", "agencies_user"."name"
FROM "cases_case"
INNER JOIN "cases_circle" ON ("cases_case"."id" = "cases_circle"."case_id")
INNER JOIN "cases_person" ON ("cases_case"."person_id" = "cases_person"."id")
INNER JOIN "agencies_membership" ON ("cases_case"."lead_id" = "agencies_membership"."id")
INNER JOIN "agencies_user" ON ("agencies_membership"."user_id" = "agencies_user"."id")
WHERE ("cases_circle"."agency_id" = %s AND "cases_circle"."ended_at" IS NULL AND "cases_case"."closed_at" IS NULL AND "cases_case"."agency_id" = %s AND EXISTS(SELECT %s AS "a"
FROM "cases_casereferral" U0
INNER JOIN "referrals_referral" U1 ON (U0."referral_id" = U1."id")
WHERE (U0."direction" = %s AND U1."status" IN (%s, …) AND U0."case_id" = ("cases_case"."id"))
LIMIT 1))
ORDER BY 10 ASC, "cases_case"."id" ASC
LIMIT 31

-- 5
SELECT "cases_casereferral"."id", "cases_casereferral"."case_id", "cases_casereferral"."referral_id", "referrals_referral"."id", "referrals_referral"."to_agency_id", "referrals_referral"."service_id", "referrals_referral"."status", "referrals_referral"."sent_at", "referrals_referral"."answer_by", "referrals_referral"."unanswered_at", "agencies_agency"."id", "agencies_agency"."name", "directory_service"."id", "directory_service"."name"
FROM "cases_casereferral"
INNER JOIN "referrals_referral" ON ("cases_casereferral"."referral_id" = "referrals_referral"."id")
INNER JOIN "agencies_agency" ON ("referrals_referral"."to_agency_id" = "agencies_agency"."id")
LEFT OUTER JOIN "directory_service" ON ("referrals_referral"."service_id" = "directory_service"."id")
WHERE ("cases_casereferral"."direction" = %s AND "referrals_referral"."status" IN (%s, …) AND "cases_casereferral"."case_id" IN (%s, …))
ORDER BY "referrals_referral"."answer_by" ASC

-- 6
SELECT COUNT(*) AS "__count"
FROM "referrals_referral"
WHERE (("referrals_referral"."to_agency_id" = %s OR "referrals_referral"."from_agency_id" = %s) AND "referrals_referral"."service_id" IS NULL AND "referrals_referral"."to_agency_id" = %s AND "referrals_referral"."status" = %s)

-- 7
SELECT COUNT("cases_case"."id") FILTER (WHERE COALESCE(LEAST("cases_case"."next_action_on", CASE WHEN ("cases_case"."first_contact_at" IS NULL) THEN "cases_case"."first_contact_due" ELSE NULL END), %s) <= %s) AS "today", COUNT("cases_case"."id") FILTER (WHERE "cases_case"."first_contact_at" IS NULL) AS "first", COUNT("cases_case"."id") FILTER (WHERE COALESCE(LEAST("cases_case"."next_action_on", CASE WHEN ("cases_case"."first_contact_at" IS NULL) THEN "cases_case"."first_contact_due" ELSE NULL END), %s) = %s) AS "due", COUNT("cases_case"."id") FILTER (WHERE COALESCE(LEAST("cases_case"."next_action_on", CASE WHEN ("cases_case"."first_contact_at" IS NULL) THEN "cases_case"."first_contact_due" ELSE NULL END), %s) < %s) AS "overdue", COUNT("cases_case"."id") FILTER (WHERE "cases_case"."last_entry_at" < %s) AS "quiet", COUNT("cases_case"."id") FILTER (WHERE EXISTS(SELECT %s AS "a"
FROM "cases_casereferral" U0
INNER JOIN "referrals_referral" U1 ON (U0."referral_id" = U1."id")
WHERE (U0."direction" = %s AND U1."status" IN (%s, …) AND U0."case_id" = ("cases_case"."id"))
LIMIT 1)) AS "waiting", COUNT("cases_case"."id") AS "all"
FROM "cases_case"
INNER JOIN "cases_circle" ON ("cases_case"."id" = "cases_circle"."case_id")
WHERE ("cases_circle"."agency_id" = %s AND "cases_circle"."ended_at" IS NULL AND "cases_case"."closed_at" IS NULL AND "cases_case"."agency_id" = %s)
