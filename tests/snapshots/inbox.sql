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
SELECT "referrals_referral"."id", "referrals_referral"."from_agency_id", "referrals_referral"."to_agency_id", "referrals_referral"."service_id", "referrals_referral"."assigned_to_id", "referrals_referral"."person_name", "referrals_referral"."date_of_birth", "referrals_referral"."urgency", "referrals_referral"."status", "referrals_referral"."sent_at", "referrals_referral"."answer_by", T3."id", T3."name", "agencies_agency"."id", "agencies_agency"."name", "directory_service"."id", "directory_service"."name", "agencies_membership"."id", "agencies_membership"."user_id", "agencies_user"."id", "agencies_user"."name"
FROM "referrals_referral"
INNER JOIN "agencies_agency" ON ("referrals_referral"."to_agency_id" = "agencies_agency"."id")
INNER JOIN "agencies_agency" T3 ON ("referrals_referral"."from_agency_id" = T3."id")
LEFT OUTER JOIN "directory_service" ON ("referrals_referral"."service_id" = "directory_service"."id")
LEFT OUTER JOIN "agencies_membership" ON ("referrals_referral"."assigned_to_id" = "agencies_membership"."id")
LEFT OUTER JOIN "agencies_user" ON ("agencies_membership"."user_id" = "agencies_user"."id")
WHERE (("referrals_referral"."to_agency_id" = %s OR "referrals_referral"."from_agency_id" = %s) AND "referrals_referral"."status" = %s AND "referrals_referral"."to_agency_id" = %s)
ORDER BY "referrals_referral"."answer_by" ASC, "referrals_referral"."id" ASC
LIMIT 31

-- 4
SELECT COUNT("referrals_referral"."id") FILTER (WHERE ("referrals_referral"."status" = %s AND "referrals_referral"."to_agency_id" = %s)) AS "answer", COUNT("referrals_referral"."id") FILTER (WHERE ("referrals_referral"."assigned_to_id" IS NULL AND "referrals_referral"."status" = %s AND "referrals_referral"."to_agency_id" = %s)) AS "unassigned", COUNT("referrals_referral"."id") FILTER (WHERE ("referrals_referral"."from_agency_id" = %s AND "referrals_referral"."status" = %s)) AS "returned"
FROM "referrals_referral"
WHERE (("referrals_referral"."to_agency_id" = %s OR "referrals_referral"."from_agency_id" = %s) AND (("referrals_referral"."status" = %s AND "referrals_referral"."to_agency_id" = %s) OR ("referrals_referral"."from_agency_id" = %s AND "referrals_referral"."status" = %s)))

-- 5
SELECT "agencies_draft"."id", "agencies_draft"."member_id", "agencies_draft"."key", "agencies_draft"."data", "agencies_draft"."started_at", "agencies_draft"."saved_at"
FROM "agencies_draft"
WHERE ("agencies_draft"."member_id" = %s AND "agencies_draft"."key"::text LIKE %s)
ORDER BY "agencies_draft"."saved_at" DESC, "agencies_draft"."id" ASC
