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
SELECT "referrals_referral"."id", "referrals_referral"."key", "referrals_referral"."from_agency_id", "referrals_referral"."sent_by_id", "referrals_referral"."to_agency_id", "referrals_referral"."service_id", "referrals_referral"."assigned_to_id", "referrals_referral"."practice_id", "referrals_referral"."person_name", "referrals_referral"."date_of_birth", "referrals_referral"."nhs_number", "referrals_referral"."phone", "referrals_referral"."email", "referrals_referral"."address", "referrals_referral"."postcode", "referrals_referral"."contact_by", "referrals_referral"."contact_avoid", "referrals_referral"."what_matters", "referrals_referral"."message", "referrals_referral"."no_known_risks", "referrals_referral"."risks", "referrals_referral"."urgency", "referrals_referral"."agreed_to_share", "referrals_referral"."agreed_to_tell", "referrals_referral"."status", "referrals_referral"."started_at", "referrals_referral"."sent_at", "referrals_referral"."moved_at", "referrals_referral"."moves_made", "referrals_referral"."answer_by", "referrals_referral"."nudges", "referrals_referral"."unanswered_at", T3."id", T3."name", T3."kind", T3."description", T3."ods_code", T3."email", T3."phone", T3."url", T3."address", T3."postcode", T3."charity_number", T3."company_number", T3."verified_at", T3."refers_to_id", T3."answer_days", T3."contact_days", T3."source", T3."received", T3."joined_at", T3."left_at", "agencies_membership"."id", "agencies_membership"."user_id", "agencies_membership"."agency_id", "agencies_membership"."role", "agencies_membership"."manages_team", "agencies_membership"."started_at", "agencies_membership"."ended_at", "agencies_membership"."ended_by_id", "agencies_user"."password", "agencies_user"."last_login", "agencies_user"."id", "agencies_user"."email", "agencies_user"."name", "agencies_user"."phone", "agencies_user"."is_active", "agencies_user"."joined_at", "agencies_agency"."id", "agencies_agency"."name", "agencies_agency"."kind", "agencies_agency"."description", "agencies_agency"."ods_code", "agencies_agency"."email", "agencies_agency"."phone", "agencies_agency"."url", "agencies_agency"."address", "agencies_agency"."postcode", "agencies_agency"."charity_number", "agencies_agency"."company_number", "agencies_agency"."verified_at", "agencies_agency"."refers_to_id", "agencies_agency"."answer_days", "agencies_agency"."contact_days", "agencies_agency"."source", "agencies_agency"."received", "agencies_agency"."joined_at", "agencies_agency"."left_at", "directory_service"."id", "directory_service"."agency_id", "directory_service"."name", "directory_service"."description", "directory_service"."url", "directory_service"."email", "directory_service"."phone", "directory_service"."referral_email", "directory_service"."status", "directory_service"."fees", "directory_service"."accreditations", "directory_service"."eligibility", "directory_service"."application", "directory_service"."minimum_age", "directory_service"."maximum_age", "directory_service"."alert", "directory_service"."assured_date", "directory_service"."assurer_email", "directory_service"."first_time", "directory_service"."meets_you", "directory_service"."bookable", "directory_service"."offer_hours", "directory_service"."paused_until", "directory_service"."published_at", "directory_service"."confirm_every", "directory_service"."asks", "directory_service"."asked_at", "directory_service"."hidden_at", "directory_service"."joined_to_id", "directory_service"."quality", "directory_service"."version", "directory_service"."answers", "directory_service"."reply_days", "directory_service"."accepted_percent", "directory_service"."source", "directory_service"."digest", "directory_service"."received", "directory_service"."created_at", "directory_service"."last_modified", T7."id", T7."user_id", T7."agency_id", T7."role", T7."manages_team", T7."started_at", T7."ended_at", T7."ended_by_id", T8."password", T8."last_login", T8."id", T8."email", T8."name", T8."phone", T8."is_active", T8."joined_at"
FROM "referrals_referral"
INNER JOIN "agencies_agency" ON ("referrals_referral"."to_agency_id" = "agencies_agency"."id")
INNER JOIN "agencies_agency" T3 ON ("referrals_referral"."from_agency_id" = T3."id")
INNER JOIN "agencies_membership" ON ("referrals_referral"."sent_by_id" = "agencies_membership"."id")
INNER JOIN "agencies_user" ON ("agencies_membership"."user_id" = "agencies_user"."id")
LEFT OUTER JOIN "directory_service" ON ("referrals_referral"."service_id" = "directory_service"."id")
LEFT OUTER JOIN "agencies_membership" T7 ON ("referrals_referral"."assigned_to_id" = T7."id")
LEFT OUTER JOIN "agencies_user" T8 ON (T7."user_id" = T8."id")
WHERE (("referrals_referral"."to_agency_id" = %s OR "referrals_referral"."from_agency_id" = %s) AND "referrals_referral"."id" = %s)
LIMIT 21

