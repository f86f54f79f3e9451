-- The newest event, and whether the one that was the newest before ($1, with the hash $2) is still the one it was.
SELECT store.store_id, newest.position, newest.recorded_at, newest.hash,
    coalesce((SELECT hash = $2 FROM events WHERE position = $1), false) AS is_there
FROM foldback_store store
LEFT JOIN (SELECT position, recorded_at, hash FROM events ORDER BY position DESC LIMIT 1) newest ON true
