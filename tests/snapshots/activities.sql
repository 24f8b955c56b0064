-- 1
SELECT term.code, term.name, term.id
FROM directory_taxonomyterm term JOIN directory_taxonomy list ON list.id = term.taxonomy_id AND list.code = %(needs)s
WHERE term.retired_at IS NULL AND term.words <> ''
ORDER BY term."order", term.name, term.id

-- 2
SELECT sought.name, place.shown, place.latitude, place.longitude
FROM unnest(%(names)s::text[], %(guess)s::bool[], %(begins)s::text[], %(swapped)s::text[], %(districts)s::text[]) WITH ORDINALITY sought (name, guess, begins, swapped, districts, number) JOIN directory_place place ON CASE WHEN place.district THEN place.name = ANY(string_to_array(districts, ',')) ELSE place.name = sought.name OR place.name LIKE begins OR guess AND (place.name = ANY(string_to_array(swapped, ',')) OR similarity(place.name, sought.name) > 0.45) END
ORDER BY place.district AND place.name = split_part(districts, ',', 1) DESC, place.district DESC, similarity(place.name, sought.name) = 1 DESC, CASE WHEN similarity(place.name, sought.name) = 1 THEN number END, place.name LIKE begins DESC, similarity(place.name, sought.name) DESC, place.size DESC, place.name
LIMIT 1

-- 3
WITH here AS ( SELECT coalesce(%(lat)s, latitude) AS lat, coalesce(%(lon)s, longitude) AS lon
FROM (SELECT 1) one LEFT JOIN ( SELECT latitude, longitude
FROM directory_place
WHERE NOT district
ORDER BY size DESC, name
LIMIT 1 ) town ON true ), typed AS ( SELECT word, swapped, spelt, coalesce((tsvector_to_array(to_tsvector('hereabouts', word)))[1], '') AS stem
FROM unnest(%(words)s::text[], %(swapped)s::text[], %(spelt)s::text[]) asked(word, swapped, spelt) ), around AS ( SELECT level, hereabouts_cell(lat, lon, level, east, north) AS cell
FROM here, generate_series(0, 11) level, generate_series(-1, 1) east, generate_series(-1, 1) north
WHERE lat IS NOT NULL ) SELECT 'word', typed.word, typed.stem, coalesce(known.n, 0) + coalesce(spelt.n, begun.n, 0), NULL::text, meant.words, CASE WHEN begun.n IS NOT NULL THEN coalesce(begun.stems, '{}') END, spelt.stems, NULL::float8
FROM typed LEFT JOIN LATERAL (SELECT max(n) AS n
FROM directory_word
WHERE stem = typed.stem) known ON true LEFT JOIN LATERAL ( SELECT max(n) AS n, array_agg(DISTINCT stem
ORDER BY stem) AS stems
FROM directory_word
WHERE typed.spelt <> '' AND stem <> typed.stem AND stem = ANY(tsvector_to_array(to_tsvector('hereabouts', typed.spelt))) ) spelt ON true LEFT JOIN LATERAL ( SELECT sum(n)::int AS n, array_agg(DISTINCT stem
ORDER BY stem) FILTER (WHERE NOT starts_with(stem, typed.word)) AS stems
FROM directory_word
WHERE known.n IS NULL AND spelt.n IS NULL AND typed.word = %(last)s AND length(typed.word) > 2 AND word LIKE typed.word || '%%' ) begun ON true LEFT JOIN LATERAL ( SELECT array_agg(ARRAY[word, stem, n::text]) AS words
FROM (SELECT word, stem, n
FROM directory_word
WHERE known.n IS NULL AND spelt.n IS NULL AND begun.n IS NULL AND typed.stem <> '' AND length(typed.word) > 2 AND word NOT LIKE '#%%' AND (word = ANY(string_to_array(swapped, ' ')) OR (word %% typed.word AND similarity(word, typed.word) > %(alike)s))
ORDER BY word = ANY(string_to_array(swapped, ' ')) DESC, similarity(word, typed.word) * ln(n + 3) DESC, word
LIMIT 9) likeliest ) meant ON true UNION ALL SELECT 'synonym', synonym.typed, query::text, ( SELECT coalesce(min(coalesce(n, 0)), 0)
FROM unnest(tsvector_to_array(to_tsvector('hereabouts', meaning))) stem LEFT JOIN LATERAL (SELECT max(n) AS n
FROM directory_word w
WHERE w.stem = stem.stem) known ON true ), trim(meaning), NULL, NULL, NULL, NULL
FROM directory_synonym synonym, regexp_split_to_table(synonym.means, ',') meaning, phraseto_tsquery('hereabouts', meaning) query
WHERE synonym.typed = ANY(%(phrases)s) AND numnode(query) > 0 UNION ALL SELECT 'stop', word, NULL, 0, NULL, NULL, NULL, NULL, NULL
FROM directory_stopword
WHERE word = ANY(%(words)s) UNION ALL SELECT 'need', '#' || replace(term.id::text, '-', ''), term.code, 0, NULL, NULL, NULL, NULL, NULL
FROM directory_taxonomyterm term JOIN directory_taxonomy list ON list.id = term.taxonomy_id AND list.code = 'needs' UNION ALL SELECT 'mark', word, stem, n, NULL, NULL, NULL, NULL, NULL
FROM directory_word
WHERE word = ANY(%(marks)s) UNION ALL SELECT 'cell', level::text, cell::text, coalesce(n, 0), NULL, NULL, NULL, NULL, NULL
FROM around LEFT JOIN directory_cell USING (cell) UNION ALL SELECT 'here', axis, '', 0, NULL, NULL, NULL, NULL, degrees
FROM here, LATERAL (VALUES ('lat', lat), ('lon', lon)) x(axis, degrees)
WHERE degrees IS NOT NULL

