-- What stands in the search path, where no store of ours does.
SELECT relname::text
FROM pg_class
WHERE relkind IN ('r', 'p') AND pg_table_is_visible(oid) AND relnamespace <> 'pg_catalog'::regnamespace
ORDER BY relname
LIMIT 6
