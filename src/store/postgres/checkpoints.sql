SELECT checkpoints.name, checkpoints.position, projections.status, checkpoints.updated_at,
  -- Only where the rows are kept here: generation 0 says that they are elsewhere.
  CASE WHEN projections.generation > 0 THEN
    (SELECT COUNT(*) FROM dead_letters d WHERE d.projection = checkpoints.name AND d.generation = projections.generation)
  END,
  projections.error,
  rebuilds.position, rebuilds.started_at, rebuilds.updated_at,
  -- Before schema 5 there were no such columns.
  to_jsonb(rebuilds) ->> 'resumed_at', (to_jsonb(rebuilds) ->> 'resumed_from')::bigint
FROM checkpoints
LEFT JOIN projections ON projections.name = checkpoints.name
LEFT JOIN rebuilds ON rebuilds.projection = checkpoints.name
ORDER BY checkpoints.name
