SELECT position, aggregate_id, category, version, event_id, event_type, schema_version, data, metadata, recorded_at,
    content_type, hash
FROM events
WHERE position >= ?1
ORDER BY position
LIMIT 1000
