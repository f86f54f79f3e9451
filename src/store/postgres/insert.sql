INSERT INTO events (
    position, aggregate_id, category, version, event_id, event_type, schema_version, data, data_bytes, metadata,
    metadata_bytes, recorded_at, content_type, hash
)
SELECT * FROM unnest(
    $1::bigint[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bytea[],
    $10::text[], $11::bytea[], $12::text[], $13::text[], $14::bytea[]
)
