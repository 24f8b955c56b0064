{#
One search as one statement: Jinja2 for its shape, psycopg's named parameters for its values (statement.py).

shape.sources  where candidates come from, in this order:
    near     the nearest rows that have all that is asked for
    loose    only if `near` has few that say a word itself: rows that have what some of the words mean, else any word
    day, time, language, need   what there would be without this filter, to count what another choice would leave
    alike    only if nothing at all was found: something like it
A source is read from `rings` of grid cells, the smallest first; the next one only while there are too few rows.
`NAME_index` is the tsquery that the index is read by, `NAME_rows` the one that is looked up in each row it gives.
#}
{% set distance %}
%(km_per_degree)s::float8 * sqrt((latitude - %(lat)s::float8) ^ 2 + ((longitude - %(lon)s::float8) * %(narrowing)s::float8) ^ 2)
{%- endset %}
{% set columns = "id, service_id, marks, worth, " ~ ("search" if shape.parts else "NULL::tsvector AS search") %}

{% macro has_room() %}(('#room' = ANY(marks))::int){% endmacro %}

{# How well a row fits the words, how near it is, and a little how well it is kept and whether it has room. What has a
   word in its own name or text comes before what is found by it only through a need, and what was typed before what
   the steward says that it means. Without words the nearest comes
   first, where a good listing counts as up to a kilometre nearer, and what has no place last. #}
{% macro score() %}
round(1000000 * (
{% if shape.parts %}
    ts_rank('{0.01, 0.1, 0.5, 1}', search, %(words)s::tsquery, 32) + 0.08 * worth + 0.03 * {{ has_room() }}
    {% for n in range(shape.parts) %}
    + (0.40 + 2 * whole_query) * %(share{{ n }})s::float8 * (search @@ %(own{{ n }})s::tsquery)::int
    + 0.15 * %(share{{ n }})s::float8 * (search @@ %(top{{ n }})s::tsquery)::int
    + 0.40 * %(share{{ n }})s::float8 * (search @@ %(typed{{ n }})s::tsquery)::int
    + 0.25 * %(share{{ n }})s::float8 * (search @@ %(title{{ n }})s::tsquery)::int
    + 0.30 * %(share{{ n }})s::float8 * (search @@ %(first{{ n }})s::tsquery)::int
    {% endfor %}
    + whole_query
    {% if shape.near %}+ 0.3 / (1 + coalesce(distance, 25) / 5){% endif %}
{% else %}
    0.8 * worth + 0.2 * {{ has_room() }} - coalesce(distance, 100000)
{% endif %}
))::bigint AS score
{% endmacro %}

{% macro conditions(name, indexed) %}
{% if indexed %}search @@ %({{ name }}_index)s::tsquery AND (%({{ name }}_rows)s::tsquery IS NULL OR (search @@ %({{ name }}_rows)s::tsquery) IS TRUE)
{%- else %}(%({{ name }}_all)s::tsquery IS NULL OR (search @@ %({{ name }}_all)s::tsquery) IS TRUE)
{%- endif %}
{% endmacro %}

{% macro only_if(name) %}
{% if name == "loose" %}
    AND (SELECT count(*) FROM ({{ union(("near", "near_elsewhere")) }}) whole WHERE search @@ %(own)s::tsquery) < %(few_whole)s::int
    AND (SELECT count(*) FROM near) < %(most)s::int
{% elif name == "alike" %}
    AND NOT EXISTS (SELECT FROM best)
{% endif %}
{% endmacro %}

{# The nearest rows of a source, as the table NAME, and of those without any place as NAME_elsewhere. #}
{% macro candidates(source) %}
{% set name = source.name %}
{% for ring in source.rings %}
{{ name }}{{ loop.index0 }} AS MATERIALIZED (
    SELECT {{ columns }}, distance
    FROM directory_spot, LATERAL (SELECT {{ distance }}) away (distance)
    WHERE {{ conditions(name, ring.indexed) }}
    AND {% if ring.by_cells %}cells && %({{ name }}_cells{{ loop.index0 }})s::int[]{% else %}latitude IS NOT NULL{% endif %}

    AND distance <= %({{ name }}_reach{{ loop.index0 }})s::float8
    {% if name == "near" and shape.further %}AND (distance, id) > (%(far)s::float8, %(far_id)s::bigint){% endif %}
    {{ only_if(name) }}
    {% for before in range(loop.index0) %}AND (SELECT count(*) FROM {{ name }}{{ before }}) < %(most)s::int {% endfor %}

    ORDER BY distance, id LIMIT %({{ "few" if name == "alike" else "most" }})s::int
),
{% endfor %}
{% set found = "miles" if name == "near" and shape.miles else name %}
{{ found }} AS (  {# the widest ring that was read: it holds the smaller ones #}
    {% for n in range(source.rings | length - 1, -1, -1) %}
    SELECT * FROM {{ name }}{{ n }}{% if not loop.first %} WHERE NOT EXISTS (SELECT FROM {{ name }}{{ n + 1 }}){% endif %}
    {% if not loop.last %} UNION ALL{% endif %}

    {% endfor %}
),
{% if found == "miles" %}
near AS (SELECT * FROM miles WHERE distance <= %(km)s::float8),
{% endif %}
{% if source.elsewhere %}
{{ name }}_elsewhere AS MATERIALIZED (
    SELECT {{ columns }}, NULL::float8 AS distance
    FROM directory_spot
    WHERE {{ conditions(name, source.indexed) }}
    AND latitude IS NULL AND id > %(elsewhere_id)s::bigint
    {% if shape.near %}
    {# What has no place is not near everything: online, by phone, or for people of a place that is near. #}
    AND ('#online' = ANY(marks) OR EXISTS (
        SELECT FROM directory_servicearea area LEFT JOIN directory_place place ON place.name = lower(trim(area.name))
        WHERE area.service_id = directory_spot.service_id AND (
            lower(trim(area.name)) = ANY(%(areas)s::text[])
            OR substring(area.name || ' ' || left(area.extent, 200) || ' ' || area.uri FROM '[EKNSW][0-9]{8}') = ANY(%(areas)s::text[])
            OR regexp_split_to_array(lower(trim(area.name)), '\s*(,|;|/|&|\mand\M)\s*') && %(areas)s::text[]
            OR GREATEST(abs(place.latitude - %(lat)s::float8), abs(place.longitude - %(lon)s::float8) * %(narrowing)s::float8) * %(km_per_degree)s::float8 <= %(area_km)s::float8
        )
    ))
    {% endif %}
    {{ only_if(name) }}
    {% if source.only_if_few %}AND (SELECT count(*) FROM {{ name }}) < %(most)s::int{% endif %}

    ORDER BY {{ "id + 0" if source.indexed else "id" }} LIMIT %(most_elsewhere)s::int  {# + 0: by the index of words, not through all rows by id #}
),
{% endif %}
{% endmacro %}

{% macro union(tables) %}{% for table in tables %}{{ " UNION ALL " if not loop.first }}SELECT * FROM {{ table }}{% endfor %}{% endmacro %}

{# With 1 for what has all that is asked for, which comes before what has some of it. #}
{% macro rated(tables) %}{% for table in tables %}{{ " UNION ALL " if not loop.first }}SELECT *, {{ 0 if table.startswith("loose") else 1 }} AS whole_query FROM {{ table }}{% endfor %}{% endmacro %}

{% macro count(table) %}(SELECT count(*) FROM {{ table }}){% endmacro %}

WITH
{% for source in shape.sources if source.name != "alike" %}
{{ candidates(source) }}
{% endfor %}
scored AS (SELECT id, service_id, distance, {{ score() }} FROM ({{ rated(shape.found) }}) candidate),
best AS MATERIALIZED (SELECT DISTINCT ON (service_id) * FROM scored ORDER BY service_id, score DESC, id),
{% for source in shape.sources if source.name == "alike" %}
{{ candidates(source) }}
useful AS (
    SELECT DISTINCT ON (service_id) id, service_id, distance, {{ score() }}
    FROM (SELECT *, 0 AS whole_query FROM alike) alike ORDER BY service_id, score DESC, id
),
{% endfor %}
page AS (
    (SELECT * FROM best WHERE (score, service_id) < (%(score)s::bigint, %(service)s::uuid)
        ORDER BY score DESC, service_id DESC LIMIT %(size)s::int)
    {% if shape.similar %}
    UNION ALL (SELECT * FROM useful ORDER BY score DESC, service_id DESC LIMIT %(most_similar)s::int)
    {% endif %}
),
{% if shape.parts %}
terms AS MATERIALIZED (  {# of what is on the page, with the words that each finds by #}
    SELECT id, name, "order", hereabouts_words(name || ' . ' || words) AS vector FROM directory_taxonomyterm
    WHERE id IN (SELECT term_id FROM directory_serviceterm WHERE service_id IN (SELECT service_id FROM page))
),
{% endif %}
{# One row of what holds for the whole search; the marks of all that was found, one line a row, to be counted. #}
whole AS MATERIALIZED (
    SELECT {{ count("best") }} AS count,
        {{ count("loose") ~ " + " ~ count("loose_elsewhere") if "loose" in shape.found else "0" }} AS loose,
        {{ count("near") }} AS near, {{ count("near_elsewhere") }} AS elsewhere,
        coalesce((SELECT max(distance) FROM near), %(far)s::float8) AS far,
        coalesce((SELECT id FROM near ORDER BY distance DESC, id DESC LIMIT 1), %(far_id)s::bigint) AS far_id,
        coalesce((SELECT max(id) FROM near_elsewhere), %(elsewhere_id)s::bigint) AS elsewhere_id,
        ARRAY[
            {% for tables in shape.counted %}
            (SELECT string_agg(service_id || ' ' || coalesce(distance, 0)::real || ' ' || array_to_string(marks, ' '), E'\n')
                FROM ({{ union(tables) }}) counted){{ "," if not loop.last }}
            {% endfor %}
        ] AS marks
)
SELECT whole.count, whole.loose, whole.near, whole.elsewhere, whole.far, whole.far_id, whole.elsewhere_id,
    CASE WHEN row_number() OVER (ORDER BY page.score DESC, page.service_id DESC) = 1 THEN (SELECT marks FROM whole) END,
    page.score, page.service_id, service.name, agency.name, left(service.description, 1000), service.phone, service.status,
    service.assured_date, service.meets_you, service.answers, service.reply_days,
    spot."when", spot."where", spot.chips, spot.latitude, spot.longitude, '#room' = ANY(spot.marks), spot.room_on,
    page.distance,
    {% if shape.parts %}
    (   {# of each word: '' when it is in the listing's own name or text, else the need that it is found through #}
        SELECT array_agg(CASE WHEN ts_filter(spot.search, '{a,b,c}') @@ query THEN '' WHEN spot.search @@ query THEN (
            SELECT name FROM directory_serviceterm link JOIN terms ON terms.id = link.term_id
            WHERE link.service_id = spot.service_id AND vector @@ query ORDER BY terms."order", name LIMIT 1
        ) END ORDER BY number)
        FROM unnest(%(said)s::text[]::tsquery[]) WITH ORDINALITY said (query, number)
    )
    {% else %}
    NULL::text[]
    {% endif %}
FROM (SELECT count, loose, near, elsewhere, far, far_id, elsewhere_id FROM whole) whole
LEFT JOIN page ON true
LEFT JOIN directory_spot spot ON spot.id = page.id
LEFT JOIN directory_service service ON service.id = page.service_id
LEFT JOIN agencies_agency agency ON agency.id = service.agency_id
ORDER BY page.score DESC, page.service_id DESC
