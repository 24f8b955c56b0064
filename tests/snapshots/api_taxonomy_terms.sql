-- 1
SELECT MAX("directory_edition"."xact") AS "last", SUM("directory_edition"."n") AS "n", MAX("directory_edition"."at") AS "at"
FROM "directory_edition"

-- 2
SELECT COUNT(*) AS "__count"
FROM "directory_taxonomyterm"

-- 3
SELECT "directory_taxonomyterm"."id" AS "pk"
FROM "directory_taxonomyterm"
ORDER BY 1 ASC
LIMIT 50

-- 4
SELECT "directory_taxonomyterm"."id", "directory_taxonomyterm"."taxonomy_id", "directory_taxonomyterm"."code", "directory_taxonomyterm"."name", "directory_taxonomyterm"."description", "directory_taxonomyterm"."parent_id", "directory_taxonomyterm"."words", "directory_taxonomyterm"."order", "directory_taxonomyterm"."uri", "directory_taxonomyterm"."retired_at", "directory_taxonomy"."id", "directory_taxonomy"."code", "directory_taxonomy"."name", "directory_taxonomy"."description", "directory_taxonomy"."url", "directory_taxonomy"."version", "directory_taxonomy"."source"
FROM "directory_taxonomyterm"
INNER JOIN "directory_taxonomy" ON ("directory_taxonomyterm"."taxonomy_id" = "directory_taxonomy"."id")
WHERE "directory_taxonomyterm"."id" IN (%s, …)
ORDER BY "directory_taxonomyterm"."order" ASC, "directory_taxonomyterm"."name" ASC, "directory_taxonomyterm"."id" ASC
