SELECT checkpoints.name, position, status, checkpoints.updated_at,
  -- Only where the rows are kept here: generation 0 says that they are elsewhere.
  CASE WHEN generation > 0 THEN
    (SELECT COUNT(*) FROM dead_letters d WHERE d.projection = checkpoints.name AND d.generation = projections.generation)
  END,
  error
FROM checkpoints LEFT JOIN projections ON projections.name = checkpoints.name
ORDER BY checkpoints.name
