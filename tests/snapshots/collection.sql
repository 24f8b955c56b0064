-- 1
SELECT "directory_collection"."id", "directory_collection"."slug", "directory_collection"."title", "directory_collection"."introduction", "directory_collection"."order", "directory_collection"."published_at"
FROM "directory_collection"
WHERE ("directory_collection"."published_at" IS NOT NULL AND "directory_collection"."slug" = %s)
LIMIT 21

-- 2
SELECT "directory_collectionitem"."id", "directory_collectionitem"."collection_id", "directory_collectionitem"."service_id", "directory_collectionitem"."note", "directory_collectionitem"."order", "directory_service"."id", "directory_service"."agency_id", "directory_service"."name", "directory_service"."description", "directory_service"."url", "directory_service"."email", "directory_service"."phone", "directory_service"."referral_email", "directory_service"."status", "directory_service"."fees", "directory_service"."accreditations", "directory_service"."eligibility", "directory_service"."application", "directory_service"."minimum_age", "directory_service"."maximum_age", "directory_service"."alert", "directory_service"."assured_date", "directory_service"."assurer_email", "directory_service"."first_time", "directory_service"."meets_you", "directory_service"."bookable", "directory_service"."offer_hours", "directory_service"."paused_until", "directory_service"."published_at", "directory_service"."confirm_every", "directory_service"."asks", "directory_service"."asked_at", "directory_service"."hidden_at", "directory_service"."joined_to_id", "directory_service"."quality", "directory_service"."version", "directory_service"."answers", "directory_service"."reply_days", "directory_service"."accepted_percent", "directory_service"."source", "directory_service"."digest", "directory_service"."created_at", "directory_service"."last_modified", "agencies_agency"."id", "agencies_agency"."name", "agencies_agency"."kind", "agencies_agency"."description", "agencies_agency"."ods_code", "agencies_agency"."email", "agencies_agency"."phone", "agencies_agency"."url", "agencies_agency"."address", "agencies_agency"."postcode", "agencies_agency"."charity_number", "agencies_agency"."company_number", "agencies_agency"."verified_at", "agencies_agency"."refers_to_id", "agencies_agency"."answer_days", "agencies_agency"."contact_days", "agencies_agency"."source", "agencies_agency"."joined_at", "agencies_agency"."left_at"
FROM "directory_collectionitem"
INNER JOIN "directory_service" ON ("directory_collectionitem"."service_id" = "directory_service"."id")
INNER JOIN "agencies_agency" ON ("directory_service"."agency_id" = "agencies_agency"."id")
WHERE "directory_collectionitem"."collection_id" = %s
ORDER BY "directory_collectionitem"."order" ASC, "directory_collectionitem"."id" ASC

-- 3
SELECT "directory_spot"."id", "directory_spot"."service_id", "directory_spot"."location_id", "directory_spot"."latitude", "directory_spot"."longitude", "directory_spot"."when", "directory_spot"."where", "directory_spot"."chips", "directory_spot"."marks", "directory_spot"."worth", "directory_spot"."room_on", "directory_spot"."written_as"
FROM "directory_spot"
WHERE "directory_spot"."service_id" IN (%s, …)
ORDER BY "directory_spot"."id" ASC