-- 4
WITH near0 AS MATERIALIZED ( SELECT id, service_id, search AS search, marks, worth, (111.195 * sqrt((latitude - 50.8148) * (latitude - 50.8148) + (longitude - -0.3713) * 0.6318291066553537 * (longitude - -0.3713) * 0.6318291066553537)) AS distance
FROM directory_spot
WHERE search @@ %(near)s::tsquery AND (search @@ %(near_rest)s::tsquery) IS TRUE AND latitude IS NOT NULL AND (111.195 * sqrt((latitude - 50.8148) * (latitude - 50.8148) + (longitude - -0.3713) * 0.6318291066553537 * (longitude - -0.3713) * 0.6318291066553537)) <= 16.09344
ORDER BY 6, id
LIMIT 200 ), miles AS (TABLE near0), near AS (SELECT *
FROM miles
WHERE distance <= 8.04672), near_elsewhere AS MATERIALIZED ( SELECT id, service_id, search AS search, marks, worth, NULL::float8 AS distance
FROM directory_spot
WHERE search @@ %(near)s::tsquery AND (search @@ %(near_rest)s::tsquery) IS TRUE AND latitude IS NULL AND id > %(elsewhere_id)s
ORDER BY id + 0
LIMIT 50 ), day0 AS MATERIALIZED ( SELECT id, service_id, search AS search, marks, worth, (111.195 * sqrt((latitude - 50.8148) * (latitude - 50.8148) + (longitude - -0.3713) * 0.6318291066553537 * (longitude - -0.3713) * 0.6318291066553537)) AS distance
FROM directory_spot
WHERE search @@ %(day)s::tsquery AND latitude IS NOT NULL AND (111.195 * sqrt((latitude - 50.8148) * (latitude - 50.8148) + (longitude - -0.3713) * 0.6318291066553537 * (longitude - -0.3713) * 0.6318291066553537)) <= 8.04672
ORDER BY 6, id
LIMIT 200 ), day AS (TABLE day0), day_elsewhere AS MATERIALIZED ( SELECT id, service_id, search AS search, marks, worth, NULL::float8 AS distance
FROM directory_spot
WHERE search @@ %(day)s::tsquery AND latitude IS NULL AND id > %(elsewhere_id)s
ORDER BY id + 0
LIMIT 50 ), scored AS ( SELECT id, service_id, distance, round(1000000 * (ts_rank('{0.01, 0.1, 0.5, 1}', search, %(words)s::tsquery, 32) + 0.08 * worth + 0.03 * ('#room' = ANY(marks))::int + 0.400 * (search @@ %(own0)s::tsquery)::int + 0.150 * (search @@ %(any0)s::tsquery)::int + 0.3 / (1 + coalesce(distance, 25) / 5)))::bigint AS score
FROM (TABLE near UNION ALL TABLE near_elsewhere) rows ), best AS MATERIALIZED (SELECT DISTINCT ON (service_id) *
FROM scored
ORDER BY service_id, score DESC, id), alike AS MATERIALIZED ( SELECT id, service_id, search AS search, marks, worth, (111.195 * sqrt((latitude - 50.8148) * (latitude - 50.8148) + (longitude - -0.3713) * 0.6318291066553537 * (longitude - -0.3713) * 0.6318291066553537)) AS distance
FROM directory_spot
WHERE search @@ %(alike)s::tsquery AND latitude IS NOT NULL AND (111.195 * sqrt((latitude - 50.8148) * (latitude - 50.8148) + (longitude - -0.3713) * 0.6318291066553537 * (longitude - -0.3713) * 0.6318291066553537)) <= 1000000000.0 AND NOT EXISTS (SELECT
FROM best)
ORDER BY 6, id
LIMIT 12 ), useful AS ( SELECT *
FROM ( SELECT DISTINCT ON (service_id) id, service_id, distance, round(1000000 * (ts_rank('{0.01, 0.1, 0.5, 1}', search, %(words)s::tsquery, 32) + 0.08 * worth + 0.03 * ('#room' = ANY(marks))::int + 0.400 * (search @@ %(own0)s::tsquery)::int + 0.150 * (search @@ %(any0)s::tsquery)::int + 0.3 / (1 + coalesce(distance, 25) / 5)))::bigint AS score
FROM alike
ORDER BY service_id, score DESC, id ) once
ORDER BY score DESC, service_id DESC
LIMIT 3 ), ends AS MATERIALIZED ( SELECT (SELECT count(*)
FROM best) AS count, 0 AS loose, (SELECT count(*)
FROM near) AS near, (SELECT count(*)
FROM near_elsewhere) AS elsewhere, coalesce((SELECT max(distance)
FROM near), %(far)s) AS far, coalesce((SELECT id
FROM near
ORDER BY distance DESC, id DESC
LIMIT 1), %(far_id)s) AS far_id, coalesce((SELECT max(id)
FROM near_elsewhere), %(elsewhere_id)s) AS elsewhere_id, ARRAY[( SELECT string_agg(concat_ws(' ', service_id, coalesce(distance, 0)::real, array_to_string(marks, ' ')), E'\n')
FROM (TABLE near UNION ALL TABLE near_elsewhere) rows ), ( SELECT string_agg(concat_ws(' ', service_id, coalesce(distance, 0)::real, array_to_string(marks, ' ')), E'\n')
FROM (TABLE day UNION ALL TABLE day_elsewhere) rows ), ( SELECT string_agg(concat_ws(' ', service_id, coalesce(distance, 0)::real, array_to_string(marks, ' ')), E'\n')
FROM (TABLE miles UNION ALL TABLE near_elsewhere) rows )] AS marks ) SELECT best.score, best.distance, ends.*, ( SELECT array_agg(CASE WHEN ts_filter(spot.search, '{a,b,c}') @@ query THEN '' WHEN spot.search @@ query THEN ( SELECT name
FROM directory_serviceterm link JOIN directory_taxonomyterm term ON term.id = link.term_id
WHERE link.service_id = spot.service_id AND to_tsvector('hereabouts', name || ' . ' || words) @@ query
ORDER BY term."order", name
LIMIT 1 ) END
ORDER BY number)
FROM unnest(%(said)s::tsquery[]) WITH ORDINALITY said (query, number) ) AS matched, spot."id", spot."service_id", spot."location_id", spot."latitude", spot."longitude", spot."when", spot."where", spot."chips", spot."marks", spot."worth", spot."room_on", spot."written_as", service."id", service."agency_id", service."name", service."description", service."url", service."email", service."phone", service."referral_email", service."status", service."fees", service."accreditations", service."eligibility", service."application", service."minimum_age", service."maximum_age", service."alert", service."assured_date", service."assurer_email", service."first_time", service."meets_you", service."bookable", service."offer_hours", service."paused_until", service."published_at", service."confirm_every", service."asks", service."asked_at", service."hidden_at", service."joined_to_id", service."quality", service."version", service."answers", service."reply_days", service."accepted_percent", service."source", service."digest", service."created_at", service."last_modified", agency."id", agency."name", agency."kind", agency."description", agency."ods_code", agency."email", agency."phone", agency."url", agency."address", agency."postcode", agency."charity_number", agency."company_number", agency."verified_at", agency."refers_to_id", agency."answer_days", agency."contact_days", agency."source", agency."joined_at", agency."left_at"
FROM ends LEFT JOIN ( (SELECT *
FROM best
WHERE (score, service_id) < (%(score)s, %(service)s)
ORDER BY score DESC, service_id DESC
LIMIT 11) UNION ALL SELECT *
FROM useful ) best ON true LEFT JOIN directory_spot spot ON spot.id = best.id LEFT JOIN directory_service service ON service.id = best.service_id LEFT JOIN agencies_agency agency ON agency.id = service.agency_id
ORDER BY best.score DESC, best.service_id DESC
