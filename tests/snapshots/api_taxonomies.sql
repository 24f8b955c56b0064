-- 1
SELECT MAX("directory_edition"."xact") AS "last", SUM("directory_edition"."n") AS "n", MAX("directory_edition"."at") AS "at"
FROM "directory_edition"

-- 2
SELECT COUNT(*) AS "__count"
FROM "directory_taxonomy"

-- 3
SELECT "directory_taxonomy"."id" AS "pk"
FROM "directory_taxonomy"
ORDER BY 1 ASC
LIMIT 50

-- 4
SELECT "directory_taxonomy"."id", "directory_taxonomy"."code", "directory_taxonomy"."name", "directory_taxonomy"."description", "directory_taxonomy"."url", "directory_taxonomy"."version", "directory_taxonomy"."source"
FROM "directory_taxonomy"
WHERE "directory_taxonomy"."id" IN (%s, …)
ORDER BY "directory_taxonomy"."name" ASC, "directory_taxonomy"."id" ASC
