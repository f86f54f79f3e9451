-- The categories in which an aggregate is called $1.
WITH RECURSIVE walk AS (
    (SELECT category FROM events ORDER BY category LIMIT 1)
    UNION ALL
    SELECT next.category FROM walk, LATERAL (
        SELECT category FROM events WHERE category > walk.category ORDER BY category LIMIT 1
    ) next
)
SELECT category FROM walk
WHERE EXISTS (SELECT 1 FROM events WHERE events.category = walk.category AND aggregate_id = $1)
ORDER BY category
