-- What the directory knows of the words, the marks and the place that are asked for (vocabulary.py), as rows of:
-- kind, key, stem or query, rows it is in, the steward's words, [word that may be meant, its stem, rows] (of a synonym
-- the first and the last word that it stands for, from 1, and the number of the meaning),
-- when words begin so the stems of those, the stems of other spellings, degrees.
WITH here AS (
    SELECT coalesce(%(lat)s::float8, latitude) AS lat, coalesce(%(lon)s::float8, longitude) AS lon
    FROM (SELECT 1) one LEFT JOIN (
        SELECT latitude, longitude FROM directory_place WHERE NOT district ORDER BY size DESC, name LIMIT 1
    ) town ON true
),
typed AS (
    SELECT n, word, swapped, spelt, coalesce((tsvector_to_array(hereabouts_words(word)))[1], '') AS stem
    FROM unnest(%(words)s::text[], %(swapped)s::text[], %(spelt)s::text[]) WITH ORDINALITY asked(word, swapped, spelt, n)
),
stop AS MATERIALIZED (SELECT word FROM directory_stopword WHERE word = ANY(%(phrases)s::text[])),
-- The words in a row that a synonym may be: without what says nothing, with it, and with the small words too.
sequence AS (
    SELECT way, n, coalesce(nullif(stem, ''), word) AS stem, row_number() OVER (PARTITION BY way ORDER BY n) AS at
    FROM typed, (VALUES ('lean'), ('stems'), ('all')) ways(way)
    WHERE (stem <> '' OR way = 'all' AND word NOT IN ('a', 'an', 'the'))
        AND NOT (way = 'lean' AND EXISTS (SELECT FROM stop WHERE stop.word = typed.word))
),
run AS (
    SELECT DISTINCT first.n AS first, max(part.n) AS last, string_agg(part.stem, ' ' ORDER BY part.at) AS key
    FROM sequence first, generate_series(1, %(longest)s::int) many, sequence part
    WHERE part.way = first.way AND part.at BETWEEN first.at AND first.at + many - 1
    GROUP BY first.way, first.n, first.at, many HAVING count(*) = many
),
around AS (
    SELECT level, hereabouts_cell(lat, lon, level, east, north) AS cell
    FROM here, generate_series(0, 11) level, generate_series(-1, 1) east, generate_series(-1, 1) north
    WHERE lat IS NOT NULL
)
SELECT 'word', typed.word, typed.stem, coalesce(known.n, 0) + coalesce(spelt.n, begun.n, 0), NULL::text,
    meant.words, begun.stems, spelt.stems, NULL::float8
FROM typed
LEFT JOIN LATERAL (SELECT max(n) AS n FROM directory_word WHERE stem = typed.stem) known ON true
LEFT JOIN LATERAL (
    SELECT max(n) AS n, array_agg(DISTINCT stem ORDER BY stem) AS stems FROM directory_word
    WHERE typed.spelt <> '' AND stem <> typed.stem
        AND stem = ANY(tsvector_to_array(hereabouts_words(typed.spelt)))
) spelt ON true
LEFT JOIN LATERAL (
    SELECT sum(n)::int AS n, array_agg(DISTINCT stem ORDER BY stem) AS stems
    FROM directory_word
    WHERE known.n IS NULL AND spelt.n IS NULL AND typed.word = %(last)s::text AND length(typed.word) > 2
        AND word LIKE typed.word || '%%'
) begun ON true
LEFT JOIN LATERAL (  -- a word that nothing has, and that is no English word: null for others
    SELECT typed.word, string_to_array(swapped, ' ') AS swaps
    WHERE known.n IS NULL AND spelt.n IS NULL AND begun.n IS NULL AND typed.stem <> '' AND length(typed.word) > 2
        AND swapped <> '' AND NOT EXISTS (SELECT FROM directory_synonym WHERE key = typed.stem)
) lost ON true
LEFT JOIN LATERAL (  -- each part by its own index: what is asked of all of them together reads all the words
    SELECT array_agg(ARRAY[word, stem, n::text]) AS words FROM (SELECT word, stem, n FROM (
        SELECT word, stem, n FROM directory_word WHERE lost.word IS NOT NULL AND word NOT LIKE '#%%'
            AND (word = ANY(swaps) OR (word %% lost.word AND similarity(word, lost.word) > %(alike)s::float8))
        UNION ALL SELECT synonym.typed, key, 0 FROM directory_synonym synonym
            WHERE lost.word IS NOT NULL AND synonym.typed = ANY(swaps)
        UNION ALL SELECT synonym.typed, key, 0 FROM directory_synonym synonym
            WHERE lost.word IS NOT NULL AND key NOT LIKE '%% %%' AND synonym.typed %% lost.word
            AND similarity(synonym.typed, lost.word) > %(alike)s::float8
        UNION ALL SELECT one.word || ' ' || two.word, '', least(one.n, two.n)  -- "lunchclub" is a lunch club
            FROM generate_series(3, length(lost.word) - 3) size,
                LATERAL (SELECT word, n FROM directory_word WHERE word = left(lost.word, size) LIMIT 1) one,
                LATERAL (SELECT word, n FROM directory_word WHERE word = substr(lost.word, size + 1) LIMIT 1) two
            WHERE similarity(one.word || ' ' || two.word, lost.word) > %(alike)s::float8
    ) word
    ORDER BY word = ANY(swaps) DESC, similarity(word, lost.word) * ln(n + 3) DESC, word
    LIMIT 9) likeliest
) meant ON true
UNION ALL
SELECT 'synonym', run.key, query::text, (
    SELECT coalesce(min(coalesce(n, 0)), 0) FROM unnest(tsvector_to_array(hereabouts_words(meaning))) stem
    LEFT JOIN LATERAL (SELECT max(n) AS n FROM directory_word w WHERE w.stem = stem.stem) known ON true
), trim(meaning), ARRAY[ARRAY[run.first::text, run.last::text, number::text]], NULL, NULL, NULL
FROM run JOIN directory_synonym synonym USING (key), regexp_split_to_table(synonym.means, ',') WITH ORDINALITY means(meaning, number),
    hereabouts_phrase(meaning) query
