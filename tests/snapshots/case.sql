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
SELECT "cases_case"."id", "cases_case"."person_id", "cases_case"."agency_id", "cases_case"."lead_id", "cases_case"."opened_at", "cases_case"."what_matters", "cases_case"."safety_note", "cases_case"."first_contact_due", "cases_case"."first_contact_at", "cases_case"."last_contact_at", "cases_case"."last_entry_at", "cases_case"."next_action", "cases_case"."next_action_on", "cases_case"."closed_at", "cases_case"."closing_reason_id", "cases_case"."outcome_id", "cases_case"."closing_summary", "cases_case"."entry_count", "cases_case"."chain", "cases_case"."version", "cases_person"."id", "cases_person"."name", "cases_person"."preferred_name", "cases_person"."date_of_birth", "cases_person"."nhs_number", "cases_person"."phone", "cases_person"."email", "cases_person"."address", "cases_person"."postcode", "cases_person"."practice_id", "cases_person"."contact_by", "cases_person"."contact_avoid", "cases_person"."best_time", "cases_person"."leave_message", "cases_person"."created_at", "cases_person"."version", T5."id", T5."name", T5."kind", T5."description", T5."ods_code", T5."email", T5."phone", T5."url", T5."address", T5."postcode", T5."charity_number", T5."company_number", T5."verified_at", T5."refers_to_id", T5."answer_days", T5."contact_days", T5."source", T5."received", T5."joined_at", T5."left_at", T6."id", T6."name", T6."kind", T6."description", T6."ods_code", T6."email", T6."phone", T6."url", T6."address", T6."postcode", T6."charity_number", T6."company_number", T6."verified_at", T6."refers_to_id", T6."answer_days", T6."contact_days", T6."source", T6."received", T6."joined_at", T6."left_at", "agencies_membership"."id", "agencies_membership"."user_id", "agencies_membership"."agency_id", "agencies_membership"."role", "agencies_membership"."manages_team", "agencies_membership"."started_at", "agencies_membership"."ended_at", "agencies_membership"."ended_by_id", "agencies_user"."password", "agencies_user"."last_login", "agencies_user"."id", "agencies_user"."email", "agencies_user"."name", "agencies_user"."phone", "agencies_user"."is_active", "agencies_user"."joined_at"
FROM "cases_case"
INNER JOIN "cases_circle" ON ("cases_case"."id" = "cases_circle"."case_id")
INNER JOIN "cases_person" ON ("cases_case"."person_id" = "cases_person"."id")
LEFT OUTER JOIN "agencies_agency" T5 ON ("cases_person"."practice_id" = T5."id")
INNER JOIN "agencies_agency" T6 ON ("cases_case"."agency_id" = T6."id")
INNER JOIN "agencies_membership" ON ("cases_case"."lead_id" = "agencies_membership"."id")
INNER JOIN "agencies_user" ON ("agencies_membership"."user_id" = "agencies_user"."id")
WHERE ("cases_circle"."agency_id" = %s AND "cases_circle"."ended_at" IS NULL AND "cases_case"."id" = %s)
LIMIT 21

-- 4
INSERT INTO cases_reading (id, case_id, member_id, agency_id, reader_name, agency_name, page, at) SELECT %(id)s, %(case)s, %(member)s, %(agency)s, %(reader)s, %(agency_name)s, %(page)s, %(now)s
WHERE NOT EXISTS ( SELECT 1
FROM cases_reading
WHERE case_id = %(case)s AND member_id = %(member)s AND page = %(page)s AND at > %(now)s::timestamptz - make_interval(secs => %(fold)s) )

-- 5
SELECT "agencies_agency"."name" AS "agency__name"
FROM "cases_circle"
INNER JOIN "agencies_agency" ON ("cases_circle"."agency_id" = "agencies_agency"."id")
WHERE ("cases_circle"."case_id" = %s AND "cases_circle"."ended_at" IS NULL AND NOT ("cases_circle"."agency_id" = %s))
ORDER BY "cases_circle"."started_at" ASC, "cases_circle"."id" ASC

-- 6
SELECT "cases_entry"."hand", "cases_entry"."written_by_id", "cases_entry"."written_for_id", "cases_entry"."author_name", "cases_entry"."agency_name", "cases_entry"."id", "cases_entry"."case_id", "cases_entry"."number", "cases_entry"."kind", "cases_entry"."happened_at", "cases_entry"."written_at", "cases_entry"."audience", "cases_entry"."text", "cases_entry"."details", "cases_entry"."about_id", "cases_entry"."corrects_id", "cases_entry"."key", "cases_entry"."digest", "cases_entry"."chain", T6."number" AS "corrects_number", ARRAY(SELECT U0."number" AS "number"
FROM "cases_entry" U0
WHERE U0."corrects_id" = ("cases_entry"."id")
ORDER BY 1 ASC) AS "corrected_numbers"
FROM "cases_entry"
INNER JOIN "cases_case" ON ("cases_entry"."case_id" = "cases_case"."id")
INNER JOIN "cases_circle" ON ("cases_case"."id" = "cases_circle"."case_id")
LEFT OUTER JOIN "cases_entry" T6 ON ("cases_entry"."corrects_id" = T6."id")
WHERE ("cases_circle"."agency_id" = %s AND "cases_circle"."ended_at" IS NULL AND ("cases_case"."agency_id" = %s OR NOT ("cases_entry"."audience" = %s)) AND "cases_entry"."case_id" = %s)
ORDER BY "cases_entry"."number" DESC
LIMIT 31

-- 7
SELECT "agencies_draft"."id", "agencies_draft"."member_id", "agencies_draft"."key", "agencies_draft"."data", "agencies_draft"."started_at", "agencies_draft"."saved_at"
FROM "agencies_draft"
WHERE ("agencies_draft"."member_id" = %s AND "agencies_draft"."key" = %s)
ORDER BY "agencies_draft"."saved_at" DESC, "agencies_draft"."id" ASC
LIMIT 1
