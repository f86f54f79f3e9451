INSERT OR FAIL INTO events (
    position, aggregate_id, category, version, event_id, event_type, schema_version, data, metadata, recorded_at,
    content_type, hash
)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