-- 4
SELECT "directory_taxonomyterm"."id", "directory_taxonomyterm"."taxonomy_id", "directory_taxonomyterm"."code", "directory_taxonomyterm"."name", "directory_taxonomyterm"."description", "directory_taxonomyterm"."parent_id", "directory_taxonomyterm"."words", "directory_taxonomyterm"."order", "directory_taxonomyterm"."uri", "directory_taxonomyterm"."retired_at"
FROM "directory_taxonomyterm"
INNER JOIN "referrals_referral_needs" ON ("directory_taxonomyterm"."id" = "referrals_referral_needs"."taxonomyterm_id")
WHERE "referrals_referral_needs"."referral_id" = %s
ORDER BY "directory_taxonomyterm"."order" ASC, "directory_taxonomyterm"."name" ASC, "directory_taxonomyterm"."id" ASC

-- 5
SELECT "referrals_move"."hand", "referrals_move"."written_by_id", "referrals_move"."written_for_id", "referrals_move"."author_name", "referrals_move"."agency_name", "referrals_move"."id", "referrals_move"."referral_id", "referrals_move"."number", "referrals_move"."before", "referrals_move"."after", "referrals_move"."at", "referrals_move"."happened_on", "referrals_move"."reason_id", "referrals_move"."words", "referrals_move"."to_agency_id", "referrals_move"."key", "referrals_declinereason"."id", "referrals_declinereason"."code", "referrals_declinereason"."side", "referrals_declinereason"."text", "referrals_declinereason"."for_person", "referrals_declinereason"."order", "referrals_declinereason"."retired_at", "agencies_agency"."id", "agencies_agency"."name", "agencies_agency"."kind", "agencies_agency"."description", "agencies_agency"."ods_code", "agencies_agency"."email", "agencies_agency"."phone", "agencies_agency"."url", "agencies_agency"."address", "agencies_agency"."postcode", "agencies_agency"."charity_number", "agencies_agency"."company_number", "agencies_agency"."verified_at", "agencies_agency"."refers_to_id", "agencies_agency"."answer_days", "agencies_agency"."contact_days", "agencies_agency"."source", "agencies_agency"."received", "agencies_agency"."joined_at", "agencies_agency"."left_at"
FROM "referrals_move"
LEFT OUTER JOIN "referrals_declinereason" ON ("referrals_move"."reason_id" = "referrals_declinereason"."id")
LEFT OUTER JOIN "agencies_agency" ON ("referrals_move"."to_agency_id" = "agencies_agency"."id")
WHERE "referrals_move"."referral_id" = %s
ORDER BY "referrals_move"."number" ASC

-- 6
SELECT "referrals_remark"."hand", "referrals_remark"."written_by_id", "referrals_remark"."written_for_id", "referrals_remark"."author_name", "referrals_remark"."agency_name", "referrals_remark"."id", "referrals_remark"."referral_id", "referrals_remark"."kind", "referrals_remark"."at", "referrals_remark"."words", "referrals_remark"."key"
FROM "referrals_remark"
WHERE "referrals_remark"."referral_id" = %s
ORDER BY "referrals_remark"."at" ASC, "referrals_remark"."id" ASC

-- 7
SELECT "referrals_answer"."hand", "referrals_answer"."written_by_id", "referrals_answer"."written_for_id", "referrals_answer"."author_name", "referrals_answer"."agency_name", "referrals_answer"."id", "referrals_answer"."referral_id", "referrals_answer"."at", "referrals_answer"."reason", "referrals_answer"."outcome", "referrals_answer"."summary", "referrals_answer"."codes"
FROM "referrals_answer"
WHERE "referrals_answer"."referral_id" = %s
ORDER BY "referrals_answer"."at" ASC, "referrals_answer"."id" ASC
LIMIT 1

-- 8
SELECT "cases_casereferral"."id", "cases_casereferral"."case_id", "cases_casereferral"."referral_id", "cases_casereferral"."direction"
FROM "cases_casereferral"
WHERE "cases_casereferral"."referral_id" = %s
LIMIT 21
