-- 1
WITH here AS ( SELECT coalesce(%(lat)s, latitude) AS lat, coalesce(%(lon)s, longitude) AS lon
FROM (SELECT 1) one LEFT JOIN ( SELECT latitude, longitude
FROM directory_place
WHERE NOT district
ORDER BY size DESC, name
LIMIT 1 ) town ON true ), typed AS ( SELECT word, swapped, coalesce((tsvector_to_array(to_tsvector('hereabouts', word)))[1], '') AS stem
FROM unnest(%(words)s::text[], %(swapped)s::text[]) asked(word, swapped) ), around AS ( SELECT level, hereabouts_cell(lat, lon, level, east, north) AS cell
FROM here, generate_series(0, 11) level, generate_series(-1, 1) east, generate_series(-1, 1) north
WHERE lat IS NOT NULL ) SELECT 'word', typed.word, typed.stem, coalesce(known.n, begun.n, meant.n, 0), meant.word, meant.stem, CASE WHEN begun.n IS NOT NULL THEN coalesce(begun.stems, '{}') END, NULL::float8
FROM typed LEFT JOIN LATERAL (SELECT max(n) AS n
FROM directory_word
WHERE stem = typed.stem) known ON true LEFT JOIN LATERAL ( SELECT sum(n)::int AS n, array_agg(DISTINCT stem
ORDER BY stem) FILTER (WHERE NOT starts_with(stem, typed.word)) AS stems
FROM directory_word
WHERE known.n IS NULL AND typed.word = %(last)s AND length(typed.word) > 2 AND word LIKE typed.word || '%%' ) begun ON true LEFT JOIN LATERAL ( SELECT word, stem, n
FROM directory_word
WHERE known.n IS NULL AND begun.n IS NULL AND typed.stem <> '' AND length(typed.word) > 2 AND word NOT LIKE '#%%' AND (word = ANY(string_to_array(swapped, ' ')) OR (word %% typed.word AND similarity(word, typed.word) > %(alike)s))
ORDER BY word = ANY(string_to_array(swapped, ' ')) DESC, similarity(word, typed.word) * ln(n + 3) DESC, word
LIMIT 1 ) meant ON true UNION ALL SELECT 'need', word, stem, coalesce((SELECT max(n)
FROM directory_word w
WHERE w.stem = s.stem), 0), NULL, NULL, NULL, NULL
FROM unnest(%(need)s::text[]) word CROSS JOIN LATERAL (SELECT coalesce((tsvector_to_array(to_tsvector('hereabouts', word)))[1], '')) s(stem) UNION ALL SELECT 'mark', word, stem, n, NULL, NULL, NULL, NULL
FROM directory_word
WHERE word = ANY(%(marks)s) UNION ALL SELECT 'cell', level::text, cell::text, coalesce(n, 0), NULL, NULL, NULL, NULL
FROM around LEFT JOIN directory_cell USING (cell) UNION ALL SELECT 'here', axis, '', 0, NULL, NULL, NULL, degrees
FROM here, LATERAL (VALUES ('lat', lat), ('lon', lon)) x(axis, degrees)
WHERE degrees IS NOT NULL

-- 2
WITH ring0 AS MATERIALIZED ( SELECT id, service_id, search AS search, (111.195 * sqrt((latitude - 50.8148) * (latitude - 50.8148) + (longitude - -0.3713) * 0.6318291066553537 * (longitude - -0.3713) * 0.6318291066553537)) AS distance
FROM directory_spot
WHERE search @@ %(all)s::tsquery AND latitude IS NOT NULL AND (111.195 * sqrt((latitude - 50.8148) * (latitude - 50.8148) + (longitude - -0.3713) * 0.6318291066553537 * (longitude - -0.3713) * 0.6318291066553537)) <= 5.0
ORDER BY 4, id
LIMIT 200 ), near AS (TABLE ring0), elsewhere AS MATERIALIZED ( SELECT id, service_id, search AS search, NULL::float8 AS distance
FROM directory_spot
WHERE search @@ %(all)s::tsquery AND cells @> ARRAY[-1] AND id > %(elsewhere_id)s
ORDER BY id + 0
LIMIT 50 ), loose AS MATERIALIZED ( SELECT id, service_id, search AS search, (111.195 * sqrt((latitude - 50.8148) * (latitude - 50.8148) + (longitude - -0.3713) * 0.6318291066553537 * (longitude - -0.3713) * 0.6318291066553537)) AS distance
FROM directory_spot
WHERE false AND NOT EXISTS (SELECT
FROM near) AND NOT EXISTS (SELECT
FROM elsewhere) AND coalesce((111.195 * sqrt((latitude - 50.8148) * (latitude - 50.8148) + (longitude - -0.3713) * 0.6318291066553537 * (longitude - -0.3713) * 0.6318291066553537)) <= 5.0, true)
LIMIT 200 ), scored AS ( SELECT id, service_id, distance, round(1000000 * (ts_rank('{0.1, 0.2, 0.5, 1}', search, %(all)s::tsquery, 32) + 0.3 / (1 + coalesce(distance, 25) / 5)))::bigint AS score
FROM (TABLE near UNION ALL TABLE elsewhere UNION ALL TABLE loose) candidates ), best AS MATERIALIZED (SELECT DISTINCT ON (service_id) *
FROM scored
ORDER BY service_id, score DESC, id), ends AS MATERIALIZED ( SELECT (SELECT count(*)
FROM best) AS count, EXISTS (SELECT
FROM loose) AS loose, (SELECT count(*)
FROM near) AS near, (SELECT count(*)
FROM elsewhere) AS elsewhere, coalesce((SELECT max(distance)
FROM near), %(far)s) AS far, coalesce((SELECT id
FROM near
ORDER BY distance DESC, id DESC
LIMIT 1), %(far_id)s) AS far_id, coalesce((SELECT max(id)
FROM elsewhere), %(elsewhere_id)s) AS elsewhere_id ) SELECT best.score, best.distance, ends.*, spot."id", spot."service_id", spot."location_id", spot."latitude", spot."longitude", spot."when", spot."where", spot."chips", service."id", service."agency_id", service."name", service."description", service."url", service."email", service."phone", service."referral_email", service."status", service."fees", service."accreditations", service."eligibility", service."application", service."minimum_age", service."maximum_age", service."alert", service."assured_date", service."assurer_email", service."first_time", service."meets_you", service."bookable", service."offer_hours", service."paused_until", service."published_at", service."confirm_every", service."asks", service."asked_at", service."hidden_at", service."joined_to_id", service."quality", service."version", service."answers", service."reply_days", service."accepted_percent", service."source", service."digest", service."created_at", service."last_modified", agency."id", agency."name", agency."kind", agency."description", agency."ods_code", agency."email", agency."phone", agency."url", agency."address", agency."postcode", agency."charity_number", agency."company_number", agency."verified_at", agency."refers_to_id", agency."answer_days", agency."contact_days", agency."source", agency."joined_at", agency."left_at"
FROM ( SELECT *
FROM best
WHERE (score, service_id) < (%(score)s, %(service)s)
ORDER BY score DESC, service_id DESC
LIMIT 11 ) best CROSS JOIN ends JOIN directory_spot spot ON spot.id = best.id JOIN directory_service service ON service.id = best.service_id JOIN agencies_agency agency ON agency.id = service.agency_id
ORDER BY best.score DESC, best.service_id DESC