WHERE numnode(query) > 0
UNION ALL
SELECT 'stop', word, NULL, 0, NULL, NULL, NULL, NULL, NULL FROM stop
UNION ALL
(   -- with its name where a search can find by it
    SELECT 'need', mark, term.code, coalesce(known.n, 0), CASE WHEN term.retired_at IS NULL AND term.words <> '' THEN term.name END,
        NULL, NULL, NULL, NULL
    FROM directory_taxonomyterm term
    JOIN directory_taxonomy list ON list.id = term.taxonomy_id AND list.code = 'needs'
    CROSS JOIN LATERAL (SELECT '#' || replace(term.id::text, '-', '')) as_mark (mark)
    LEFT JOIN directory_word known ON known.word = mark
    ORDER BY term."order", term.name, term.id
)
UNION ALL
SELECT 'danger', count(*) || ' ' || coalesce(max(changed_at)::text, ''), NULL, 0, NULL, NULL, NULL, NULL, NULL
FROM (SELECT changed_at FROM directory_danger UNION ALL SELECT changed_at FROM directory_dangerwords) kept
UNION ALL
SELECT 'mark', word, stem, n, NULL, NULL, NULL, NULL, NULL FROM directory_word WHERE word = ANY(%(marks)s::text[])
UNION ALL
SELECT 'cells', level::text, array_agg(cell)::text, coalesce(sum(n), 0)::int, NULL, NULL, NULL, NULL, NULL
FROM around LEFT JOIN directory_cell USING (cell) GROUP BY level
UNION ALL
SELECT 'here', axis, '', 0, NULL, NULL, NULL, NULL, degrees
FROM here, LATERAL (VALUES ('lat', lat), ('lon', lon)) x(axis, degrees) WHERE degrees IS NOT NULL
UNION ALL
(   -- the local authority of the place: of its postcode, else of the nearest district, where areas are told at all
    SELECT 'authority', authority, NULL, 0, NULL, NULL, NULL, NULL, NULL
    FROM (SELECT 1 WHERE %(lat)s::float8 IS NOT NULL AND EXISTS (SELECT FROM directory_servicearea)) told, LATERAL (
        SELECT authority FROM directory_postcode WHERE code = %(postcode)s::text
        UNION ALL SELECT authority FROM (
            SELECT shown FROM directory_place, here WHERE district AND %(postcode)s::text = ''
            ORDER BY (latitude - lat) ^ 2 + ((longitude - lon) * 0.6) ^ 2 LIMIT 1
        ) nearest, directory_postcode WHERE code ~>=~ shown AND code ~<~ (shown || '~')
    ) of_place
    LIMIT 1
)
