-- 1
SELECT MAX("directory_edition"."xact") AS "last", SUM("directory_edition"."n") AS "n", MAX("directory_edition"."at") AS "at"
FROM "directory_edition"
