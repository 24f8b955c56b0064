-- 1
SELECT (SELECT coalesce(json_agg(json_build_object('id', r.id, 'service_id', r.service_id, 'at_location_id', r.at_location_id, 'freq', r.freq, 'interval', r.interval, 'byday', r.byday, 'bymonthday', r.bymonthday, 'opens_at', r.opens_at, 'closes_at', r.closes_at, 'dtstart', r.dtstart, 'valid_from', r.valid_from, 'valid_to', r.valid_to, 'description', r.description, 'notes', r.notes, 'schedule_link', r.schedule_link, 'attending_type', r.attending_type, 'places', r.places, 'skips', r.skips)
ORDER BY r.opens_at, r.id), '[]')
FROM directory_schedule r
WHERE r.service_id = service.id), (SELECT coalesce(json_agg(json_build_object('id', r.id, 'service_id', r.service_id, 'option', r.option, 'amount', r.amount::text, 'amount_description', r.amount_description, 'valid_from', r.valid_from, 'valid_to', r.valid_to)
ORDER BY r.amount, r.id), '[]')
FROM directory_costoption r
WHERE r.service_id = service.id), (SELECT coalesce(json_agg(json_build_object('id', r.id, 'service_id', r.service_id, 'name', r.name, 'title', r.title, 'email', r.email, 'phone', r.phone)
ORDER BY r.name, r.id), '[]')
FROM directory_contact r
WHERE r.service_id = service.id), (SELECT coalesce(json_agg(json_build_object( 'at', json_build_object('id', r.id, 'service_id', r.service_id, 'location_id', r.location_id, 'description', r.description), 'location', json_build_object('id', l.id, 'location_type', l.location_type, 'name', l.name, 'description', l.description, 'address', l.address, 'city', l.city, 'region', l.region, 'county', l.county, 'postcode', l.postcode, 'country', l.country, 'latitude', l.latitude, 'longitude', l.longitude, 'transport', l.transport, 'source', l.source, 'joined_to_id', l.joined_to_id), 'helps', (SELECT coalesce(json_agg(json_build_object('id', a.id, 'location_id', a.location_id, 'description', a.description, 'details', a.details, 'url', a.url)
ORDER BY a.description, a.id), '[]')
FROM directory_accessibility a
WHERE a.location_id = l.id) )
ORDER BY l.name, r.id), '[]')
FROM directory_serviceatlocation r JOIN directory_location l ON l.id = r.location_id
WHERE r.service_id = service.id) , ARRAY(SELECT r.name
FROM directory_language r
WHERE r.service_id = service.id
ORDER BY r.name, r.code, r.id), ARRAY(SELECT r.name
FROM directory_servicearea r
WHERE r.service_id = service.id
ORDER BY r.name, r.id), ARRAY(SELECT t.name
FROM directory_serviceterm r JOIN directory_taxonomyterm t ON t.id = r.term_id
WHERE r.service_id = service.id
ORDER BY t."order", t.name, r.id), service."id", service."agency_id", service."name", service."description", service."url", service."email", service."phone", service."referral_email", service."status", service."fees", service."accreditations", service."eligibility", service."application", service."minimum_age", service."maximum_age", service."alert", service."assured_date", service."assurer_email", service."first_time", service."meets_you", service."bookable", service."offer_hours", service."paused_until", service."published_at", service."confirm_every", service."asks", service."asked_at", service."hidden_at", service."joined_to_id", service."quality", service."version", service."answers", service."reply_days", service."accepted_percent", service."source", service."digest", service."created_at", service."last_modified", agency."id", agency."name", agency."kind", agency."description", agency."ods_code", agency."email", agency."phone", agency."url", agency."address", agency."postcode", agency."charity_number", agency."company_number", agency."verified_at", agency."refers_to_id", agency."answer_days", agency."contact_days", agency."source", agency."joined_at", agency."left_at"
FROM directory_service service JOIN agencies_agency agency ON agency.id = service.agency_id
WHERE service.id = ANY(%s)
