-- Whose the tables are, and whether this user may write to them here.
SELECT schema_version, store_id,
    pg_is_in_recovery() OR NOT has_table_privilege('events', 'INSERT') AS read_only,
    current_setting('server_version')
FROM foldback_store
